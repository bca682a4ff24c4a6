using System.Runtime.CompilerServices;

namespace RobotRL.Model;

/// <summary>What the gripper is asked to do in one decision.</summary>
public enum GripperCommand : sbyte
{
    Close = -1,
    Stay = 0,
    Open = 1,
}

/// <summary>Who proposed an action.</summary>
public enum ActionSource : byte
{
    Policy,
    Human,
    Reflex,
    Reset,
}

/// <summary>Six normalised components in [-1, 1]: x, y, z translation and x, y, z rotation in the end-effector frame.</summary>
[InlineArray(ActionSpace.Axes)]
public struct NormalizedTwist
{
    private float _first;
}

/// <summary>
/// One decision: a displacement of the end effector for one decision period, in the current end-effector frame and in units of
/// <see cref="ActionSpace"/>'s scales, how stiff and damped the arm is meanwhile, and a gripper command. What is outside the action space is zero.
/// </summary>
public struct PolicyAction : IEquatable<PolicyAction>
{
    public NormalizedTwist Motion;

    /// <summary>In [-1, 1]: the least and the configured stiffness, translational and rotational alike; see <see cref="ActionSpace.StiffnessShare"/>.</summary>
    public float Stiffness;

    /// <summary>In [-1, 1]: the least and the configured damping ratio.</summary>
    public float Damping;

    public GripperCommand Gripper;

    public readonly bool Equals(PolicyAction other) =>
        ((ReadOnlySpan<float>)Motion).SequenceEqual(other.Motion) && Stiffness == other.Stiffness && Damping == other.Damping && Gripper == other.Gripper;
    public override readonly bool Equals(object? obj) => obj is PolicyAction other && Equals(other);
    public override readonly int GetHashCode() => HashCode.Combine(Motion[0], Motion[1], Motion[2], Stiffness, Gripper);
    public static bool operator ==(in PolicyAction left, in PolicyAction right) => left.Equals(right);
    public static bool operator !=(in PolicyAction left, in PolicyAction right) => !left.Equals(right);
}

/// <summary>Which of the six axes a task's policy drives, how far one unit goes, and whether it has impedance and gripper.</summary>
/// <param name="ActiveAxes">Indices into <see cref="NormalizedTwist"/>, ascending: 0–2 translation, 3–5 rotation.</param>
/// <param name="TranslationScaleM">Displacement for a component of 1 during one decision period, m.</param>
/// <param name="RotationScaleRad">Rotation for a component of 1 during one decision period, rad.</param>
/// <param name="HasGripper">Whether the discrete gripper command is part of the action.</param>
public sealed record ActionSpace(IReadOnlyList<int> ActiveAxes, double TranslationScaleM, double RotationScaleRad, bool HasGripper)
{
    /// <summary>Axes of a full rigid-body displacement.</summary>
    public const int Axes = 6;

    /// <summary>The least share of the configured stiffness that the policy can ask for, in (0, 1); null where stiffness is not its to choose.</summary>
    public double? StiffnessMinShare { get; init; }

    /// <summary>The same of the damping ratio.</summary>
    public double? DampingMinShare { get; init; }

    /// <summary>Number of continuous components that the policy outputs: axes, then stiffness, then damping.</summary>
    public int Dimensions => ActiveAxes.Count + (StiffnessMinShare is null ? 0 : 1) + (DampingMinShare is null ? 0 : 1);

    /// <summary>No motion, as stiff and as damped as configured: where every expert and every hand starts from.</summary>
    public PolicyAction Rest => new() { Stiffness = StiffnessMinShare is null ? 0 : 1, Damping = DampingMinShare is null ? 0 : 1 };

    /// <summary>Spreads a policy's output (length <see cref="Dimensions"/>) over the action.</summary>
    public PolicyAction Unpack(ReadOnlySpan<float> active, GripperCommand gripper = GripperCommand.Stay)
    {
        var action = new PolicyAction { Gripper = HasGripper ? gripper : GripperCommand.Stay };
        var i = 0;
        for (; i < ActiveAxes.Count; i++) action.Motion[ActiveAxes[i]] = active[i];
        if (StiffnessMinShare is not null) action.Stiffness = active[i++];
        if (DampingMinShare is not null) action.Damping = active[i];
        return action;
    }

    /// <summary>Collects the active components of an action.</summary>
    public void Pack(in PolicyAction action, Span<float> active)
    {
        var i = 0;
        for (; i < ActiveAxes.Count; i++) active[i] = action.Motion[ActiveAxes[i]];
        if (StiffnessMinShare is not null) active[i++] = action.Stiffness;
        if (DampingMinShare is not null) active[i] = action.Damping;
    }

    /// <summary>Share of the configured stiffness that an action asks for: geometric from the least one at -1 to exactly 1 at 1. NaN for what is not finite.</summary>
    public double StiffnessShare(in PolicyAction action) => Share(StiffnessMinShare, action.Stiffness);

    /// <summary>The same of the damping ratio.</summary>
    public double DampingShare(in PolicyAction action) => Share(DampingMinShare, action.Damping);

    /// <summary>The component, within [-1, 1], that asks for a share.</summary>
    public static float ComponentOf(double share, double minShare) => (float)Math.Clamp(1 - 2 * Math.Log(share) / Math.Log(minShare), -1, 1);

    private static double Share(double? least, float component) =>
        !float.IsFinite(component) ? double.NaN : least is { } share ? Math.Pow(share, 0.5 * (1 - (double)component)) : 1;
}

/// <summary>
/// What happened in one decision period: what was proposed and by whom, and what passed the gate and every limit.
/// <see cref="Executed"/> is the action that learning sees.
/// </summary>
public struct ExecutedAction
{
    /// <summary>The policy's own proposal, kept also while a human drives.</summary>
    public PolicyAction Policy;

    /// <summary>What the arbiter passed on.</summary>
    public PolicyAction Proposed;

    /// <summary>Who proposed <see cref="Proposed"/>.</summary>
    public ActionSource Source;

    /// <summary>What the gate let through, in the same units; equal to <see cref="Proposed"/> to the bit when no limit was active.</summary>
    public PolicyAction Executed;

    /// <summary>Limits that were active in any control cycle of the period.</summary>
    public LimitFlags Limits;
}

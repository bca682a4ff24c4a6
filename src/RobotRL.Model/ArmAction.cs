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
/// One decision of one arm: a displacement of the end effector for one decision period, in the current end-effector frame and in units of
/// <see cref="ActionSpace"/>'s scales, how stiff and damped the arm is meanwhile, a wrench beside the spring, and a gripper command.
/// What is outside the action space is zero.
/// </summary>
public struct ArmAction : IEquatable<ArmAction>
{
    public NormalizedTwist Motion;

    /// <summary>In [-1, 1]: the least and the configured stiffness, translational and rotational alike; see <see cref="ActionSpace.StiffnessShare"/>.</summary>
    public float Stiffness;

    /// <summary>In [-1, 1]: the least and the configured damping ratio.</summary>
    public float Damping;

    public GripperCommand Gripper;

    /// <summary>
    /// In [-1, 1]: force x, y, z and torque x, y, z that the end effector exerts beside its spring, in its own frame and in units of
    /// <see cref="ActionSpace"/>'s scales.
    /// </summary>
    public NormalizedTwist Wrench;

    public readonly bool Equals(ArmAction other) =>
        ((ReadOnlySpan<float>)Motion).SequenceEqual(other.Motion) && ((ReadOnlySpan<float>)Wrench).SequenceEqual(other.Wrench)
        && Stiffness == other.Stiffness && Damping == other.Damping && Gripper == other.Gripper;
    public override readonly bool Equals(object? obj) => obj is ArmAction other && Equals(other);
    public override readonly int GetHashCode() => HashCode.Combine(Motion[0], Motion[1], Motion[2], Stiffness, Gripper);
    public static bool operator ==(in ArmAction left, in ArmAction right) => left.Equals(right);
    public static bool operator !=(in ArmAction left, in ArmAction right) => !left.Equals(right);
}

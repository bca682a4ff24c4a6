namespace RobotRL.Model;

/// <summary>Which of the six axes a task's policy drives, how far one unit goes, and whether it has impedance, wrench and gripper.</summary>
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

    /// <summary>Indices into <see cref="ArmAction.Wrench"/> that the policy drives, ascending: 0–2 forces, 3–5 torques. Empty where it exerts none.</summary>
    public IReadOnlyList<int> WrenchAxes { get; init; } = [];

    /// <summary>Force for a component of 1, N; torque likewise, Nm.</summary>
    public double WrenchScaleN { get; init; }
    public double WrenchScaleNm { get; init; }

    /// <summary>Number of continuous components that the policy outputs: axes, then stiffness, then damping, then the wrench.</summary>
    public int Dimensions => ActiveAxes.Count + (StiffnessMinShare is null ? 0 : 1) + (DampingMinShare is null ? 0 : 1) + WrenchAxes.Count;

    /// <summary>No motion, as stiff and as damped as configured: where every expert and every hand starts from.</summary>
    public ArmAction Rest => new() { Stiffness = StiffnessMinShare is null ? 0 : 1, Damping = DampingMinShare is null ? 0 : 1 };

    /// <summary>Spreads a policy's output (length <see cref="Dimensions"/>) over the action.</summary>
    public ArmAction Unpack(ReadOnlySpan<float> active, GripperCommand gripper = GripperCommand.Stay)
    {
        var action = new ArmAction { Gripper = HasGripper ? gripper : GripperCommand.Stay };
        var i = 0;
        for (; i < ActiveAxes.Count; i++) action.Motion[ActiveAxes[i]] = active[i];
        if (StiffnessMinShare is not null) action.Stiffness = active[i++];
        if (DampingMinShare is not null) action.Damping = active[i++];
        foreach (var axis in WrenchAxes) action.Wrench[axis] = active[i++];
        return action;
    }

    /// <summary>Collects the active components of an action.</summary>
    public void Pack(in ArmAction action, Span<float> active)
    {
        var i = 0;
        for (; i < ActiveAxes.Count; i++) active[i] = action.Motion[ActiveAxes[i]];
        if (StiffnessMinShare is not null) active[i++] = action.Stiffness;
        if (DampingMinShare is not null) active[i++] = action.Damping;
        foreach (var axis in WrenchAxes) active[i++] = action.Wrench[axis];
    }

    /// <summary>The action without what this space does not have.</summary>
    public ArmAction Fit(in ArmAction action)
    {
        var fitted = new ArmAction { Gripper = HasGripper ? action.Gripper : GripperCommand.Stay };
        foreach (var axis in ActiveAxes) fitted.Motion[axis] = action.Motion[axis];
        if (StiffnessMinShare is not null) fitted.Stiffness = action.Stiffness;
        if (DampingMinShare is not null) fitted.Damping = action.Damping;
        foreach (var axis in WrenchAxes) fitted.Wrench[axis] = action.Wrench[axis];
        return fitted;
    }

    /// <summary>
    /// Share of the configured stiffness that an action asks for: geometric from the least one at -1 to exactly 1 at 1. NaN for what is not finite.
    /// </summary>
    public double StiffnessShare(in ArmAction action) => Share(StiffnessMinShare, action.Stiffness);

    /// <summary>The same of the damping ratio.</summary>
    public double DampingShare(in ArmAction action) => Share(DampingMinShare, action.Damping);

    /// <summary>The component, within [-1, 1], that asks for a share.</summary>
    public static float ComponentOf(double share, double minShare) => (float)Math.Clamp(1 - 2 * Math.Log(share) / Math.Log(minShare), -1, 1);

    private static double Share(double? least, float component) =>
        !float.IsFinite(component) ? double.NaN : least is { } share ? Math.Pow(share, 0.5 * (1 - (double)component)) : 1;
}

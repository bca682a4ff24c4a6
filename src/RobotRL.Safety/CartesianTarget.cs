using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>
/// What a commanding side asks for: a pose to be at by a time, how stiffly, a wrench beside the spring, and the gripper. A proposal until the gate has passed
/// it.
/// </summary>
/// <param name="PoseInBase">X_BE at <paramref name="DueTime"/>.</param>
/// <param name="IssueTime">When it was decided.</param>
/// <param name="DueTime">When the reference is to rest there.</param>
/// <param name="Stiffness">Stiffness and damping to hold meanwhile.</param>
/// <param name="Grip">Of the gripper; the default leaves it at what was asked for before.</param>
/// <param name="Source">Who asks.</param>
/// <param name="Sequence">Rises with every target; a repeated number is the same target.</param>
public readonly record struct CartesianTarget(
    Pose PoseInBase, Stamp IssueTime, Stamp DueTime, CartesianStiffness Stiffness, Grip Grip, ActionSource Source, long Sequence)
{
    /// <summary>X_BE at the start of the episode, which the safety critic's view of the pose is relative to.</summary>
    public Pose StartInBase { get; init; } = Pose.Identity;

    /// <summary>Whether a posture is commanded as well, and which, rad: the arm moves there within the tool's null space.</summary>
    public bool MovesPosture { get; init; }
    public JointPositions PostureRad { get; init; }

    /// <summary>To exert beside the spring, of the end effector in its own frame: N, Nm.</summary>
    public Wrench FeedForwardInEndEffector { get; init; }

    public bool IsFinite => PoseInBase.IsFinite && StartInBase.IsFinite && Stiffness.IsFinite && Grip.IsFinite && FeedForwardInEndEffector.IsFinite;
}

/// <summary>Cartesian stiffness and damping ratio, the part of the impedance that may change while running.</summary>
/// <param name="TranslationNM">K, N/m.</param>
/// <param name="RotationNmRad">K, Nm/rad.</param>
/// <param name="DampingRatio">ζ in D = 2 ζ √K.</param>
public readonly record struct CartesianStiffness(double TranslationNM, double RotationNmRad, double DampingRatio)
{
    public bool IsFinite => double.IsFinite(TranslationNM) && double.IsFinite(RotationNmRad) && double.IsFinite(DampingRatio);

    /// <summary>So much of the way, in [0, 1], toward another stiffness; damping stays.</summary>
    public CartesianStiffness Softened(in CartesianStiffness soft, double part) => part == 0 ? this : this with
    {
        TranslationNM = TranslationNM + part * (soft.TranslationNM - TranslationNM),
        RotationNmRad = RotationNmRad + part * (soft.RotationNmRad - RotationNmRad),
    };

    /// <summary>The stiffness that the configuration aims at.</summary>
    public static CartesianStiffness Of(ImpedanceParameters impedance) =>
        new(impedance.TranslationStiffnessNM, impedance.RotationStiffnessNmRad, impedance.DampingRatio);
}

namespace RobotRL.Model;

/// <summary>An axis-aligned box in the base frame, m.</summary>
public readonly record struct Box(Vector3D Min, Vector3D Max)
{
    public bool Contains(in Vector3D p) =>
        p.X >= Min.X && p.X <= Max.X && p.Y >= Min.Y && p.Y <= Max.Y && p.Z >= Min.Z && p.Z <= Max.Z;
}

/// <summary>Limits of one joint. Every one is stated in the configuration: there are no defaults.</summary>
/// <param name="PositionMinRad">Lowest angle, rad.</param>
/// <param name="PositionMaxRad">Highest angle, rad.</param>
/// <param name="VelocityRadS">Largest speed, rad/s.</param>
/// <param name="AccelerationRadS2">Largest acceleration of the commanded motion, rad/s².</param>
/// <param name="JerkRadS3">Largest jerk of the commanded motion, rad/s³.</param>
/// <param name="TorqueNm">Largest commanded torque, gravity and Coriolis excluded, Nm.</param>
/// <param name="TorqueRateNmS">Largest change of commanded torque, Nm/s.</param>
public readonly record struct JointLimits(
    double PositionMinRad, double PositionMaxRad, double VelocityRadS, double AccelerationRadS2, double JerkRadS3, double TorqueNm, double TorqueRateNmS);

/// <summary>Limits of a Cartesian motion: one set for translation (m), one for rotation (rad).</summary>
public readonly record struct MotionLimits(double Velocity, double Acceleration, double Jerk);

/// <summary>The deterministic envelope. Immutable while running.</summary>
public sealed record SafetyLimits
{
    public required IReadOnlyList<JointLimits> Joints { get; init; }
    public required MotionLimits Translation { get; init; }
    public required MotionLimits Rotation { get; init; }

    /// <summary>The end effector's origin stays inside this box.</summary>
    public required Box Workspace { get; init; }

    /// <summary>Every moving part of the arm stays inside this box: walls, ceiling and floor.</summary>
    public required Box Cell { get; init; }

    /// <summary>Every moving part of the arm, and the end effector's origin, stay out of these boxes.</summary>
    public required IReadOnlyList<Box> KeepOut { get; init; }

    /// <summary>Least distance between parts of the arm that are no neighbours, m.</summary>
    public required double SelfDistanceM { get; init; }

    /// <summary>How far the end effector may tilt and turn.</summary>
    public required OrientationLimits Orientation { get; init; }

    /// <summary>How fast the posture may be commanded to change while the tool stays: rad/s, rad/s², rad/s³, each joint.</summary>
    public required MotionLimits Posture { get; init; }

    /// <summary>How far each joint of a held arm may be from where it came to stand, rad.</summary>
    public required double StandstillRad { get; init; }

    /// <summary>γ of the barrier ḣ ≥ −γ h, 1/s: the speed toward a face is at most γ times the distance to it.</summary>
    public required double BarrierRate { get; init; }

    /// <summary>Above this external force motion slows and stiffness softens, N.</summary>
    public required double ContactForceN { get; init; }

    /// <summary>Above this external force the robot stops, N.</summary>
    public required double CollisionForceN { get; init; }

    public required double ContactTorqueNm { get; init; }
    public required double CollisionTorqueNm { get; init; }

    /// <summary>Torque on a joint that neither the arm's own motion nor the wrist's force sensor explains: above it the robot stops. One a joint, Nm.</summary>
    public required IReadOnlyList<double> JointCollisionNm { get; init; }

    /// <summary>How far a joint's measured torque, gravity and Coriolis taken off, may read beyond its largest commanded one, Nm.</summary>
    public required double MeasuredTorqueMarginNm { get; init; }

    /// <summary>Oldest robot state that may be acted on, ns.</summary>
    public required long StateMaxAgeNs { get; init; }

    /// <summary>Longest time without a fresh action target before motion stops, ns.</summary>
    public required long TargetMaxAgeNs { get; init; }

    /// <summary>Longest time without the commanding side's heartbeat, ns.</summary>
    public required long HeartbeatMaxAgeNs { get; init; }

    /// <summary>The loop's tick may begin so long after it is due, by the pacer's clock; later is a fault, ns.</summary>
    public required long LoopMaxLateNs { get; init; }

    public required StiffnessLimits Stiffness { get; init; }

    /// <summary>The most that the gripper may be asked for.</summary>
    public required GripParameters Grip { get; init; }

    /// <summary>Of a wrench beside the spring; null where none may be exerted.</summary>
    public WrenchLimits? Wrench { get; init; }
}

/// <summary>Limits of a wrench that is exerted beside the spring; never above what a contact may feel.</summary>
/// <param name="ForceN">Largest force, N.</param>
/// <param name="TorqueNm">Largest torque, Nm.</param>
/// <param name="ForceRateNS">How fast the force may grow, N/s.</param>
/// <param name="TorqueRateNmS">How fast the torque may grow, Nm/s.</param>
public sealed record WrenchLimits(double ForceN, double TorqueNm, double ForceRateNS, double TorqueRateNmS);

/// <summary>Range and rate of the Cartesian stiffness and damping, and the energy tank that pays for raising stiffness.</summary>
public sealed record StiffnessLimits
{
    public required double TranslationMinNM { get; init; }
    public required double TranslationMaxNM { get; init; }
    public required double RotationMinNmRad { get; init; }
    public required double RotationMaxNmRad { get; init; }

    /// <summary>Largest change of translational stiffness, N/m per second.</summary>
    public required double RateNMS { get; init; }

    /// <summary>Largest change of rotational stiffness, Nm/rad per second.</summary>
    public required double RotationRateNmRadS { get; init; }

    /// <summary>Largest change of the damping ratio, 1/s.</summary>
    public required double DampingRatePerS { get; init; }

    public required double DampingRatioMin { get; init; }
    public required double DampingRatioMax { get; init; }

    /// <summary>Energy in the tank at the start, J.</summary>
    public required double TankInitialJ { get; init; }

    /// <summary>Largest content of the tank, J.</summary>
    public required double TankCapacityJ { get; init; }

    /// <summary>Largest outflow of the tank, W.</summary>
    public required double TankOutflowW { get; init; }
}

/// <summary>Cartesian impedance: what the controller aims at before limits.</summary>
/// <param name="TranslationStiffnessNM">K, N/m.</param>
/// <param name="RotationStiffnessNmRad">K, Nm/rad.</param>
/// <param name="DampingRatio">ζ in D = 2 ζ √K.</param>
/// <param name="TranslationClipM">Position error is clipped at ± this, per axis, m. Times K it bounds the spring's force.</param>
/// <param name="RotationClipRad">Orientation error is clipped at ± this, per axis, rad.</param>
/// <param name="NullspaceStiffnessNmRad">Pull toward the posture reference in the null space, Nm/rad.</param>
/// <param name="TranslationIntegralNMS">K_i, N/(m s).</param>
/// <param name="RotationIntegralNmRadS">K_i, Nm/(rad s).</param>
/// <param name="IntegralClipMS">Bound of the translational error integral, m s.</param>
/// <param name="IntegralClipRadS">Bound of the rotational error integral, rad s.</param>
public sealed record ImpedanceParameters(
    double TranslationStiffnessNM, double RotationStiffnessNmRad, double DampingRatio, double TranslationClipM, double RotationClipRad,
    double NullspaceStiffnessNmRad, double TranslationIntegralNMS, double RotationIntegralNmRadS, double IntegralClipMS, double IntegralClipRadS)
{
    /// <summary>The most that the spring can push, N: per axis, before damping and integral.</summary>
    public double SpringForceBoundN => TranslationStiffnessNM * TranslationClipM;
}

namespace RobotRL.Model;

/// <summary>One row of a modified (Craig) Denavit–Hartenberg table.</summary>
public readonly record struct DhLink(double A, double D, double Alpha);

/// <summary>A robot as its configuration states it.</summary>
public sealed record RobotDescription
{
    public required string Name { get; init; }

    /// <summary>How it is reached: <c>mujoco</c>, <c>loopback</c>.</summary>
    public required string Driver { get; init; }

    /// <summary>Modified Denavit–Hartenberg rows, base to tip, one a joint.</summary>
    public required IReadOnlyList<DhLink> Kinematics { get; init; }

    /// <summary>X of the flange in the last joint's frame.</summary>
    public required Pose Flange { get; init; }

    /// <summary>Posture at which episodes start and toward which the null space pulls, rad.</summary>
    public required IReadOnlyList<double> HomeRad { get; init; }

    public required SafetyLimits Limits { get; init; }
    public required ImpedanceParameters Impedance { get; init; }

    /// <summary>Length of a control period, ns.</summary>
    public required long ControlPeriodNs { get; init; }

    /// <summary>Stroke of the gripper, m.</summary>
    public required double GripperMaxWidthM { get; init; }

    /// <summary>How decisions ask the gripper to move and hold.</summary>
    public required GripParameters Grip { get; init; }

    public int JointCount => Kinematics.Count;
}

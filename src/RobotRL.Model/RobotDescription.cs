namespace RobotRL.Model;

/// <summary>One row of a modified (Craig) Denavit–Hartenberg table.</summary>
public readonly record struct DhLink(double A, double D, double Alpha);

/// <summary>A robot as its configuration states it.</summary>
public sealed record RobotDescription
{
    public required string Name { get; init; }

    /// <summary>How it is reached: <c>mujoco</c>, <c>loopback</c>, <c>ros2</c>, <c>ros2_sim</c>.</summary>
    public required string Driver { get; init; }

    /// <summary>What it takes once a control period.</summary>
    public CommandKind Command { get; init; }

    /// <summary>Modified Denavit–Hartenberg rows, base to tip, one a joint.</summary>
    public required IReadOnlyList<DhLink> Kinematics { get; init; }

    /// <summary>X of the flange in the last joint's frame.</summary>
    public required Pose Flange { get; init; }

    /// <summary>All parts of the arm, for distances.</summary>
    public required RobotBody Body { get; init; }

    /// <summary>Posture at which episodes start, rad.</summary>
    public required IReadOnlyList<double> HomeRad { get; init; }

    public required SafetyLimits Limits { get; init; }

    /// <summary>Causes of a stop that whoever sets a simulated scene up anew may clear; empty on a real robot, where each is an operator's to clear.</summary>
    public required FaultSet AutoClear { get; init; }

    /// <summary>Whether no real arm moves, so that nobody has to look at what a stop left.</summary>
    public bool IsSimulated => IsSimulation(Driver);

    /// <summary>Whether a driver of that name moves no real arm.</summary>
    public static bool IsSimulation(string driver) => driver is "mujoco" or "loopback" or "ros2_sim";

    /// <summary>Whether it is in another process, reached by ROS 2.</summary>
    public bool IsBehindRos2 => Driver is "ros2" or "ros2_sim";

    public required ImpedanceParameters Impedance { get; init; }

    /// <summary>Masses, inertias and friction, for telling a push on the arm from its own motion.</summary>
    public required ArmDynamics Dynamics { get; init; }

    /// <summary>The sensor between flange and tool; null for an arm without one, whose external wrench reads zero to everybody.</summary>
    public required ForceSensorParameters? ForceSensor { get; init; }

    /// <summary>What the joints' sensors are held to.</summary>
    public required JointSensorParameters JointSensors { get; init; }

    /// <summary>Length of a control period, ns.</summary>
    public required long ControlPeriodNs { get; init; }

    /// <summary>Stroke of the gripper, m.</summary>
    public required double GripperMaxWidthM { get; init; }

    /// <summary>How decisions ask the gripper to move and hold.</summary>
    public required GripParameters Grip { get; init; }

    public int JointCount => Kinematics.Count;
}

namespace RobotRL.Model;

/// <summary>How a robot takes the weight of its tool.</summary>
public enum Ros2PayloadService
{
    /// <summary><c>ur_msgs/srv/SetPayload</c>.</summary>
    Ur,

    /// <summary><c>franka_msgs/srv/SetLoad</c>.</summary>
    Franka,
}

/// <summary>
/// What is set and checked at the robot's own controller before the first command. Services and parameters need the backend rcl; the pose does not.
/// </summary>
public sealed record Ros2Controller
{
    /// <summary>
    /// Node whose parameters are the gains of CRISP's Cartesian impedance controller: they are set to the arm's stiffness and damping, and read back. A change
    /// by somebody else stops the robot. Null for gains that are set on the robot's side.
    /// </summary>
    public string? Node { get; init; }

    /// <summary>Parameters of that node that are set besides.</summary>
    public IReadOnlyList<(string Name, double Value)> Parameters { get; init; } = [];

    /// <summary>A <c>PoseStamped</c> of the end effector in the arm's base: our kinematics must agree with it. Null where the controller tells none.</summary>
    public Ros2Topic? Pose { get; init; }

    /// <summary>Absolute name of the service that takes the tool's mass and centre of mass; null for a load that is set on the robot's side.</summary>
    public (string Name, Ros2PayloadService Type)? Payload { get; init; }

    /// <summary>Absolute name of a <c>std_srvs/srv/Trigger</c> that zeroes the force sensor; null for none.</summary>
    public string? Tare { get; init; }

    /// <summary>Whether it asks services.</summary>
    public bool NeedsServices => Node is not null || Payload is not null || Tare is not null;
}

namespace RobotRL.Model;

/// <summary>What carries messages.</summary>
public enum Ros2Backend
{
    /// <summary>Cyclone DDS by itself: needs no ROS 2, and carries no services.</summary>
    Cyclone,

    /// <summary>The client library of the ROS 2 installation that is sourced, on whichever middleware it uses.</summary>
    Rcl,

    /// <summary>rcldotnet of the ROS 2 installation that is sourced, where robotrl was built with it.</summary>
    Rcldotnet,
}

/// <summary>How a robot's controller on the ROS 2 side takes its commands.</summary>
public enum Ros2Profile
{
    /// <summary>Joint torques without gravity, as <c>Float64MultiArray</c>: an effort controller of ros2_control.</summary>
    Effort,

    /// <summary>Joint positions, rad, likewise.</summary>
    Position,

    /// <summary>Joint velocities, rad/s, likewise.</summary>
    Velocity,

    /// <summary>A <c>PoseStamped</c>, and a <c>WrenchStamped</c> beside it: CRISP's Cartesian impedance controller. Its gains are set on its side.</summary>
    TargetPose,

    /// <summary>Pose, stiffness, damping and wrench in one <c>robotrl_msgs/ImpedanceTarget</c>.</summary>
    ImpedanceTarget,

    /// <summary>Pose, stiffness, damping and wrench in one <c>aic_control_interfaces/MotionUpdate</c>.</summary>
    MotionUpdate,
}

/// <summary>A topic that is listened to.</summary>
/// <param name="Name">Absolute.</param>
/// <param name="IsReliable">Whether reliable delivery is asked for; a best-effort sender is then refused.</param>
public sealed record Ros2Topic(string Name, bool IsReliable);

/// <summary>The force-torque sensor's topic.</summary>
/// <param name="Topic">Of type <c>WrenchStamped</c>.</param>
/// <param name="IsAtEndEffector">
/// Whether it tells the wrench at the end effector in its frame, tool weight removed. Else it tells what the sensor in the flange's frame feels: it is tared at
/// rest, and the tool's weight is taken off.
/// </param>
/// <param name="IsOnTool">Whether it tells what the environment exerts on the tool; else what the tool exerts on the environment.</param>
public sealed record Ros2WrenchTopic(Ros2Topic Topic, bool IsAtEndEffector, bool IsOnTool)
{
    /// <summary>Most that a sensor may feel at rest beside the tool's weight, N; null for what counts as contact.</summary>
    public double? BiasMaxN { get; init; }

    /// <inheritdoc cref="BiasMaxN"/>
    public double? BiasMaxNm { get; init; }
}

/// <summary>One arm as ROS 2 reaches it.</summary>
public sealed record Ros2ArmParameters
{
    /// <summary>Where its configuration stands, for messages: such as <c>ros2.arms.0</c>.</summary>
    public string Key { get; init; } = "ros2.arms.0";

    /// <summary>Where each topic that others listen to, or that commands go out on, is configured: key and topic, for those that there are.</summary>
    public IEnumerable<(string Key, string Topic)> Commands =>
        Named(("command_topic", CommandTopic), ("wrench_command_topic", WrenchCommandTopic), ("gripper_command_topic", GripperCommandTopic));

    /// <summary>Likewise of what the robot tells.</summary>
    public IEnumerable<(string Key, string Topic)> Told =>
        Named(("joint_states.topic", JointStates.Name), ("wrench.topic", Wrench?.Topic.Name), ("program_running_topic", ProgramRunningTopic),
            ("robot_mode_topic", RobotModeTopic), ("safety_mode_topic", SafetyModeTopic));

    public required Ros2Profile Profile { get; init; }

    /// <summary>Where commands go.</summary>
    public required string CommandTopic { get; init; }

    /// <summary>Where the wrench beside a pose goes; null for nowhere.</summary>
    public string? WrenchCommandTopic { get; init; }

    /// <summary>Of type <c>JointState</c>.</summary>
    public required Ros2Topic JointStates { get; init; }

    /// <summary>Names of the arm's joints in it, base to tip.</summary>
    public required IReadOnlyList<string> JointNames { get; init; }

    /// <summary>Whether effort in them is a torque, Nm. UR's is a motor current, which says nothing here.</summary>
    public bool IsEffortTorque { get; init; } = true;

    /// <summary>What is set and checked at the robot's own controller; null for nothing.</summary>
    public Ros2Controller? Controller { get; init; }

    /// <summary>Null for an arm without a sensor.</summary>
    public Ros2WrenchTopic? Wrench { get; init; }

    /// <summary>Where the width of the gripper is asked for, m, as <c>Float64MultiArray</c> of width, force, speed; null for no gripper.</summary>
    public string? GripperCommandTopic { get; init; }

    /// <summary>Joint that tells the gripper's width in <see cref="JointStates"/>; null for none.</summary>
    public string? GripperJoint { get; init; }

    /// <summary>A <c>Bool</c>, latched: the robot follows its commands while it is true; null where the robot does not tell.</summary>
    public string? ProgramRunningTopic { get; init; }

    /// <summary>UR's robot mode and safety mode, latched; null where the robot does not tell.</summary>
    public string? RobotModeTopic { get; init; }

    /// <inheritdoc cref="RobotModeTopic"/>
    public string? SafetyModeTopic { get; init; }

    /// <summary>Frame of poses that are sent, as the controller calls the arm's base.</summary>
    public required string BaseFrame { get; init; }

    private IEnumerable<(string Key, string Topic)> Named(params (string Key, string? Topic)[] all) =>
        all.Where(one => one.Topic is not null).Select(one => ($"{Key}.{one.Key}", one.Topic!));
}

/// <summary>A cell as ROS 2 reaches it.</summary>
public sealed record Ros2Parameters
{
    public Ros2Backend Backend { get; init; }

    /// <summary>The file that says all this, as messages name it; empty where there is none.</summary>
    public string Source { get; init; } = "";

    /// <summary>
    /// Stands before every topic here and before the names of our own nodes, so that several cells share a domain; empty for nothing. The topics here
    /// have it already.
    /// </summary>
    public string Namespace { get; init; } = "";

    /// <summary>ROS 2's domain, 0 to 232.</summary>
    public required int Domain { get; init; }

    /// <summary>Address of the network interface.</summary>
    public required string Interface { get; init; }

    /// <summary>Addresses of machines to ask where multicast does not reach.</summary>
    public required IReadOnlyList<string> Peers { get; init; }

    /// <summary>Whether the other side is ROS 2 Humble, whose identifiers are longer than those of later distributions.</summary>
    public required bool IsHumble { get; init; }

    /// <summary>In the order of the cell's arms.</summary>
    public required IReadOnlyList<Ros2ArmParameters> Arms { get; init; }

    /// <summary>How long the robot's topics are waited for at the start, ns.</summary>
    public required long PatienceNs { get; init; }

    /// <summary>
    /// Where a simulated robot shows its scene and has it set up: for a scripted human, who needs eyes. Null for a real cell, where nobody knows the scene.
    /// </summary>
    public string? SceneTopic { get; init; }

    /// <summary>Topics of the cameras' pictures, by camera; empty for cameras that are not reached by ROS 2.</summary>
    public IReadOnlyDictionary<string, Ros2Topic> Cameras { get; init; } = new Dictionary<string, Ros2Topic>();
}

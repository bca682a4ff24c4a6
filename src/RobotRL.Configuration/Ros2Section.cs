using RobotRL.Model;

namespace RobotRL.Configuration;

/// <summary>Reads <c>ros2</c>: how a cell is reached over ROS 2.</summary>
internal static class Ros2Section
{
    public const int LastDomain = 232;

    /// <summary>Profiles as a file names them.</summary>
    public static readonly (string Word, Ros2Profile Value)[] Profiles =
    [
        ("effort", Ros2Profile.Effort), ("position", Ros2Profile.Position), ("velocity", Ros2Profile.Velocity), ("target_pose", Ros2Profile.TargetPose),
        ("impedance_target", Ros2Profile.ImpedanceTarget), ("motion_update", Ros2Profile.MotionUpdate),
    ];

    /// <summary>The kind of command that a profile carries.</summary>
    public static CommandKind CommandOf(Ros2Profile profile) => profile switch
    {
        Ros2Profile.Effort => CommandKind.JointTorque,
        Ros2Profile.Position => CommandKind.JointPosition,
        Ros2Profile.Velocity => CommandKind.JointVelocity,
        _ => CommandKind.CartesianImpedance,
    };

    public static Ros2Parameters Read(Section s)
    {
        var space = s.Has("namespace") ? Topic(s, "namespace", "") : "";
        var at = 0;
        var arms = s.Children("arms", arm => ReadArm(arm, space) with { Key = $"ros2.arms.{at++}" });
        s.Require(arms.Count is > 0 and <= PolicyAction.MostArms, "arms", $"names {arms.Count} arms; name each arm of the cell, 1 or 2");
        var cameras = s.Has("cameras") ? s.Children("cameras", camera => (Name: camera.Text("name"), Topic: ReadTopic(camera, space))) : [];
        foreach (var (name, count) in cameras.CountBy(camera => camera.Name))
            s.Require(count == 1, "cameras", $"camera '{name}' is there {count} times; name each once");
        var ros2 = new Ros2Parameters
        {
            // Written and hashed only where it is given: without it a configuration stays the one that it was.
            Backend = !s.Has("backend") ? Ros2Backend.Cyclone
                : s.Choice("backend", ("cyclone", Ros2Backend.Cyclone), ("rcl", Ros2Backend.Rcl), ("rcldotnet", Ros2Backend.Rcldotnet)),
            Source = s.Source,
            Namespace = space,
            Domain = s.Integer("domain", 0, LastDomain),
            Interface = s.Text("interface"),
            Peers = s.Has("peers") ? s.Texts("peers") : [],
            IsHumble = s.Choice("distribution", ("humble", true), ("iron", false), ("jazzy", false)),
            PatienceNs = s.DurationNs("patience_ms", 100, 600_000),
            Arms = arms,
            SceneTopic = TopicOrNone(s, "scene_topic", space),
            Cameras = cameras.DistinctBy(camera => camera.Name).ToDictionary(camera => camera.Name, camera => camera.Topic),
        };
        RequireApart(s, ros2, cameras);
        return ros2;
    }

    /// <summary>What goes out on a topic comes from nobody else, and names of joints tell them apart.</summary>
    private static void RequireApart(Section s, Ros2Parameters ros2, IReadOnlyList<(string Name, Ros2Topic Topic)> cameras)
    {
        var arms = ros2.Arms;
        HashSet<string> listened = [.. arms.SelectMany(arm => new[]
        {
            arm.JointStates.Name, arm.Wrench?.Topic.Name, arm.ProgramRunningTopic, arm.RobotModeTopic, arm.SafetyModeTopic,
        }).OfType<string>()];
        List<(string Key, string? Topic)> alone = [.. cameras.Select((camera, i) => ($"cameras.{i}.topic", (string?)camera.Topic.Name))];
        alone.Add(("scene_topic", ros2.SceneTopic));
        for (var i = 0; i < arms.Count; i++)
        {
            var names = arms[i].JointNames;
            foreach (var (name, count) in names.CountBy(name => name))
                s.Require(count == 1, $"arms.{i}.joint_names", $"'{name}' is there {count} times; name each joint once, base to tip");
            alone.AddRange([($"arms.{i}.command_topic", arms[i].CommandTopic), ($"arms.{i}.wrench_command_topic", arms[i].WrenchCommandTopic),
                ($"arms.{i}.gripper_command_topic", arms[i].GripperCommandTopic)]);
        }
        foreach (var (key, topic) in alone)
            s.Require(topic is null or "" || (!listened.Contains(topic) && alone.Count(other => other.Topic == topic) == 1), key,
                $"{topic} is named for something else too; give each its own topic");
    }

    private static Ros2ArmParameters ReadArm(Section s, string space) => new()
    {
        Profile = s.Choice("profile", Profiles),
        CommandTopic = Topic(s, "command_topic", space),
        WrenchCommandTopic = TopicOrNone(s, "wrench_command_topic", space),
        JointStates = s.Child("joint_states", states => ReadTopic(states, space)),
        JointNames = s.Texts("joint_names"),
        Wrench = s.ChildOrNone("wrench", wrench => ReadWrench(wrench, space)),
        GripperCommandTopic = TopicOrNone(s, "gripper_command_topic", space),
        GripperJoint = s.Has("gripper_joint") ? s.Text("gripper_joint") : null,
        ProgramRunningTopic = TopicOrNone(s, "program_running_topic", space),
        RobotModeTopic = TopicOrNone(s, "robot_mode_topic", space),
        SafetyModeTopic = TopicOrNone(s, "safety_mode_topic", space),
        // Written and hashed only where they are given.
        IsEffortTorque = !s.Has("effort") || s.Choice("effort", ("torque", true), ("current", false)),
        Controller = s.Has("controller") ? s.Child("controller", controller => ReadController(controller, space)) : null,
        BaseFrame = s.Text("base_frame"),
    };

    private static Ros2WrenchTopic ReadWrench(Section s, string space)
    {
        Ros2WrenchTopic wrench = new(ReadTopic(s, space), s.Choice("at", ("end_effector", true), ("sensor", false)),
            s.Choice("acts_on", ("tool", true), ("environment", false)))
        {
            BiasMaxN = s.Has("bias_max_n") ? s.Number("bias_max_n", 0, 1000, "N") : null,
            BiasMaxNm = s.Has("bias_max_nm") ? s.Number("bias_max_nm", 0, 100, "Nm") : null,
        };
        s.Require(!wrench.IsAtEndEffector || (wrench.BiasMaxN ?? wrench.BiasMaxNm) is null, "at",
            "at the end effector nothing is tared; leave bias_max_n and bias_max_nm out");
        return wrench;
    }
    private static Ros2Controller ReadController(Section s, string space)
    {
        var parameters = s.Has("parameters") ? s.Children("parameters", one => (Name: one.Text("name"), Value: one.Number("value", -1e6, 1e6))) : [];
        foreach (var (name, count) in parameters.CountBy(one => one.Name))
            s.Require(count == 1, "parameters", $"'{name}' is there {count} times; name each parameter once");
        return new()
        {
            Node = TopicOrNone(s, "node", space),
            Parameters = parameters,
            Pose = s.Has("pose") ? s.Child("pose", pose => ReadTopic(pose, space)) : null,
            Payload = s.Has("payload")
                ? s.Child("payload", one =>
                    (Topic(one, "service", space), one.Choice("type", ("ur", Ros2PayloadService.Ur), ("franka", Ros2PayloadService.Franka))))
                : null,
            Tare = TopicOrNone(s, "tare", space),
        };
    }

    private static Ros2Topic ReadTopic(Section s, string space) =>
        new(Topic(s, "topic", space), s.Choice("reliability", ("reliable", true), ("best_effort", false)));

    private static string? TopicOrNone(Section s, string key, string space) => s.Has(key) ? Topic(s, key, space) : null;

    /// <summary>With the namespace before it.</summary>
    public static string Topic(Section s, string key, string space = "")
    {
        var name = s.Text(key);
        var isName = name.Length > 1 && name.Split('/') is ["", .. var parts]
            && parts.All(part => part.Length > 0 && !char.IsAsciiDigit(part[0]) && part.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'));
        s.Require(name.Length == 0 || isName, key, $"'{name}' is no absolute topic; write it like /joint_states");
        return name.Length == 0 ? name : space + name;
    }
}

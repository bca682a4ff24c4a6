using RobotRL.Model;

namespace RobotRL.Configuration;

/// <summary>Reads <c>ros2</c>: how a cell is reached over ROS 2.</summary>
internal static class Ros2Section
{
    public const int LastDomain = 232;

    public static Ros2Parameters Read(Section s)
    {
        var arms = s.Children("arms", ReadArm);
        s.Require(arms.Count is > 0 and <= PolicyAction.MostArms, "arms", $"names {arms.Count} arms; name each arm of the cell, 1 or 2");
        var cameras = s.Has("cameras") ? s.Children("cameras", camera => (Name: camera.Text("name"), Topic: ReadTopic(camera))) : [];
        foreach (var (name, count) in cameras.CountBy(camera => camera.Name))
            s.Require(count == 1, "cameras", $"camera '{name}' is there {count} times; name each once");
        var ros2 = new Ros2Parameters
        {
            Domain = s.Integer("domain", 0, LastDomain),
            Interface = s.Text("interface"),
            Peers = s.Has("peers") ? s.Texts("peers") : [],
            IsHumble = s.Choice("distribution", ("humble", true), ("iron", false), ("jazzy", false)),
            PatienceNs = s.DurationNs("patience_ms", 100, 600_000),
            Arms = arms,
            SceneTopic = s.Has("scene_topic") ? Topic(s, "scene_topic") : null,
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

    private static Ros2ArmParameters ReadArm(Section s) => new()
    {
        Profile = s.Choice("profile", ("effort", Ros2Profile.Effort), ("position", Ros2Profile.Position), ("velocity", Ros2Profile.Velocity),
            ("target_pose", Ros2Profile.TargetPose), ("impedance_target", Ros2Profile.ImpedanceTarget),
            ("motion_update", Ros2Profile.MotionUpdate)),
        CommandTopic = Topic(s, "command_topic"),
        WrenchCommandTopic = TopicOrNone(s, "wrench_command_topic"),
        JointStates = s.Child("joint_states", ReadTopic),
        JointNames = s.Texts("joint_names"),
        Wrench = s.ChildOrNone("wrench", wrench => new Ros2WrenchTopic(
            ReadTopic(wrench), wrench.Choice("at", ("end_effector", true), ("sensor", false)),
            wrench.Choice("acts_on", ("tool", true), ("environment", false)))),
        GripperCommandTopic = TopicOrNone(s, "gripper_command_topic"),
        GripperJoint = s.Has("gripper_joint") ? s.Text("gripper_joint") : null,
        ProgramRunningTopic = TopicOrNone(s, "program_running_topic"),
        RobotModeTopic = TopicOrNone(s, "robot_mode_topic"),
        SafetyModeTopic = TopicOrNone(s, "safety_mode_topic"),
        BaseFrame = s.Text("base_frame"),
    };

    private static Ros2Topic ReadTopic(Section s) => new(Topic(s, "topic"), s.Choice("reliability", ("reliable", true), ("best_effort", false)));

    private static string? TopicOrNone(Section s, string key) => s.Has(key) ? Topic(s, key) : null;

    public static string Topic(Section s, string key)
    {
        var name = s.Text(key);
        var isName = name.Length > 1 && name.Split('/') is ["", .. var parts]
            && parts.All(part => part.Length > 0 && !char.IsAsciiDigit(part[0]) && part.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'));
        s.Require(name.Length == 0 || isName, key, $"'{name}' is no absolute topic; write it like /joint_states");
        return name;
    }
}

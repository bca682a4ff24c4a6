using RobotRL.Model;

namespace RobotRL.Configuration.Tests;

/// <summary>Cells behind ROS 2, laid over a task.</summary>
public sealed class Ros2CellTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Theory, InlineData("reach"), InlineData("peg-insert"), InlineData("pick-lift"), InlineData("maze")]
    public void Every_task_of_one_arm_fits_the_simulated_cell(string task)
    {
        var cell = RunConfiguration.Load(Shipped.Path(task), cell: Of("sim"));
        Assert.Equal("ros2_sim", cell.Robot.Driver);
        Assert.Equal(7, cell.Ros2!.Arms[0].JointNames.Count);
        Assert.True(cell.Robot.IsSimulated && cell.Robot.IsBehindRos2);
        var again = RunConfiguration.Load(_directory.Write("config.yaml", cell.ResolvedYaml));
        Assert.Equal((cell.Hash, cell.ResolvedYaml), (again.Hash, again.ResolvedYaml));
        Assert.NotEqual(RunConfiguration.Load(Shipped.Path(task)).Hash, cell.Hash);
    }

    [Theory, InlineData("peg-insert"), InlineData("pick-lift")]
    public void A_real_arm_is_nobodys_but_an_operators_to_clear(string task)
    {
        var cell = RunConfiguration.Load(Shipped.Path(task), cell: Of("franka-crisp"));
        Assert.Equal((CommandKind.CartesianImpedance, Ros2Profile.TargetPose), (cell.Robot.Command, cell.Ros2!.Arms[0].Profile));
        Assert.True(cell.Robot.AutoClear.IsEmpty && !cell.Robot.IsSimulated && cell.Robot.ForceSensor is null);
        Assert.Null(cell.Ros2.SceneTopic);
    }

    [Fact]
    public void Two_arms_have_topics_of_their_own()
    {
        var cell = RunConfiguration.Load(Shipped.Path("two-arm-reach"), cell: Of("two-arms-sim"));
        Assert.Equal(["/left/joint_states", "/right/joint_states"], cell.Ros2!.Arms.Select(arm => arm.JointStates.Name));
        Assert.Equal(["ros2.arms.0", "ros2.arms.1"], cell.Ros2.Arms.Select(arm => arm.Key));
        Assert.EndsWith("robot-configs/ros2/two-arms-sim.yaml", cell.Ros2.Source, StringComparison.Ordinal);
    }

    [Fact]
    public void A_namespace_stands_before_every_topic()
    {
        var cell = RunConfiguration.Load(Shipped.Path("peg-insert"), [("ros2.namespace", "/cell_b")], Of("sim"));
        var arm = cell.Ros2!.Arms[0];
        var all = arm.Commands.Concat(arm.Told).Select(one => one.Topic).Concat(cell.Ros2.Cameras.Values.Select(one => one.Name)).Append(cell.Ros2.SceneTopic!);
        Assert.All(all, topic => Assert.StartsWith("/cell_b/", topic, StringComparison.Ordinal));
        var again = RunConfiguration.Load(_directory.Write("config.yaml", cell.ResolvedYaml));
        Assert.Equal((cell.Hash, arm.CommandTopic), (again.Hash, again.Ros2!.Arms[0].CommandTopic));
        Assert.NotEqual(RunConfiguration.Load(Shipped.Path("peg-insert"), cell: Of("sim")).Hash, cell.Hash);
    }

    [Theory]
    [InlineData("ros2.namespace", "cell_b", "is no absolute topic")]
    [InlineData("ros2.domain", "233", "ros2.domain: 233 is out of range")]
    [InlineData("ros2.arms.0.command_topic", "commands", "is no absolute topic")]
    [InlineData("ros2.arms.0.profile", "position",
        "position carries joint_position, and robot.command is torque; write robot.command: joint_position, or profile: effort")]
    [InlineData("ros2.arms.0.wrench.bias_max_n", "5", "at the end effector nothing is tared")]
    [InlineData("ros2.arms.0.joint_names", "[a, b]", "names 2 joints and the robot file has 7")]
    [InlineData("ros2.arms.0.joint_names", "[a, b, c, d, e, f, a]", "'a' is there 2 times")]
    [InlineData("ros2.arms.0.command_topic", "/joint_states", "is named for something else too")]
    [InlineData("ros2.scene_topic", "/cameras/side/image_raw", "is named for something else too")]
    [InlineData("ros2.arms.0.wrench", "none", "must both be there or both be none")]
    [InlineData("ros2.cameras", "[]", "camera 'wrist' has neither a topic nor a source")]
    [InlineData("robot.driver", "ros2", "a real cell shows nobody its scene")]
    [InlineData("ros2.arms.0.colour", "red", "ros2.arms.0.colour: unknown key")]
    public void What_does_not_fit_is_told(string key, string value, string expected) =>
        Assert.Contains(Assert.Throws<ConfigurationException>(() => RunConfiguration.Load(Shipped.Path("peg-insert"), [(key, value)], Of("sim"))).Errors,
            error => error.Contains(expected, StringComparison.Ordinal));

    [Fact]
    public void A_real_cell_knows_no_goal() =>
        Assert.Contains(Assert.Throws<ConfigurationException>(() => RunConfiguration.Load(Shipped.Path("reach"), cell: Of("franka-crisp"))).Errors,
            error => error.Contains("nobody knows the goal", StringComparison.Ordinal));

    [Fact]
    public void A_driver_behind_ROS_2_needs_its_section() =>
        Assert.Contains(Assert.Throws<ConfigurationException>(() => RunConfiguration.Load(Shipped.Path("reach"), [("robot.driver", "ros2_sim")])).Errors,
            error => error.Contains("add the section ros2", StringComparison.Ordinal));

    public void Dispose() => _directory.Dispose();

    private static string Of(string cell) => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Shipped.Path("reach"))!, $"../ros2/{cell}.yaml"));
}

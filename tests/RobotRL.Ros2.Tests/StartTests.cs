using RobotRL.Configuration;
using RobotRL.Ros2.Transport;

namespace RobotRL.Ros2.Tests;

/// <summary>What keeps a cell from being begun with is one line that names file, key, what is there and what to do.</summary>
public sealed class StartTests
{
    private static readonly (string, string)[] Common =
    [
        ("ros2.domain", $"{Domains.Next()}"), ("ros2.patience_ms", "3000"), ("robot.limits.joint_collision_nm", "[200, 200, 200, 200, 200, 200, 200]"),
    ];

    [Theory]
    [InlineData("ros2.arms.0.joint_states.topic", "/nobody/joint_states", "ros2.arms.0.joint_states.topic: nobody sends /nobody/joint_states (domain ")]
    [InlineData("ros2.arms.0.wrench.topic", "/nobody/ft", "ros2.arms.0.wrench.topic: nobody sends /nobody/ft (domain ")]
    [InlineData("ros2.arms.0.command_topic", "/nobody/commands", "ros2.arms.0.command_topic: nobody takes commands on /nobody/commands (domain ")]
    [InlineData("ros2.arms.0.gripper_joint", "thumb", "ros2.arms.0.gripper_joint: messages on /joint_states name no joint 'thumb', but panda_joint1, ")]
    [InlineData("ros2.arms.0.joint_names", "[panda_joint1, panda_joint2, elbow, panda_joint4, panda_joint5, panda_joint6, panda_joint7]",
        "ros2.arms.0.joint_names: messages on /joint_states lack position or velocity of elbow; they name panda_joint1, ")]
    public void What_is_not_there_is_named(string key, string value, string expected)
    {
        using PlayedRobot arm = new(Cell.Load("reach", Common));
        IsRefused(Cell.Load("reach", [.. Common, (key, value)]), expected);
    }

    [Fact]
    public void A_weight_that_hangs_at_the_force_sensor_is_refused_by_its_value_and_none_is_not()
    {
        var configuration = Cell.Load("reach", [.. Common, ("ros2.arms.0.wrench.at", "sensor")]);
        using PlayedRobot arm = new(configuration);
        // What hangs there feels no gravity in this message: the tool's weight is missing, and 4 kg are there.
        arm.Wrench.Wrench.Force.Z = 40;
        IsRefused(configuration, "ros2.arms.0.wrench: the force sensor feels ", " N and ", "at most 20 N and 5 Nm may be its bias", "bias_max_n");
        arm.Wrench.Wrench.Force.Z = 5;
        using Rig rig = new(configuration);
        arm.Wrench.Wrench.Force.Z = 0;
    }

    [Fact]
    public void A_bound_of_ones_own_is_kept()
    {
        var configuration = Cell.Load("reach", [.. Common, ("ros2.arms.0.wrench.at", "sensor"), ("ros2.arms.0.wrench.bias_max_n", "2")]);
        using PlayedRobot arm = new(configuration);
        IsRefused(configuration, "at most 2 N and 5 Nm may be its bias");
    }

    [Theory]
    [InlineData("ros2.interface", "203.0.113.9", "ros2.interface: 203.0.113.9 is no address of this machine; write one of ")]
    [InlineData("ros2.peers", "[robot.invalid]", "ros2.peers.0: the name 'robot.invalid' has no address here; write the address itself")]
    public void A_network_that_is_not_there_is_refused_in_the_configurations_words(string key, string value, string expected)
    {
        using var control = OtherProcess.Robotrl("control", OtherProcess.TaskFile("reach"), "--cell", Cell.FileOf("sim"), "--channel", "nowhere",
            "--set", $"{key}={value}");
        Assert.Equal(2, control.ExitCode());
        Assert.Contains($"robot-configs/ros2/sim.yaml: {expected}", Assert.Single(control.Lines), StringComparison.Ordinal);
    }

    private static void IsRefused(RunConfiguration configuration, params string[] expected)
    {
        var refusal = Assert.Throws<TransportException>(() => new Rig(configuration)).Message;
        Assert.Contains("robot-configs/ros2/sim.yaml: ros2.", refusal, StringComparison.Ordinal);
        Assert.All(expected, part => Assert.Contains(part, refusal, StringComparison.Ordinal));
        Assert.DoesNotContain('\n', refusal);
    }
}

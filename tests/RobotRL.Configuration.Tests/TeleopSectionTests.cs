using RobotRL.Model;

namespace RobotRL.Configuration.Tests;

/// <summary>Devices of operators behind ROS 2, from a file of their own or a section of the cell's.</summary>
public sealed class TeleopSectionTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Theory]
    [InlineData("gamepad", TeleopDevice.Joy, "/joy")]
    [InlineData("spacemouse", TeleopDevice.Twist, "/spacenav/twist")]
    [InlineData("intervention", TeleopDevice.Intervention, "/robotrl/intervention")]
    public void Every_shipped_device_fits_a_task_and_changes_nothing_of_a_run(string name, TeleopDevice device, string topic)
    {
        var plain = RunConfiguration.Load(Shipped.Path("peg-insert"));
        var read = RunConfiguration.Load(Shipped.Path("peg-insert"), device: Of(name));
        Assert.Null(plain.Teleop);
        Assert.Equal((device, topic, true), (read.Teleop!.Device, read.Teleop.Topic, read.Teleop.StopsWhenLost));
        Assert.Equal((0, "127.0.0.1"), (read.Teleop.Network!.Domain, read.Teleop.Network.Interface));
        Assert.Equal(plain.Hash, read.Hash);
        var again = RunConfiguration.Load(_directory.Write("config.yaml", read.ResolvedYaml));
        Assert.Equal((read.Hash, read.ResolvedYaml), (again.Hash, again.ResolvedYaml));
        Assert.Equal(read.Teleop.Axes, again.Teleop!.Axes);
        Assert.Equal(read.Teleop.Buttons, again.Teleop.Buttons);
    }

    [Fact]
    public void Pad_drives_what_its_file_says()
    {
        var pad = RunConfiguration.Load(Shipped.Path("pick-lift"), device: Of("gamepad")).Teleop!;
        Assert.Equal([new(0, 1, 1), new(1, 0, -1), new(2, 3, -1), new(5, 2, -1)], pad.Axes);
        Assert.Equal((9, 10, 4), (pad.Buttons[TeleopButtons.Deadman], pad.Buttons[TeleopButtons.GripperToggle], pad.Buttons[TeleopButtons.Stop]));
        Assert.Equal((200_000_000, 2_000_000_000), (pad.MaxAgeNs, pad.StillNs));
        Assert.True(pad.CanClear);
    }

    /// <summary>Of one device nothing stays where another one is chosen.</summary>
    [Fact]
    public void Device_takes_the_place_of_the_section_as_a_whole()
    {
        var task = _directory.Write("task.yaml", RunConfiguration.Load(Shipped.Path("peg-insert"), device: Of("gamepad")).ResolvedYaml);
        Assert.Equal(TeleopDevice.Joy, RunConfiguration.Load(task).Teleop!.Device);
        var read = RunConfiguration.Load(task, [("teleop.max_age_ms", "300")], device: Of("intervention")).Teleop!;
        Assert.Equal((TeleopDevice.Intervention, 300_000_000, null), (read.Device, read.MaxAgeNs, read.StillNs));
        Assert.Empty(read.Axes);
    }

    [Fact]
    public void Cell_behind_ROS_2_lends_its_network() =>
        Assert.Null(RunConfiguration.Load(Shipped.Path("reach"), [("teleop.network", "cell")], Of("../ros2/sim"), Of("gamepad")).Teleop!.Network);

    [Theory]
    [InlineData("teleop.device", "mouse", "teleop.device: 'mouse' is not one of joy, twist, twist_stamped, intervention")]
    [InlineData("teleop.topic", "joy", "teleop.topic: 'joy' is no absolute topic; write it like /joint_states")]
    [InlineData("teleop.max_age_ms", "5", "teleop.max_age_ms: 5 is out of range; write a number from 20 to 2000 ms")]
    [InlineData("teleop.still_ms", "never", "teleop.still_ms: expected a number, found 'never'")]
    [InlineData("teleop.when_lost", "go_on", "is not one of stop, hand_back")]
    [InlineData("teleop.dead_zone", "0.6", "teleop.dead_zone: 0.6 is out of range")]
    [InlineData("teleop.largest", "0.5", "teleop.largest: 0.5 is below teleop.full_scale, 1, so that a full deflection would be a fault; raise it")]
    [InlineData("teleop.axes", "{}", "teleop.axes: drives nothing; name at least one of x, y, z, roll, pitch, yaw")]
    [InlineData("teleop.axes.x.scale", "0", "teleop.axes.x.scale: 0 moves nothing; leave the axis out")]
    [InlineData("teleop.axes.x.axis", "32", "teleop.axes.x.axis: 32 is out of range")]
    [InlineData("teleop.axes.rx", "{axis: 1, scale: 1}", "teleop.axes.rx: unknown key")]
    [InlineData("teleop.buttons", "{stop: 3}", "teleop.buttons.deadman: missing")]
    [InlineData("teleop.buttons.stop", "9", "teleop.buttons.stop: button 9 is deadman too; give each a button of its own")]
    [InlineData("teleop.buttons.gripper_close", "20", "needs its counterpart")]
    [InlineData("teleop.buttons_topic", "/buttons", "teleop.buttons_topic: unknown key")]
    [InlineData("teleop.network", "cell", "the cell is not behind ROS 2 and has no network of its own")]
    [InlineData("teleop.network.domain", "300", "teleop.network.domain: 300 is out of range")]
    public void What_does_not_fit_is_told_with_its_key_and_a_remedy(string key, string value, string expected) =>
        Assert.Contains(Assert.Throws<ConfigurationException>(() => RunConfiguration.Load(Shipped.Path("peg-insert"), [(key, value)], device: Of("gamepad")))
            .Errors, error => error.Contains(expected, StringComparison.Ordinal));

    [Fact]
    public void Domain_of_the_cell_is_reached_in_one_way() =>
        Assert.Contains("domain 0 is the cell's, which is reached in another way; write teleop.network: cell, or choose another domain",
            Assert.Single(Assert.Throws<ConfigurationException>(() => RunConfiguration.Load(
                Shipped.Path("reach"), [("ros2.domain", "0"), ("ros2.distribution", "iron")], Of("../ros2/sim"), Of("gamepad"))).Errors),
            StringComparison.Ordinal);

    [Fact]
    public void Device_file_holds_nothing_else()
    {
        var file = _directory.Write("pad.yaml", File.ReadAllText(Of("gamepad")) + "robot: {driver: ros2}\n");
        Assert.Contains("pad.yaml:30: robot: a device's file holds the section teleop alone; remove it", Error(file), StringComparison.Ordinal);
        Assert.Contains("teleop: missing; a device's file holds this section", Error(_directory.Write("none.yaml", "colour: red\n")), StringComparison.Ordinal);
        Assert.Contains("cannot be read", Error("nowhere.yaml"), StringComparison.Ordinal);
    }

    public void Dispose() => _directory.Dispose();

    private static string Error(string device) => string.Join('\n',
        Assert.Throws<ConfigurationException>(() => RunConfiguration.Load(Shipped.Path("peg-insert"), device: device)).Errors);

    private static string Of(string device) => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Shipped.Path("reach"))!, $"../teleop/{device}.yaml"));
}

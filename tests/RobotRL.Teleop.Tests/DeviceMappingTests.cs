using RobotRL.Model;
using RobotRL.Teleop.Devices;

namespace RobotRL.Teleop.Tests;

/// <summary>What a device's numbers mean.</summary>
public sealed class DeviceMappingTests
{
    private readonly DeviceMapping _mapping = new(Pads.Pad with { FullScale = 2, Largest = 3, DeadZone = 0.2, Expo = 0.5 });

    //  axis      0   0.399  1.2            2     3
    //  share     0   0      0.5·½+0.5·⅛   1     1
    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.399, 0)]
    [InlineData(-0.399, 0)]
    [InlineData(1.2, 0.3125)]
    [InlineData(-1.2, -0.3125)]
    [InlineData(2, 1)]
    [InlineData(3, 1)]
    [InlineData(-3, -1)]
    public void Axis_has_a_dead_zone_a_curve_and_an_end(float axis, float expected)
    {
        var motion = _mapping.MotionOf([0, axis, 0, 0]);
        Assert.Equal(expected, motion[0], 1e-6f);
        Assert.Equal(0, motion[1]);
        Assert.Equal(expected == 0, _mapping.Deflection([0, axis, 0, 0]) is null);
    }

    [Fact]
    public void Axis_has_a_sign_and_a_scale()
    {
        var motion = _mapping.MotionOf([2, 0, 0, 2]);
        Assert.Equal((-1f, -0.5f), (motion[1], motion[2]));
    }

    [Theory]
    [InlineData(float.NaN, "axis 2 is no number")]
    [InlineData(float.PositiveInfinity, "axis 2 is no number")]
    [InlineData(3.1f, "axis 2 reads 3.1, beyond teleop.largest")]
    [InlineData(-30f, "axis 2 reads -30")]
    public void Axis_that_no_sound_device_shows_is_a_fault_also_where_nothing_hangs_on_it(float axis, string expected)
    {
        Assert.Null(_mapping.FaultOfAxes([0, 0, 3.002f, 0]));
        Assert.StartsWith(expected, _mapping.FaultOfAxes([0, 0, axis, 0]), StringComparison.Ordinal);
    }

    [Fact]
    public void Too_few_axes_or_buttons_are_a_fault()
    {
        Assert.Contains("3 axes, and teleop.axes names axis 3", _mapping.FaultOfAxes([0, 0, 0]), StringComparison.Ordinal);
        Assert.Contains("5 buttons, and teleop.buttons names button 5", _mapping.FaultOfButtons([0, 0, 0, 0, 0]), StringComparison.Ordinal);
        Assert.Contains("0 axes", _mapping.FaultOfAxes([]), StringComparison.Ordinal);
        Assert.Contains("button 1 reads 2", _mapping.FaultOfButtons([0, 2, 0, 0, 0, 0]), StringComparison.Ordinal);
        Assert.Null(_mapping.FaultOfButtons([0, 1, 0, 0, 0, 0, 1]));
    }

    [Fact]
    public void Buttons_mean_what_is_configured() =>
        Assert.Equal(TeleopButtons.Deadman | TeleopButtons.Stop, _mapping.PressedOf([0, 0, 0, 1, 1, 0, 1]));
}

/// <summary>A device for tests.</summary>
internal static class Pads
{
    public static TeleopParameters Pad { get; } = new()
    {
        Device = TeleopDevice.Joy,
        Topic = "/joy",
        SharesClock = true,
        MaxAgeNs = 200_000_000,
        StillNs = 2_000_000_000,
        StopsWhenLost = false,
        DeadZone = 0.1,
        Axes = [new(0, 1, 1), new(1, 0, -1), new(2, 3, -0.5)],
        Buttons = new Dictionary<TeleopButtons, int>
        {
            [TeleopButtons.Success] = 0,
            [TeleopButtons.GripperToggle] = 1,
            [TeleopButtons.NextArm] = 2,
            [TeleopButtons.Stop] = 3,
            [TeleopButtons.Deadman] = 4,
            [TeleopButtons.Clear] = 5,
        },
    };
}

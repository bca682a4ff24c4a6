using RobotRL.Model;

namespace RobotRL.Configuration.Tests;

/// <summary>A cell's arms: names, places, and what must stay between them.</summary>
public sealed class CellSectionTests
{
    private static readonly string Path = Shipped.Path("two-arm-reach");

    [Fact]
    public void Arms_make_action_and_observation()
    {
        var task = RunConfiguration.Load(Path).Task;
        Assert.Equal(["left", "right"], task.Arms.Select(a => a.Name));
        Assert.Equal(["left.x", "left.y", "left.z", "right.x", "right.y", "right.z"], task.ActionLayout.Columns);
        Assert.Equal(2 * (6 + 6 + 3), task.ObservationLayout.Size);
        Assert.Equal((new Vector3D(0, -0.7, 0), 0.02), (task.Beside(0)!.BaseInBase.Position, task.Beside(0)!.DistanceM));
        Assert.Equal(new Vector3D(0, 0.7, 0), task.Beside(1)!.BaseInBase.Position);
        Assert.Null(RunConfiguration.Load(Shipped.Path("reach")).Task.Beside(0));
    }

    [Fact]
    public void A_camera_that_an_arm_carries_is_there_once_for_each()
    {
        string[] camera = ["width_px: 64", "height_px: 64", "crop_x_px: 0", "crop_y_px: 0", "crop_size_px: 64", "image_size_px: 64"];
        (string, string)[] Set(string name) => [("task.cameras", $"[{{name: {name}, {string.Join(", ", camera)}}}]"), ("learner.encoder", "convolutional")];
        Assert.Equal("left_wrist", RunConfiguration.Load(Path, Set("left_wrist")).Task.Cameras[0].Name);
        var error = Assert.Single(Assert.Throws<ConfigurationException>(() => RunConfiguration.Load(Path, Set("wrist"))).Errors);
        Assert.Contains("the scene has no camera 'wrist'; choose one of left_wrist, right_wrist, front", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cell.arms", "[{name: left, base: {position_m: [0, 0, 0], rotation_rad: [0, 0, 0]}}]",
        "cell.arms: a cell has 2 arms here, not 1; for a cell with one arm leave the section 'cell' out")]
    [InlineData("cell.arms.1.name", "left", "cell.arms.1.name: 'left' is there twice; give each arm a name of its own")]
    [InlineData("cell.arms.0.name", "Left arm",
        "cell.arms.0.name: 'Left arm' cannot be a part's name; write up to 16 small letters and digits, a letter first")]
    [InlineData("cell.arm_distance_m", "0", "cell.arm_distance_m: 0 is out of range; write a number from 0.005 to 0.5 m")]
    [InlineData("task.kind", "peg_insert", "task.kind: is a task for one arm; with the section 'cell' choose reach")]
    public void Mistake_is_named(string key, string value, string expected) => Assert.Contains(
        Assert.Throws<ConfigurationException>(() => RunConfiguration.Load(Path, [(key, value)])).Errors, e => e.Contains(expected, StringComparison.Ordinal));
}

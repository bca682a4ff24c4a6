using RobotRL.Model;
using RobotRL.Robots.Mujoco.Binding;

namespace RobotRL.Robots.Mujoco.Tests;

public class BindingTests
{
    [Fact]
    public void Library_of_the_release_that_the_layout_was_printed_for_is_accepted()
    {
        MujocoLibrary.Load();
        MujocoLibrary.CheckVersion(MujocoLibrary.ExpectedVersion);
    }

    [Theory]
    [InlineData(221, "2.2.1")]
    [InlineData(310, "3.1.0")]
    public void Library_of_another_release_is_refused_in_one_line_with_the_remedy(int version, string named)
    {
        var e = Assert.Throws<MujocoException>(() => MujocoLibrary.CheckVersion(version));
        Assert.Contains(named, e.Message);
        Assert.Contains("generate-layout.sh", e.Message);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public void Missing_scene_is_named()
    {
        var e = Assert.Throws<MujocoException>(() => new MujocoModel("nowhere/scene.xml"));
        Assert.Contains("nowhere/scene.xml", e.Message);
    }

    [Theory]
    [InlineData("<mujoco><worldbody><geom type='octopus'/></worldbody></mujoco>")]
    [InlineData("<mujoco><worldbody>")]
    public void Invalid_scene_is_refused_in_one_line_that_names_the_file(string xml)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, xml);
            var e = Assert.Throws<MujocoException>(() => new MujocoModel(path));
            Assert.StartsWith(path, e.Message);
            Assert.DoesNotContain('\n', e.Message);
        }
        finally { File.Delete(path); }
    }

    [Fact]
    public void Unknown_part_of_a_scene_is_named()
    {
        using var model = new MujocoModel(Panda.Scene("reach"));
        Assert.Contains("'rear'", Assert.Throws<MujocoException>(() => model.Camera("rear")).Message);
        Assert.Contains("mocap", Assert.Throws<MujocoException>(() => model.Mocap("hand")).Message);
    }

    [Fact]
    public void Disposed_model_is_not_touched_again()
    {
        var model = new MujocoModel(Panda.Scene("reach"));
        model.Dispose();
        Assert.Throws<ObjectDisposedException>(() => model.PositionCount);
    }

    [Theory]
    [InlineData("reach", 9, 9, 9)]
    [InlineData("peg-insert", 9, 9, 9)]
    [InlineData("pick-lift", 16, 15, 9)]
    public void Sizes_read_through_the_layout_are_those_of_the_scene(string scene, int positions, int velocities, int actuators)
    {
        using var model = new MujocoModel(Panda.Scene(scene));
        Assert.Equal((positions, velocities, actuators), (model.PositionCount, model.VelocityCount, model.ActuatorCount));
        Assert.Equal(0.001, model.TimestepS);
        Assert.Equal([0, 0, -9.81], model.Gravity.ToArray());
        Assert.Equal((640, 480), model.OffscreenSize);
    }

    [Fact]
    public void Motors_are_bounded_by_the_data_sheet()
    {
        using var model = new MujocoModel(Panda.Scene("reach"));
        double[] torque = [87, 87, 87, 87, 12, 12, 12];
        for (var i = 0; i < Joints.Max; i++) Assert.Equal((-torque[i], torque[i]), model.ControlRange(model.Actuator($"joint{i + 1}")));
    }
}

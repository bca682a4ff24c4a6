using RobotRL.Model;

namespace RobotRL.Configuration.Tests;

/// <summary>The configurations that users start from: they load, agree with their scenes, and survive being written into a run directory.</summary>
public sealed class ShippedConfigurationTests
{
    public static TheoryData<string> Tasks => ["reach", "peg-insert", "pick-lift", "maze", "two-arm-reach"];

    [Theory, MemberData(nameof(Tasks))]
    public void Shipped_configuration_loads(string task)
    {
        var configuration = RunConfiguration.Load(Shipped.Path(task));
        Assert.Equal(7, configuration.Robot.JointCount);
        Assert.Equal(7, configuration.Robot.Limits.Joints.Count);
        Assert.True(configuration.Robot.Impedance.SpringForceBoundN < configuration.Robot.Limits.CollisionForceN);
        Assert.Contains("spring force at most", Assert.Single(configuration.Remarks), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Tasks))]
    public void Resolved_configuration_loads_again_as_itself(string task)
    {
        using var directory = new TemporaryDirectory();
        var original = RunConfiguration.Load(Shipped.Path(task));
        var again = RunConfiguration.Load(directory.Write("config.yaml", original.ResolvedYaml));
        Assert.Equal(original.Hash, again.Hash);
        Assert.Equal(original.ResolvedYaml, again.ResolvedYaml);
        Assert.Equal(Shipped.Describe(original), Shipped.Describe(again));
    }

    [Fact]
    public void Task_values_lie_over_the_robot_file()
    {
        var peg = RunConfiguration.Load(Shipped.Sample("sim/task.yaml"));
        Assert.Equal(0.188421583164155, peg.Robot.HomeRad[1]);
        Assert.Equal(15, peg.Robot.Impedance.SpringForceBoundN, 9);
        Assert.Equal(new JointLimits(-2.8973, 2.8973, 2.175, 15, 7500, 87, 1000), peg.Robot.Limits.Joints[0]);
        Assert.Equal(new JointLimits(-0.0175, 3.7525, 2.61, 20, 10000, 12, 1000), peg.Robot.Limits.Joints[5]);
        Assert.Equal([0, 1, 2, 5], peg.Task.Actions.ActiveAxes);
        Assert.Equal(["wrist", "side"], peg.Task.Cameras.Select(c => c.Name));
        Assert.Equal(1_000_000, peg.Robot.ControlPeriodNs);
        Assert.Equal(100_000_000, peg.Task.DecisionPeriodNs);
    }

    [Fact]
    public void Override_changes_the_value_and_the_hash()
    {
        var path = Shipped.Sample("sim/task.yaml");
        var plain = RunConfiguration.Load(path);
        var cloned = RunConfiguration.Load(path,
            [("learner.method", "behaviour_cloning"), ("task.cameras.1.image_size_px", "32"), ("learner.hidden_sizes", "[64]")]);
        Assert.Equal(LearningMethod.BehaviourCloning, cloned.Learner.Method);
        Assert.Equal(ImageShape.Square(32), cloned.Task.Cameras[1].Image);
        Assert.Equal([64], cloned.Learner.HiddenSizes);
        Assert.NotEqual(plain.Hash, cloned.Hash);
        Assert.Equal(plain.Hash, RunConfiguration.Load(path, [("learner.method", "rlpd")]).Hash);
    }

    [Fact]
    public void Image_has_any_proportions_and_channels()
    {
        using var directory = new TemporaryDirectory();
        var path = Shipped.Sample("sim/task.yaml");
        var plain = RunConfiguration.Load(path);
        // A crop of 126×84 has the image's proportions; one of 128×85 has them to a pixel.
        (string, string)[] wide =
        [
            ("task.cameras.0.crop_size_px", "[126, 84]"), ("task.cameras.0.image_size_px", "[96, 64]"), ("task.cameras.0.channels", "gray"),
        ];
        var configuration = RunConfiguration.Load(path, wide);
        Assert.Equal(new CameraDescription("wrist", 128, 128, 0, 0, 126, 84, new(96, 64, ImageShape.Gray)), configuration.Task.Cameras[0]);
        Assert.Equal(plain.Task.Cameras[1], configuration.Task.Cameras[1]);
        Assert.Equal([new ImageBlock("wrist", new(96, 64, ImageShape.Gray)), new("side", ImageShape.Square(64))], configuration.Task.ObservationLayout.Images);
        RunConfiguration.Load(path, [.. wide, ("task.cameras.0.crop_size_px", "[128, 85]")]);

        var again = RunConfiguration.Load(directory.Write("config.yaml", configuration.ResolvedYaml));
        Assert.Equal((configuration.Hash, Shipped.Describe(configuration)), (again.Hash, Shipped.Describe(again)));
        Assert.Equal(plain.Hash, RunConfiguration.Load(path, [("task.cameras.0.image_size_px", "[64, 64]")]).Hash);
        Assert.DoesNotContain(" channels", plain.ResolvedYaml, StringComparison.Ordinal);
        var stretched = RunConfiguration.Load(path, [("task.cameras.0.image_size_px", "[64, 48]"), ("task.cameras.0.stretch", "true")]);
        Assert.Equal(new ImageShape(64, 48, ImageShape.Rgb), stretched.Task.Cameras[0].Image);
    }

    [Fact]
    public void Image_that_the_encoder_cannot_take_is_refused()
    {
        using var directory = new TemporaryDirectory();
        // What is checked of the weights here is that they are a whole file.
        var weights = Path.Combine(directory.Path, "weights.safetensors");
        File.WriteAllBytes(weights, [2, 0, 0, 0, 0, 0, 0, 0, (byte)'{', (byte)'}']);
        (string, string)[] set =
        [
            ("learner.encoder", "resnet10"), ("learner.encoder_weights", weights),
            ("task.cameras.0.crop_size_px", "[96, 48]"), ("task.cameras.0.image_size_px", "[48, 24]"),
        ];
        var error = Assert.Single(Assert.Throws<ConfigurationException>(() => RunConfiguration.Load(Shipped.Sample("sim/task.yaml"), set)).Errors);
        Assert.Equal("--set task.cameras.0.image_size_px: 48×24 is too small for the encoder, which takes 32 pixels and more each way; enlarge it", error);
    }

    [Fact]
    public void Stiffness_and_damping_are_part_of_the_action_where_a_share_is_given()
    {
        using var directory = new TemporaryDirectory();
        var path = Shipped.Sample("sim/task.yaml");
        var plain = RunConfiguration.Load(path);
        Assert.Equal((null, null, 4), (plain.Task.Actions.StiffnessMinShare, plain.Task.Actions.DampingMinShare, plain.Task.Actions.Dimensions));
        Assert.DoesNotContain("min_share", plain.ResolvedYaml, StringComparison.Ordinal);

        var variable = RunConfiguration.Load(path, [("task.actions.stiffness_min_share", "0.25"), ("task.actions.damping_min_share", "0.8")]);
        Assert.Equal((0.25, 0.8, 6), (variable.Task.Actions.StiffnessMinShare, variable.Task.Actions.DampingMinShare, variable.Task.Actions.Dimensions));
        Assert.NotEqual(plain.Hash, variable.Hash);
        var again = RunConfiguration.Load(directory.Write("config.yaml", variable.ResolvedYaml));
        Assert.Equal((variable.Hash, Shipped.Describe(variable)), (again.Hash, Shipped.Describe(again)));
    }

    [Fact]
    public void Wrench_is_part_of_the_action_where_axes_of_it_are_named()
    {
        using var directory = new TemporaryDirectory();
        var path = Shipped.Sample("sim/task.yaml");
        (string, string)[] set =
        [
            ("robot.limits.wrench", "{force_n: 10, torque_nm: 1, force_rate_n_s: 100, torque_rate_nm_s: 10}"),
            ("task.actions.wrench_axes", "[x, z, yaw]"), ("task.actions.wrench_scale_n", "8"), ("task.actions.wrench_scale_nm", "0.5"),
        ];
        var configuration = RunConfiguration.Load(path, set);
        Assert.Equal([0, 2, 5], configuration.Task.Actions.WrenchAxes);
        Assert.Equal((8, 0.5, 7), (configuration.Task.Actions.WrenchScaleN, configuration.Task.Actions.WrenchScaleNm, configuration.Task.Actions.Dimensions));
        Assert.Equal(["x", "y", "z", "rz", "fx", "fz", "tz"], configuration.Task.ActionLayout.Columns);
        Assert.Equal(new(10, 1, 100, 10), configuration.Robot.Limits.Wrench);
        Assert.Contains("a wrench of at most 10 N and 1 Nm beside it", configuration.Remarks[0], StringComparison.Ordinal);
        var again = RunConfiguration.Load(directory.Write("config.yaml", configuration.ResolvedYaml));
        Assert.Equal((configuration.Hash, Shipped.Describe(configuration)), (again.Hash, Shipped.Describe(again)));
        Assert.DoesNotContain("wrench_", RunConfiguration.Load(path).ResolvedYaml, StringComparison.Ordinal);

        Refused(set[1..], "--set task.actions.wrench_axes: needs its limits; add robot.limits.wrench: {force_n, torque_nm, force_rate_n_s, torque_rate_nm_s}");
        Refused([.. set, ("task.actions.wrench_scale_n", "11")],
            "--set task.actions.wrench_scale_n: 11 N is above robot.limits.wrench.force_n, 10 N; lower it");
        Refused([.. set, ("robot.limits.wrench.force_n", "21")], "--set robot.limits.wrench.force_n: 21 N is above contact_force_n, 20 N; lower it");
        Refused([.. set, ("robot.command", "cartesian_impedance"), ("robot.limits.wrench.force_rate_n_s", "300")],
            "--set robot.limits.wrench.force_rate_n_s: 300 N/s is above what robot.command cartesian_impedance carries, 200 N/s; lower it");

        void Refused(IReadOnlyList<(string, string)> bad, string expected) =>
            Assert.Equal(expected, Assert.Single(Assert.Throws<ConfigurationException>(() => RunConfiguration.Load(path, bad)).Errors));
    }

    [Theory, MemberData(nameof(Tasks))]
    public void Shipped_configuration_bears_the_softening_that_is_documented(string task) =>
        Assert.Equal(0.25, RunConfiguration.Load(Shipped.Path(task), [("task.actions.stiffness_min_share", "0.25")]).Task.Actions.StiffnessMinShare);

    [Theory, MemberData(nameof(Tasks))]
    public void Robot_without_a_force_sensor_says_what_is_lost(string task)
    {
        using var directory = new TemporaryDirectory();
        var with = RunConfiguration.Load(Shipped.Path(task));
        var without = RunConfiguration.Load(Shipped.Path(task), [("robot.force_sensor", "none")]);
        Assert.Equal(new ForceSensorParameters(Vector3D.Zero, 500, 50, 200_000_000), with.Robot.ForceSensor);
        Assert.Null(without.Robot.ForceSensor);
        Assert.NotEqual(with.Hash, without.Hash);
        Assert.DoesNotContain(without.Remarks, r => r.Contains("collision stops above", StringComparison.Ordinal));
        var lost = Assert.Single(without.Remarks, r => r.Contains("force_sensor is none", StringComparison.Ordinal));
        foreach (var part in new[] { "no softening in contact", "no stop by collision force", "critic", "joint_collision_nm" })
            Assert.Contains(part, lost, StringComparison.Ordinal);
        var again = RunConfiguration.Load(directory.Write("config.yaml", without.ResolvedYaml));
        Assert.Equal((without.Hash, Shipped.Describe(without)), (again.Hash, Shipped.Describe(again)));
    }

    [Fact]
    public void Hash_does_not_depend_on_layout_or_place_but_on_the_scene()
    {
        using var directory = new TemporaryDirectory();
        var original = RunConfiguration.Load(Shipped.Path("reach"));
        var scene = Path.GetDirectoryName(original.Task.ScenePath)!;
        directory.Write("panda/panda.xml", File.ReadAllText(Path.Combine(scene, "../../panda/panda.xml")));
        directory.Write("sim/reach/tool.xml", File.ReadAllText(Path.Combine(scene, "tool.xml")));
        var copy = directory.Write("sim/reach/scene.xml", File.ReadAllText(original.Task.ScenePath));
        var moved = directory.Write("sim/config.yaml", "# elsewhere\n" + original.ResolvedYaml
            .Replace(System.Text.Json.JsonSerializer.Serialize(original.Task.ScenePath), "reach/scene.xml", StringComparison.Ordinal)
            .Replace("max_steps: ", "max_steps:    ", StringComparison.Ordinal));
        Assert.Equal(original.Hash, RunConfiguration.Load(moved).Hash);
        Assert.Equal(copy, RunConfiguration.Load(moved).Task.ScenePath);

        File.AppendAllText(copy, "<!-- changed -->\n");
        Assert.NotEqual(original.Hash, RunConfiguration.Load(moved).Hash);
    }
}

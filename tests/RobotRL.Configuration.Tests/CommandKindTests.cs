using RobotRL.Model;

namespace RobotRL.Configuration.Tests;

/// <summary>Which kind of command a robot takes is written in its file; where nothing is written it takes torques, as ever.</summary>
public sealed class CommandKindTests
{
    private const string Key = "robot.command";

    [Theory]
    [InlineData("torque", CommandKind.JointTorque)]
    [InlineData("cartesian_impedance", CommandKind.CartesianImpedance)]
    [InlineData("joint_position", CommandKind.JointPosition)]
    [InlineData("joint_velocity", CommandKind.JointVelocity)]
    public void Kind_is_read_and_survives_being_written_into_a_run(string word, CommandKind kind)
    {
        using var directory = new TemporaryDirectory();
        var read = RunConfiguration.Load(Shipped.Sample("sim/task.yaml"), [(Key, word)]);
        Assert.Equal(kind, read.Robot.Command);
        Assert.Equal(kind, RunConfiguration.Load(directory.Write("config.yaml", read.ResolvedYaml)).Robot.Command);
    }

    /// <summary>A run that was recorded before there was a choice is the same configuration still.</summary>
    [Fact]
    public void Silence_means_torque_and_leaves_no_trace()
    {
        var silent = RunConfiguration.Load(Shipped.Sample("sim/task.yaml"));
        Assert.Equal(CommandKind.JointTorque, silent.Robot.Command);
        Assert.DoesNotContain("command:", silent.ResolvedYaml, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("joint_position", "stiffness_min_share", "0.5")]
    [InlineData("joint_velocity", "damping_min_share", "0.8")]
    [InlineData("joint_position", "wrench_axes", "[z]", "wrench")]
    [InlineData("joint_velocity", "wrench_axes", "[z]", "wrench")]
    public void What_knows_no_stiffness_has_none_in_its_action(string word, string share, string value, string what = "stiffness or damping")
    {
        List<(string, string)> set = [(Key, word), ("task.actions." + share, value)];
        if (what == "wrench") set.Add(("task.actions.wrench_scale_n", "5"));
        var error = Assert.Single(Assert.Throws<ConfigurationException>(() => RunConfiguration.Load(Shipped.Sample("sim/task.yaml"), set)).Errors);
        Assert.Contains($"task.actions.{share}: robot.command is {word}, which knows no {what}; "
            + "leave this out, or take torque or cartesian_impedance", error, StringComparison.Ordinal);
    }
}

using RobotRL.Model;

namespace RobotRL.Configuration.Tests;

/// <summary>Which stops a simulation clears by itself is written down, and nothing that a person has to clear can be.</summary>
public sealed class AutoClearTests
{
    private const string Key = "robot.auto_clear";

    [Theory, MemberData(nameof(ShippedConfigurationTests.Tasks), MemberType = typeof(ShippedConfigurationTests))]
    public void Shipped_simulations_go_on_after_what_training_brings_about_and_wait_for_an_operator_after_the_rest(string task)
    {
        var listed = RunConfiguration.Load(Shipped.Path(task)).Robot.AutoClear;
        Assert.Equal(FaultSet.Clearable, listed);
        foreach (var persons in (ReadOnlySpan<FaultCode>)[FaultCode.OperatorStop, FaultCode.DeadmanReleased, FaultCode.UnknownCause,
            FaultCode.LoopEnded, FaultCode.NonFiniteState])
            Assert.False(listed.Contains(persons));
    }

    [Fact]
    public void The_list_may_be_empty_and_survives_being_written_into_a_run()
    {
        using var directory = new TemporaryDirectory();
        var none = RunConfiguration.Load(Shipped.Sample("sim/task.yaml"), [(Key, "[]")]);
        var two = RunConfiguration.Load(Shipped.Sample("sim/task.yaml"), [(Key, "[collision_force, loop_late]")]);
        Assert.True(none.Robot.AutoClear.IsEmpty);
        Assert.Equal(FaultSet.Of(FaultCode.LoopLate, FaultCode.CollisionForce), two.Robot.AutoClear);
        Assert.Equal(two.Robot.AutoClear, RunConfiguration.Load(directory.Write("config.yaml", two.ResolvedYaml)).Robot.AutoClear);
        Assert.NotEqual(none.Hash, two.Hash);
    }

    [Theory]
    [InlineData("[operator_stop]", "'operator_stop' is not one of stale_state,")]
    [InlineData("[deadman_released]", "'deadman_released' is not one of stale_state,")]
    [InlineData("[loop_ended]", "'loop_ended' is not one of stale_state,")]
    [InlineData("[loop_late, collision_force]", "'collision_force' is repeated or out of order")]
    [InlineData("all", "expected a list of stale_state,")]
    public void What_is_an_operators_to_clear_cannot_be_listed(string list, string expected) =>
        Assert.Contains(expected,
            Assert.Single(Assert.Throws<ConfigurationException>(() => RunConfiguration.Load(Shipped.Sample("sim/task.yaml"), [(Key, list)])).Errors),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("franka", false)]
    [InlineData("mujoco", true)]
    public void On_an_arm_that_is_not_simulated_the_list_is_empty(string driver, bool isSimulated)
    {
        var path = Shipped.Sample("sim/task.yaml");
        var errors = new Diagnostics(path);
        var robot = new Section(ConfigurationTree.Read(path, [], errors), "", errors, new CanonicalText()).Child("robot", s =>
        {
            var read = RobotSection.Read(s) with { Driver = driver };
            RobotSection.CheckAutoClear(s, read);
            RobotSection.CheckAutoClear(s, read with { AutoClear = default });
            return read;
        });
        Assert.Equal(isSimulated, robot.IsSimulated);
        if (isSimulated) errors.ThrowIfAny();
        else Assert.EndsWith($"{Key}: driver franka moves a real arm, on which every stop is an operator's to clear; write []",
            Assert.Single(Assert.Throws<ConfigurationException>(errors.ThrowIfAny).Errors), StringComparison.Ordinal);
    }
}

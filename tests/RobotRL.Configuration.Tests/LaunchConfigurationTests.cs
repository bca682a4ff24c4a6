namespace RobotRL.Configuration.Tests;

/// <summary>Launch files: a document of its own kind, read as strictly as the others.</summary>
public sealed class LaunchConfigurationTests
{
    private static readonly string ShippedLaunch =
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Shipped.Path("reach"))!, "..", "..", "launch", "peg-insert.yaml"));

    [Fact]
    public void Shipped_launch_names_its_task_and_runs_on_a_single_cpu_too()
    {
        var launch = LaunchConfiguration.Load(ShippedLaunch, cpus: 1);
        Assert.Equal(Shipped.Path("peg-insert"), launch.ConfigPath);
        Assert.Equal(("scripted", 80, null), (launch.Operator, launch.ControlPriority, launch.ControlCpu));
        Assert.Empty(launch.ActorCpus.Concat(launch.LearnerCpus));
    }

    [Fact]
    public void Places_are_read()
    {
        var launch = Load("  control: {cpu: 3, priority: 50}\n  actor: {cpus: [0, 1]}\n  learner: {cpus: [2]}", cpus: 4);
        Assert.Equal((3, 50), (launch.ControlCpu, launch.ControlPriority));
        Assert.Equal([0, 1], launch.ActorCpus);
        Assert.Equal([2], launch.LearnerCpus);
    }

    [Fact]
    public void Operator_over_ROS_2_may_name_a_device()
    {
        var pad = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Shipped.Path("reach"))!, "..", "teleop", "gamepad.yaml"));
        Assert.Null(Load("  control: {priority: 50}", cpus: 1).TeleopPath);
        Assert.Equal(pad, Load($"  teleop: {pad}\n  control: {{priority: 50}}", cpus: 1).TeleopPath);
        var refused = Assert.Throws<ConfigurationException>(() => Load("  teleop: nowhere.yaml\n  control: {priority: 50}", cpus: 1));
        Assert.Contains(refused.Errors, e => e.Contains("launch.teleop: file", StringComparison.Ordinal));
    }

    [Fact]
    public void Cpu_that_the_machine_lacks_and_a_misspelt_key_are_both_told()
    {
        var refused = Assert.Throws<ConfigurationException>(() => Load("  control: {cpu: 2, priority: 50}\n  actor: {cpu: [0]}", cpus: 2));
        Assert.Contains(refused.Errors, e => e.Contains("launch.control.cpu: 2 is out of range; write a whole number from 0 to 1", StringComparison.Ordinal));
        Assert.Contains(refused.Errors, e => e.Contains("launch.actor.cpu: unknown key; did you mean 'cpus'?", StringComparison.Ordinal));
    }

    private static LaunchConfiguration Load(string places, int cpus)
    {
        using var directory = new TemporaryDirectory();
        var text = $"launch:\n  config: {Shipped.Path("reach")}\n  operator: none\n  seed: 1\n  env_steps: 10\n{places}\n";
        return LaunchConfiguration.Load(directory.Write("launch.yaml", text), cpus);
    }
}

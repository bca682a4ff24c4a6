namespace RobotRL.Configuration.Tests;

/// <summary>Launch files in ROS 2's syntax.</summary>
public sealed class LaunchScriptTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public void The_shipped_file_starts_a_robot_and_then_its_training()
    {
        var file = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Shipped.Path("reach"))!, "../../launch/sim-ros2.launch.yaml"));
        Assert.True(LaunchScript.IsScript(file));
        var processes = LaunchScript.Load(file, new Dictionary<string, string> { ["run"] = "a b", ["domain"] = "7" });
        Assert.Equal(["robot", "training"], processes.Select(process => process.Name));
        Assert.All(processes, process => Assert.True(process.Shows && process.RespawnDelay is null));
        Assert.Equal(["--domain", "7"], processes[0].Command.TakeLast(2));
        Assert.Contains("ros2.domain=7", processes[1].Command);
    }

    [Theory]
    [InlineData("franka", "sim=true", "robot,training", "ros2.scene_topic=/sim/scene", "")]
    [InlineData("franka", "operator_id=anna", "training", "--operator-id=anna", "taskset -c 0")]
    [InlineData("ur", "sim=true", "robot,training", "ur-sim.yaml", "")]
    [InlineData("ur", "cell=/cells/ur5e.yaml;actor_prefix=", "training", "--cell /cells/ur5e.yaml", "")]
    [InlineData("two-arms", "domain=9", "left,right,training", "ros2.domain=9", "")]
    public void The_shipped_files_start_what_their_arguments_ask_for(string name, string given, string processes, string words, string prefix)
    {
        var file = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Shipped.Path("reach"))!, $"../../launch/{name}.launch.yaml"));
        var arguments = given.Split(';').Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        var all = LaunchScript.Load(file, arguments);
        Assert.Equal(processes.Split(','), all.Select(process => process.Name));
        var training = all[^1];
        Assert.Contains(words, string.Join(' ', training.Command), StringComparison.Ordinal);
        Assert.Equal(prefix, string.Join(' ', training.Prefix));
        Assert.All(all.SkipLast(1), process => Assert.NotNull(process.RespawnDelay));
        Assert.All(all, process => Assert.Equal(60, process.TermAfter.TotalSeconds));
    }

    [Fact]
    public void A_real_arm_of_UR_needs_its_cell()
    {
        var file = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Shipped.Path("reach"))!, "../../launch/ur.launch.yaml"));
        var refusal = Assert.Throws<ConfigurationException>(() => LaunchScript.Load(file, new Dictionary<string, string>()));
        Assert.Contains("give cell:=VALUE", Assert.Single(refusal.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void Words_quotes_variables_and_surroundings_are_those_of_a_shell()
    {
        var file = _directory.Write("a.launch.yaml", """
            launch:
              - arg: {name: who, default: someone}
              - let: {name: greeting, value: hello $(var who)}
              - set_env: {name: A, value: "1"}
              - executable:
                  cmd: tool '$(var greeting)' "" --at=$(dirname) $(env NO_SUCH_VARIABLE_HERE 'x y')
                  launch-prefix: taskset -c 1
                  env: [{name: B, value: "2"}]
                  respawn: true
                  respawn_delay: 2.5
            """);
        var process = Assert.Single(LaunchScript.Load(file, new Dictionary<string, string>()));
        Assert.Equal(["taskset", "-c", "1"], process.Prefix);
        Assert.Equal(["tool", "hello someone", "", $"--at={Path.GetDirectoryName(file)}", "x", "y"], process.Command);
        Assert.Equal([("A", "1"), ("B", "2")], process.Environment.Select(pair => (pair.Key, pair.Value)));
        Assert.Equal((TimeSpan.FromSeconds(2.5), false), (process.RespawnDelay, process.Shows));
    }

    [Theory]
    [InlineData("launch: []", "starts nothing")]
    [InlineData("launch: [{executable: {name: x}}]", "launch.0.executable.cmd: missing")]
    [InlineData("launch: [{arg: {name: x}}, {executable: {cmd: a}}]", "give x:=VALUE")]
    [InlineData("launch: [{executable: {cmd: a, respawn: maybe}}]", "'maybe' is not one of true, false")]
    [InlineData("launch: [{include: {file: x}}, {executable: {cmd: a}}]", "only ros2 launch can do this")]
    [InlineData("launch: [{executable: {cmd: \"echo 'x\"}}]", "a quotation mark has no second one")]
    [InlineData("launch: [{executable: {cmd: a, if: perhaps}}]", "'perhaps' is not one of true, false, 1, 0")]
    [InlineData("launch: [{executable: {cmd: a, if: 'false'}}]", "starts nothing")]
    [InlineData("launch: [{executable: {cmd: a, on_exit: dance}}]", "only shutdown is known")]
    [InlineData("launch: [{executable: {cmd: a, respawn_max_retries: -1}}]", "'-1' is no number from 0 to 1000")]
    [InlineData("launch: [3]", "expected one action")]
    public void What_it_cannot_do_is_told(string yaml, string expected)
    {
        var file = _directory.Write("b.launch.yaml", yaml);
        var refusal = Assert.Throws<ConfigurationException>(() => LaunchScript.Load(file, new Dictionary<string, string>()));
        Assert.Contains(refusal.Errors, error => error.Contains(expected, StringComparison.Ordinal));
    }

    public void Dispose() => _directory.Dispose();
}

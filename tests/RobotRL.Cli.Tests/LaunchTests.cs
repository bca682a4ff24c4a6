using System.Diagnostics;
using System.Globalization;
using RobotRL.Cli.Commands;
using RobotRL.Configuration;
using RobotRL.Sessions.Processes;

namespace RobotRL.Cli.Tests;

/// <summary>Control loop, actor and learner, started from one file as a lab starts them.</summary>
public sealed class LaunchTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Three_processes_run_where_the_file_says_and_end_together_when_asked()
    {
        Assert.SkipWhen(!OperatingSystem.IsLinux(), "Reads of processes what Linux tells.");
        // Those that this process may use, which may be fewer than there are.
        var allowed = Cpus("/proc/self").Split(',', '-').Select(cpu => int.Parse(cpu, CultureInfo.InvariantCulture)).ToArray();
        var (first, last) = (allowed[0], allowed[^1]);
        Assert.SkipWhen(last >= Environment.ProcessorCount, $"Only CPUs {string.Join(", ", allowed)} may be used here, and a launch file counts CPUs from 0.");
        RunOnDisk run = new(_folder["run"]);
        using var launch = RobotrlProcess.Start("launch", Write(first, last), "--run", run.Path, "--json");
        // The learner has pretrained: how many episodes that takes depends on how often a busy machine has the robot stopped.
        launch.Await(() => File.Exists(run.At("weights", "policy.json")));

        string[] all = [.. Processes(run.Path)];
        var (actor, learner) = (Assert.Single(all, Is("train")), Assert.Single(all, Is("learner")));
        Assert.Equal([$"{first}", $"{last}"], [Cpus(actor), Cpus(learner)]);

        launch.AskToEnd();
        var result = launch.Wait();
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.False(result.Json.GetProperty("finished").GetBoolean());
        Assert.Empty(Processes(run.Path));
    }

    [Fact]
    public void Wrong_launch_file_is_told_line_by_line_and_starts_nothing()
    {
        var file = _folder["launch.yaml"];
        File.WriteAllText(file, "launch:\n  config: nowhere.yaml\n  operator: scripted\n  seed: 1\n  env_steps: 10\n  control: {priority: 0}\n");
        var result = RobotrlProcess.Run("launch", file, "--run", _folder["run"]);
        Assert.Equal(2, result.ExitCode);
        Assert.Equal(2, result.ErrorLines.Length);
        Assert.Contains("launch.config: file", result.Error, StringComparison.Ordinal);
        Assert.Contains("launch.control.priority: 0 is out of range", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["run"]));
    }

    [Fact]
    public void Script_in_the_syntax_of_ROS_2_trains_across_it_and_ends_its_robot()
    {
        RunOnDisk run = new(_folder["run"]);
        var words = string.Join(' ', Training.Small(run.Path, 40).Skip(2).Select(word => $"'{word}'"));
        var domain = Domain();
        File.WriteAllText(_folder["cell.launch.yaml"], $$"""
            launch:
              - arg: {name: task}
              - arg: {name: domain, default: "{{domain}}"}
              - executable:
                  name: robot
                  cmd: robotrl sim-node $(var task) --domain $(var domain)
                  output: screen
              - executable:
                  name: training
                  cmd: robotrl train $(var task) --cell ros2 --set ros2.domain=$(var domain) --pace realtime {{words}}
                  output: screen
            """);
        var result = RobotrlProcess.RunInRealtime("launch", _folder["cell.launch.yaml"], $"task:={Path.Combine(RobotrlProcess.Root, Training.Reach)}");
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("Ended: ", result.Error, StringComparison.Ordinal);
        Assert.NotEmpty(run.EpisodeFiles);
    }

    [Fact]
    public void Script_that_only_ROS_2_can_run_is_told_line_by_line_and_starts_nothing()
    {
        File.WriteAllText(_folder["other.launch.yaml"], """
            launch:
              - node: {pkg: demo_nodes_cpp, exec: talker}
              - executable: {cmd: "robotrl $(find-pkg-share x)", output: loud}
              - executable: {cmd: robotrl doctor, colour: red}
            """);
        var result = RobotrlProcess.Run("launch", _folder["other.launch.yaml"], "speed:=3");
        Assert.Equal(2, result.ExitCode);
        Assert.Equal(5, result.ErrorLines.Length);
        foreach (var text in new[] { "launch.0.node: only ros2 launch", "$(find-pkg-share x) has no value", "'loud' is not one of", "colour", "speed" })
            Assert.Contains(text, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Script_whose_robot_ends_ends_the_training()
    {
        File.WriteAllText(_folder["short.launch.yaml"], """
            launch:
              - executable: {name: robot, cmd: sleep 2}
              - executable: {name: training, cmd: sleep 60}
            """);
        var result = RobotrlProcess.Run("launch", _folder["short.launch.yaml"]);
        Assert.Equal(3, result.ExitCode);
        Assert.Contains("robot ended with exit code 0, and so does all else", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Script_whose_robot_dies_has_it_started_again_and_the_training_goes_on_after_its_operator()
    {
        RunOnDisk run = new(_folder["run"]);
        var domain = $"{Domain()}";
        var words = string.Join(' ', Training.Small(run.Path, 60).Skip(2).Select(word => $"'{word}'"));
        File.WriteAllText(_folder["cell.launch.yaml"], $$"""
            launch:
              - arg: {name: domain, default: "{{domain}}"}
              - executable:
                  name: robot
                  cmd: robotrl sim-node {{Path.Combine(RobotrlProcess.Root, Training.Reach)}} --domain $(var domain)
                  output: screen
                  respawn: "true"
              - executable:
                  name: training
                  cmd: >-
                    robotrl train {{Path.Combine(RobotrlProcess.Root, Training.Reach)}} --cell ros2 --set ros2.domain=$(var domain)
                    --pace realtime {{words}}
                  output: screen
            """);
        using var launch = RobotrlProcess.Start("launch", _folder["cell.launch.yaml"]);
        launch.Await(() => run.EpisodeFiles.Count > 0);
        var robot = Processes("sim-node").Single(p => Words(p).Contains(domain));
        RobotrlProcess.Shell($"kill -9 {Path.GetFileName(robot)}");
        var result = launch.Wait();
        Assert.Contains("robot ended with exit code 137; it is started again (1 of 5).", result.Error, StringComparison.Ordinal);
        Assert.Contains("STOPPED", result.Error, StringComparison.Ordinal);
        if (result.ExitCode == 3) result = RobotrlProcess.RunInRealtime("launch", _folder["cell.launch.yaml"]);
        Assert.True(result.ExitCode == 0, result.Error);
    }

    [Fact]
    public void Script_starts_what_dies_again_a_bounded_number_of_times()
    {
        File.WriteAllText(_folder["again.launch.yaml"], """
            launch:
              - executable: {name: camera, cmd: sleep 1, respawn: "true", respawn_max_retries: 2}
              - executable: {name: training, cmd: sleep 60}
            """);
        var result = RobotrlProcess.Run("launch", _folder["again.launch.yaml"]);
        Assert.Equal(3, result.ExitCode);
        foreach (var text in new[] { "(1 of 2)", "(2 of 2)", "after it was started again 2 times, and so does all else" })
            Assert.Contains(text, result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("taskset -c 4095", "taskset: ")]
    [InlineData("chrt -f 200", "chrt: ")]
    [InlineData("no-such-program", "there is no such program)")]
    public void Script_whose_prefix_cannot_be_had_says_why_and_starts_nothing(string prefix, string why)
    {
        Assert.SkipWhen(!OperatingSystem.IsLinux(), "CPUs are named as Linux names them.");
        File.WriteAllText(_folder["prefix.launch.yaml"], $$"""
            launch:
              - executable: {name: robot, cmd: touch {{_folder["started"]}}}
              - executable: {name: training, cmd: sleep 60, launch-prefix: {{prefix}}}
            """);
        var result = RobotrlProcess.Run("launch", _folder["prefix.launch.yaml"]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains($"training: launch-prefix '{prefix}' cannot be had here ({why}", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["started"]));
    }

    [Theory, InlineData("INT"), InlineData("TERM"), InlineData("HUP")]
    public void Request_to_the_launcher_alone_ends_the_training_before_the_robot(string signal)
    {
        Assert.SkipWhen(!OperatingSystem.IsLinux(), "Sends signals.");
        string Notes(string name)
        {
            File.WriteAllText(_folder[$"{name}.sh"], $"trap 'sleep 0.3; echo {name} >> {_folder["order"]}; exit 0' INT TERM\n"
                + $"echo {name} >> {_folder["up"]}\nwhile :; do sleep 0.05; done\n");
            return $"sh {_folder[$"{name}.sh"]}";
        }
        File.WriteAllText(_folder["order.launch.yaml"], $$"""
            launch:
              - executable: {name: robot, cmd: {{Notes("robot")}}}
              - executable: {name: training, cmd: {{Notes("training")}}}
            """);
        using var launch = RobotrlProcess.Start("launch", _folder["order.launch.yaml"]);
        launch.Await(() => File.Exists(_folder["up"]) && File.ReadAllLines(_folder["up"]).Length == 2);
        launch.Send(signal);
        Assert.Equal(0, launch.Wait().ExitCode);
        Assert.Equal(["training", "robot"], File.ReadAllLines(_folder["order"]));
    }

    [Fact]
    public void Launcher_that_is_killed_leaves_nothing_behind_and_its_training_saves()
    {
        Assert.SkipWhen(!OperatingSystem.IsLinux(), "Reads of processes what Linux tells.");
        RunOnDisk run = new(_folder["run"]);
        var words = string.Join(' ', Training.Small(run.Path, 100_000).Skip(2).Select(word => $"'{word}'"));
        var length = 1000 + Random.Shared.Next(100_000);
        File.WriteAllText(_folder["killed.launch.yaml"], $$"""
            launch:
              - executable: {name: robot, cmd: sleep {{length}}}
              - executable:
                  name: training
                  cmd: robotrl train {{Path.Combine(RobotrlProcess.Root, Training.Reach)}} {{words}}
            """);
        using var launch = RobotrlProcess.Start("launch", _folder["killed.launch.yaml"]);
        launch.Await(() => run.EpisodeFiles.Count > 2);
        launch.Kill();
        for (var waited = Stopwatch.StartNew(); Processes(run.Path).Any() || Processes($"{length}").Any(); Thread.Sleep(100))
            Assert.True(waited.Elapsed < RobotrlProcess.Patience, "They did not end.");
        Assert.Empty(run.TornEpisodes);
    }

    /// <summary>Of its own, so that tests beside it are not heard.</summary>
    private static int Domain()
    {
        var range = (Environment.GetEnvironmentVariable("ROBOTRL_TEST_DOMAINS") ?? "100-229").Split('-').Select(int.Parse).ToArray();
        return Random.Shared.Next(range[0], range[1] + 1);
    }

    private string Write(int actorCpu, int learnerCpu)
    {
        string[] small = [.. Training.Small("", 0).SkipWhile(a => a != "--set").Where(a => a != "--set")];
        var configuration = RunConfiguration.Load(Path.Combine(RobotrlProcess.Root, Training.Reach),
            [.. small.Select(pair => (pair.Split('=')[0], pair.Split('=')[1]))]);
        File.WriteAllText(_folder["task.yaml"], configuration.ResolvedYaml);
        File.WriteAllText(_folder["launch.yaml"],
            $"launch:\n  config: task.yaml\n  operator: scripted\n  seed: 1\n  env_steps: 10000\n  control: {{priority: 80}}\n"
                + $"  actor: {{cpus: [{actorCpu}]}}\n  learner: {{cpus: [{learnerCpu}]}}\n");
        return _folder["launch.yaml"];
    }

    /// <summary>Folders of the processes that have a word in their command line, such as a run's path; not of the one that launched them.</summary>
    private static IEnumerable<string> Processes(string word) =>
        Directory.GetDirectories("/proc").Where(p => Words(p) is var words && words.Contains(word) && !words.Contains("launch"));

    private static Predicate<string> Is(string command) => process => Words(process).Contains(command);

    private static string[] Words(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline")).Split('\0');
        }
        catch (IOException)
        {
            return []; // no process, or gone by now
        }
        catch (UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string Cpus(string process) =>
        File.ReadLines(Path.Combine(process, "status")).First(l => l.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal)).Split('\t')[1];
}

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
        var domain = Random.Shared.Next(100, 230);
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

    /// <summary>Folders of the processes that work on a run, below the one that launched them.</summary>
    private static IEnumerable<string> Processes(string run) =>
        Directory.GetDirectories("/proc").Where(p => Words(p) is var words && words.Contains(run) && !words.Contains("launch"));

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

using System.Text.Json;
using RobotRL.Episodes;
using RobotRL.Sessions.Processes;

namespace RobotRL.Cli.Tests;

/// <summary>
/// A policy that exerts a wrench beside the spring, all the way: training, files, restart, replay, export. Without one, files have nothing of it.
/// </summary>
public sealed class WrenchRunTests : IDisposable
{
    private static readonly string[] Wrench =
    [
        "--set", "robot.limits.wrench={force_n: 10, torque_nm: 1, force_rate_n_s: 100, torque_rate_nm_s: 10}",
        "--set", "task.actions.wrench_axes=[x, z]", "--set", "task.actions.wrench_scale_n=5",
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("torque")]
    [InlineData("cartesian_impedance")]
    public void Run_is_trained_gone_on_with_replayed_and_exported(string command)
    {
        foreach (var steps in (int[])[60, 90])
        {
            var trained = RobotrlProcess.Run(Training.Small(_folder["run"], steps, ["--deterministic", "--set", $"robot.command={command}", .. Wrench]));
            Assert.True(trained.ExitCode == 0, trained.Error);
        }
        var run = new RunOnDisk(_folder["run"]);
        var actions = run.Episodes.SelectMany(e => e.Steps).Select(s => s.Transition.Action).ToArray();
        // Hands and experts exert nothing, the policy along the axes that it has.
        Assert.All(actions.Where(a => a.Source == Model.ActionSource.Human), a => Assert.True(a.Proposed[0].Wrench[0] == 0 && a.Proposed[0].Wrench[2] == 0));
        Assert.True(actions.Count(a => a.Executed[0].Wrench[0] != 0 && a.Executed[0].Wrench[2] != 0) > 20);
        Assert.All(actions, a => Assert.True(a.Executed[0].Wrench[1] == 0 && a.Executed[0].Wrench[5] == 0));

        var replayed = RobotrlProcess.Run("replay", run.Path, "--json");
        Assert.True(replayed.ExitCode == 0, replayed.Error);
        Assert.Equal((actions.Length, actions.Length), (replayed.Json.GetProperty("decisions").GetInt32(), replayed.Json.GetProperty("identical").GetInt32()));

        var exported = RobotrlProcess.Run("episodes", "export", run.Path, "--format", "lerobot", "--out", _folder["set"], "--json");
        Assert.True(exported.ExitCode == 0, exported.Error);
        using var info = JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder["set"], "meta/info.json")));
        var names = info.RootElement.GetProperty("features").GetProperty("action").GetProperty("names").EnumerateArray().Select(n => n.GetString()).ToArray();
        Assert.Equal(["fx", "fz"], names.Where(n => n![0] == 'f'));
        var shown = RobotrlProcess.Run("episodes", "show", run.Path, "--episode", $"{run.EpisodeFiles.Count - 1}");
        Assert.True(shown.ExitCode == 0, shown.Error);
        Assert.Contains(shown.Output, line => line.Contains("wrench ", StringComparison.Ordinal));
    }

    [Fact]
    public void Files_of_a_task_without_a_wrench_do_not_know_it()
    {
        var trained = RobotrlProcess.Run(Training.Small(_folder["run"], 20, "--deterministic"));
        Assert.True(trained.ExitCode == 0, trained.Error);
        var run = new RunOnDisk(_folder["run"]);
        EpisodeTraces.Read(run.At("episodes", run.EpisodeFiles[0]), out var format);
        Assert.DoesNotContain("wrenches", format!.Definition, StringComparison.Ordinal);
        Assert.False(run.Episodes[0].Info.HasWrench);
    }
}

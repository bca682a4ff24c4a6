using System.Text.Json;
using RobotRL.Episodes;
using RobotRL.Model;
using RobotRL.Recording.Events;
using RobotRL.Recording.Traces;

namespace RobotRL.Cli.Tests;

/// <summary>A run of two arms: recorded arm by arm, replayed to the bit, exported by name; in virtual time and in real time.</summary>
public sealed class TwoArmTests : IDisposable
{
    private const string Config = "robot-configs/sim/two-arm-reach.yaml";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_of_two_arms_replays_to_the_bit_and_is_exported_by_the_arms_names()
    {
        RunOnDisk run = new(_folder["run"]);
        var trained = RobotrlProcess.Run(Small(run, 150, "--seed", "4", "--deterministic", "--set", "learner.pretrain_steps=20"));
        Assert.True(trained.ExitCode == 0, trained.Error);
        Replays(run);

        var episodes = run.Episodes;
        Assert.Equal(["left", "right"], episodes[0].Info.Arms);
        // Both arms act in every demonstration, and a trace of each says where the other was.
        Assert.All(episodes.Take(3).Select(e => e.Steps[0].Transition.Action.Executed), a => Assert.True(a[0].Motion[0] != 0 && a[1].Motion[0] != 0));
        var traces = EpisodeTraces.Read(run.At("episodes", run.EpisodeFiles[0]), out _);
        Assert.Equal(2, traces.Count);
        DecisionTrace left = TraceMessages.Read(traces[0][1].Span), right = TraceMessages.Read(traces[1][1].Span, 1);
        // The left arm's tick comes first: it knows of the right one's before.
        AssertSame(TickColumns.Inputs(right.Row(2)).State.Position, left.Other(3).MeasuredRad);
        AssertSame(TickColumns.Inputs(left.Row(3)).State.Position, right.Other(3).MeasuredRad);

        var set = _folder["set"];
        var exported = RobotrlProcess.Run("episodes", "export", run.Path, "--out", set);
        Assert.True(exported.ExitCode == 0, exported.Error);
        var info = JsonDocument.Parse(File.ReadAllText(Path.Combine(set, "meta", "info.json"))).RootElement.GetProperty("features");
        Assert.Contains("right.goal.z", info.GetProperty("observation.state").GetProperty("names").ToString(), StringComparison.Ordinal);
        Assert.Contains("left.x", info.GetProperty("action").GetProperty("names").ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_arms_in_real_time_have_a_loop_in_common_and_a_channel_each()
    {
        RunOnDisk run = new(_folder["run"]);
        var trained = RobotrlProcess.RunInRealtime(Small(run, 30, "--pace", "realtime",
            "--set", "operator.demonstrations=2", "--set", "learner.start_after=10", "--set", "learner.pretrain_steps=5"));
        Assert.True(trained.ExitCode == 0, trained.Error);
        Replays(run);
        Assert.Equal(["left", "right"], EventFolder.Read(run.At("events")).Files.Select(f => EventReader.Read(f).Info.Arm).Distinct().Order());
    }

    private static string[] Small(RunOnDisk run, int envSteps, params string[] more) =>
        [.. Training.Small(run.Path, envSteps, more).Select(word => word == Training.Reach ? Config : word)];

    private static void AssertSame(JointPositions expected, JointPositions actual) =>
        Assert.Equal(((ReadOnlySpan<double>)expected).ToArray(), ((ReadOnlySpan<double>)actual).ToArray());

    private static void Replays(RunOnDisk run)
    {
        var replayed = RobotrlProcess.Run("replay", run.Path, "--json");
        Assert.True(replayed.ExitCode == 0, replayed.Error);
        Assert.Equal(run.Episodes.Sum(e => e.Steps.Count), replayed.Json.GetProperty("identical").GetInt32());
        Assert.Equal(replayed.Json.GetProperty("ticks").GetInt64(), replayed.Json.GetProperty("identical_ticks").GetInt64());
        Assert.Empty(replayed.Json.GetProperty("not_replayable").EnumerateArray());
        var verified = RobotrlProcess.Run("audit", "verify", run.Path);
        Assert.True(verified.ExitCode == 0, verified.Error);
    }
}

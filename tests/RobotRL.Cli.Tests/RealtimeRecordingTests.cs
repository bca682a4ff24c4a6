using System.Text.Json;
using RobotRL.Episodes;
using RobotRL.Evidence.Report;
using RobotRL.Model;
using RobotRL.Recording.Traces;
using RobotRL.Safety;
using RobotRL.Sessions.Processes;

namespace RobotRL.Cli.Tests;

/// <summary>
/// Episodes of a loop that waits for nobody. They are recorded tick by tick out of another process, stamped with the time of day, and replayed to the bit.
/// </summary>
public sealed class RealtimeRecordingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_episode_in_real_time_replays_to_the_bit_and_knows_the_time_of_day()
    {
        RunOnDisk run = new(_folder["run"]);
        var before = DateTime.UtcNow;
        var trained = RobotrlProcess.RunInRealtime(
            Training.Small(run.Path, 40, "--pace", "realtime", "--set", "operator.demonstrations=2", "--set", "learner.start_after=10"));
        Assert.True(trained.ExitCode == 0, trained.Error);
        var result = RobotrlProcess.Run("replay", run.Path, "--json");
        Assert.True(result.ExitCode == 0, result.Error + result.Json);
        Assert.Equal(run.Episodes.Sum(e => e.Steps.Count), result.Json.GetProperty("decisions").GetInt32());
        Assert.Equal(result.Json.GetProperty("decisions").GetInt32(), result.Json.GetProperty("identical").GetInt32());
        Assert.Equal(result.Json.GetProperty("ticks").GetInt64(), result.Json.GetProperty("identical_ticks").GetInt64());
        Assert.Empty(result.Json.GetProperty("not_replayable").EnumerateArray());

        // The loop went on while it was observed and decided: each of them saw another tick.
        var traces = run.EpisodeFiles.SelectMany(f => EpisodeTraces.Read(run.At("episodes", f))).Select(m => TraceMessages.Read(m.Span)).ToArray();
        Assert.Contains(traces, t => t is { Step: > 0, LeadRows: > 0 });
        Assert.All(traces, t => Assert.InRange(t.Rows, 50, 20_000));

        // On the loop's clock, and by the offset on the wall's: within the test, and in order.
        var times = run.Episodes.Select(e => DateTime.UnixEpoch.AddTicks((e.Info.WallClockOffsetNs + e.Steps[0].Transition.Observation.Time.Ns) / 100))
            .ToArray();
        Assert.Equal(times.Order(), times);
        Assert.InRange(times[0], before.AddSeconds(-1), DateTime.UtcNow);
        Assert.InRange(times[^1], before.AddSeconds(-1), DateTime.UtcNow);
    }

    [Fact]
    public void Cameras_that_run_by_themselves_are_a_little_old_and_the_run_tells_how_old_and_replays_to_the_bit()
    {
        RunOnDisk run = new(_folder["run"]);
        string[] brief = ["--pace", "realtime", "--set", "learner.pretrain_steps=20", "--set", "learner.start_after=10"];
        var trained = RobotrlProcess.Run(Training.SmallWithImages(run.Path, 20, brief));
        Assert.True(trained.ExitCode == 0, trained.Error);
        var result = RobotrlProcess.Run("replay", run.Path, "--json");
        Assert.True(result.ExitCode == 0, result.Error + result.Json);
        Assert.Equal(result.Json.GetProperty("decisions").GetInt32(), result.Json.GetProperty("identical").GetInt32());

        var observations = run.Episodes.SelectMany(e => e.Steps).Select(s => s.Transition.Observation);
        var images = observations.SelectMany(o => o.Images.Select(i => o.Time.Since(i.CaptureTime))).ToArray();
        Assert.All(images, age => Assert.InRange(age, 0, 100_000_000));
        Assert.Contains(images, age => age > 0);
        var ages = run.EpisodeFiles.SelectMany(f => EpisodeTraces.Read(run.At("episodes", f))).Select(m => TraceMessages.Read(m.Span).Ages!).ToArray();
        Assert.Equal(images, ages.SelectMany(a => a.ImagesNs));
        Assert.All(ages, a => Assert.InRange(a.StateNs, 0, 50_000_000));
        Assert.Contains(ages, a => a.WeightsVersion >= 0 && a.WeightsNs > 0);

        foreach (var streams in run.Metrics.Where(m => (string?)m["kind"] == "streams"))
        {
            Assert.InRange((double)streams["camera_wrist_age_mean_ms"]!, 0.1, 100);
            Assert.InRange((double)streams["camera_side_age_max_ms"]!, (double)streams["camera_side_age_mean_ms"]!, 100);
            Assert.True((long)streams["camera_wrist_delivered"]! > (long)streams["camera_wrist_joined"]!);
            Assert.True((long)streams["state_delivered"]! > 0);
        }
        Assert.Equal(run.Metrics.Count(m => (string?)m["kind"] == "episode"), run.Metrics.Count(m => (string?)m["kind"] == "streams"));
    }

    [Fact]
    public void A_critic_that_another_process_asks_is_asked_again_by_a_replay()
    {
        CriticFolder.Write(_folder["critic"], change: tensors =>
        {
            foreach (var twin in (string[])["risk1", "risk2"])
            {
                tensors[twin + ".w0"].Values[SafetyFeatures.ActionStart] = 1;
                tensors[twin + ".b0"].Values[0] = -0.7f;
                tensors[twin + ".w1"].Values[0] = 1;
                tensors[twin + ".w2"].Values[0] = 12;
            }
        });
        string[] safety =
        [
            "safety.mode=on", $"safety.critic={_folder["critic"]}", "safety.trigger_ms=3", "safety.hysteresis=0.2", "safety.hold_s=1", "safety.max_age_s=0",
            "safety.recovery={kind: analytic, path_s: 1, duration_s: 1, stiffness_share: 0.3}",
        ];
        var trained = RobotrlProcess.RunInRealtime(
            Training.Small(_folder["run"], 60, ["--pace", "realtime", .. safety.SelectMany(s => (string[])["--set", s])]));
        Assert.True(trained.ExitCode == 0, trained.Error);
        var result = RobotrlProcess.Run("replay", _folder["run"], "--json");
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.True(result.Json.GetProperty("reflexes").GetInt32() > 0, result.Error);
    }
}

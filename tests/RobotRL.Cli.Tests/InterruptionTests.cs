using System.Text.Json;
using RobotRL.Cli.Commands;
using RobotRL.Episodes;
using RobotRL.Evidence.Report;
using RobotRL.Model;
using RobotRL.Sessions.Processes;

namespace RobotRL.Cli.Tests;

/// <summary>A run that is killed or stopped goes on with the same command and loses at most the episode in flight.</summary>
public sealed class InterruptionTests : IDisposable
{
    private const int Goal = 250;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Moments at which the power goes.</summary>
    public static TheoryData<string> Moments => ["starting", "demonstrations", "acting", "checkpoint begun", "checkpoint done", "long after"];

    [Theory, MemberData(nameof(Moments))]
    public void Killed_run_keeps_every_finished_episode_and_goes_on(string moment)
    {
        RunOnDisk run = new(_folder["run"]);
        using (var process = RobotrlProcess.Start(Training.Small(run.Path, Goal)))
        {
            process.Await(moment switch
            {
                "starting" => () => File.Exists(run.At("run.json")),
                "demonstrations" => () => run.EpisodeFiles.Count >= 1,
                "acting" => () => run.EpisodeFiles.Count >= 5,
                "checkpoint begun" => () => run.Checkpoints.Count > 0,
                "checkpoint done" => () => run.Checkpoints.Any(c => !c.EndsWith(".tmp", StringComparison.Ordinal)),
                _ => () => run.Checkpoints.Count(c => !c.EndsWith(".tmp", StringComparison.Ordinal)) == 2,
            });
            process.Kill();
        }
        var kept = run.EpisodeFiles.ToDictionary(f => f, f => File.ReadAllBytes(run.At("episodes", f)));
        Assert.InRange(run.TornEpisodes.Count, 0, 1);

        GoesOn(run, kept);
    }

    [Fact]
    public void Run_killed_again_and_again_still_ends()
    {
        RunOnDisk run = new(_folder["run"]);
        Dictionary<string, byte[]> kept = [];
        for (var life = 0; life < 4; life++)
        {
            using var process = RobotrlProcess.Start(Training.Small(run.Path, Goal));
            var before = run.EpisodeFiles.Count;
            process.Await(() => run.EpisodeFiles.Count >= before + 2);
            process.Kill();
            kept = run.EpisodeFiles.ToDictionary(f => f, f => File.ReadAllBytes(run.At("episodes", f)));
        }
        GoesOn(run, kept);
    }

    [Fact]
    public void Run_killed_while_it_was_made_is_made_anew()
    {
        RunOnDisk run = new(_folder["run"]);
        Directory.CreateDirectory(run.At("episodes"));
        File.WriteAllText(run.At("config.yaml"), "half");
        // A control process starts before the run is made, and may have something to tell by then.
        Directory.CreateDirectory(run.At("events"));
        File.WriteAllText(run.At("events", "000000.mcap"), "told");
        var result = RobotrlProcess.Run("record", Training.Reach, "--run", run.Path, "--episodes", "1");
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.NotEqual("half", File.ReadAllText(run.At("config.yaml")));
        Assert.Equal("told", File.ReadAllText(run.At("events", "000000.mcap")));
    }

    [Fact]
    public void Control_c_twice_is_control_c()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Sends a Unix signal.");
        RunOnDisk run = new(_folder["run"]);
        using var process = RobotrlProcess.Start(Training.Small(run.Path, 100_000));
        process.Await(() => run.EpisodeFiles.Count >= 4);
        process.PressControlC();
        process.AskToEnd();
        var result = process.Wait();
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Empty(run.TornEpisodes);
        Assert.NotEmpty(run.Checkpoints);
    }

    [Fact]
    public void Control_c_saves_everything_and_exits_0()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Sends a Unix signal.");
        RunOnDisk run = new(_folder["run"]);
        RobotrlResult result;
        using (var process = RobotrlProcess.Start(Training.Small(run.Path, 100_000)))
        {
            process.Await(() => run.Checkpoints.Count > 0);
            process.PressControlC();
            result = process.Wait();
        }
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.False(result.Json.GetProperty("finished").GetBoolean());
        Assert.Empty(run.TornEpisodes);
        Assert.Equal(run.EnvSteps, result.Json.GetProperty("env_steps").GetInt64());
        Assert.Equal($"step-{result.Json.GetProperty("learner_steps").GetInt64()}", run.Checkpoints.MaxBy(c => int.Parse(c[5..])));
        Assert.All(run.Episodes.SkipLast(1), e => Assert.NotEqual(EpisodeOutcome.Interrupted, e.Outcome));

        GoesOn(run, run.EpisodeFiles.ToDictionary(f => f, f => File.ReadAllBytes(run.At("episodes", f))));
    }

    [Fact]
    public void Training_in_the_background_of_a_shell_goes_on_through_control_c_and_ends_well_when_asked_to()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Sends a Unix signal.");
        RunOnDisk run = new(_folder["run"]);
        using var process = RobotrlProcess.StartInBackground(Training.Small(run.Path, 100_000, "--learner", "process"));
        process.Await(() => run.EpisodeFiles.Count >= 4);
        process.PressControlC();
        var then = run.EpisodeFiles.Count;
        process.Await(() => run.EpisodeFiles.Count >= then + 2);
        process.AskToEnd();
        var result = process.Wait();
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.False(result.Json.GetProperty("finished").GetBoolean());
        Assert.Empty(run.TornEpisodes);
        Assert.NotEmpty(run.Checkpoints);
    }

    /// <summary>Finishes the run; what was kept is untouched, nothing is there twice, and the counters are those of what lies on disk.</summary>
    private static void GoesOn(RunOnDisk run, Dictionary<string, byte[]> kept)
    {
        var result = RobotrlProcess.Run(Training.Small(run.Path, Goal));
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.All(kept, e => Assert.Equal(e.Value, File.ReadAllBytes(run.At("episodes", e.Key))));
        Assert.Empty(run.TornEpisodes);

        var episodes = run.Episodes;
        Assert.Equal(episodes.Count, episodes.Select(e => e.Info.Index).Distinct().Count());
        Assert.Equal(episodes.Count, episodes.Select(e => (e.Info.Kind, e.Info.Seed)).Distinct().Count());
        var demonstrations = episodes.Where(e => e.Info.Kind == EpisodeKind.Demonstration).ToList();
        Assert.Equal(3, demonstrations.Count(e => e.Outcome == EpisodeOutcome.Success));

        long Counter(string name) => result.Json.GetProperty(name).GetInt64();
        Assert.True(result.Json.GetProperty("finished").GetBoolean());
        Assert.InRange(run.EnvSteps, Goal, Goal + 40);
        Assert.Equal(run.EnvSteps, Counter("env_steps"));
        Assert.Equal(demonstrations.Sum(e => e.Steps.Count), Counter("demonstration_steps"));
        Assert.Equal(episodes.SelectMany(e => e.Transitions).Count(t => t.IsIntervention), Counter("human_steps"));
        // One update for each step after the fortieth, give or take the slack, whatever a kill took from the learner.
        Assert.InRange(Counter("learner_steps"), Goal - 40 - 60, run.EnvSteps - 40 + 20);
        Assert.Equal(run.Checkpoints.Max(c => int.Parse(c[5..])), Counter("learner_steps"));

        // Reading them shows that no line is torn.
        var reported = run.Metrics.Where(m => (string?)m["kind"] == "episode").ToList();
        Assert.InRange(reported.Count, 1, episodes.Count);
        Assert.Equal(run.EnvSteps, (long)reported[^1]["env_steps"]!);
    }
}

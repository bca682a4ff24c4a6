using System.Text.Json;
using RobotRL.Cli.Commands;
using RobotRL.Model;
using RobotRL.Sessions.Processes;

namespace RobotRL.Cli.Tests;

/// <summary>Actor and learner in processes of their own, with nothing between them but the run's folder.</summary>
public sealed class LearnerProcessTests : IDisposable
{
    private const int Goal = 200;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Two_processes_train_at_the_governed_ratio_and_leave_a_checkpoint()
    {
        RunOnDisk run = new(_folder["run"]);
        var result = RobotrlProcess.Run(Training.Small(run.Path, Goal, "--learner", "process"));
        Assert.True(result.ExitCode == 0, result.Error);

        long Counter(string name) => result.Json.GetProperty(name).GetInt64();
        Assert.Equal(run.EnvSteps, Counter("env_steps"));
        // Neither side runs ahead of the other by more than the slack.
        Assert.InRange(Counter("learner_steps"), run.EnvSteps - 40 - 20, run.EnvSteps - 40 + 20);
        Assert.Equal(run.Checkpoints.Max(c => int.Parse(c[5..])), Counter("learner_steps"));
        using var manifest = JsonDocument.Parse(File.ReadAllBytes(run.At("weights", "policy.json")));
        Assert.Equal(Counter("learner_steps"), manifest.RootElement.GetProperty("version").GetInt64());
        // The policy that acted was the learner's, and newer ones as they came.
        var versions = run.Episodes.Where(e => e.Info.Kind == EpisodeKind.Online).SelectMany(e => e.Steps).Select(s => s.PolicyVersion).Distinct().ToList();
        Assert.True(versions.Count > 1, $"The policy had the weights of version {string.Join(", ", versions)} only.");
        Assert.Equal(versions.Order(), versions);
        Assert.Contains(File.ReadLines(run.At("learner.jsonl")), line => line.Contains("critic_loss", StringComparison.Ordinal));

        // The same run goes on with a learner in the actor's own process.
        var more = RobotrlProcess.Run(Training.Small(run.Path, Goal + 40));
        Assert.True(more.ExitCode == 0, more.Error);
    }

    [Fact]
    public void A_learner_started_by_somebody_else_ends_with_whoever_feeds_it()
    {
        RunOnDisk run = new(_folder["run"]);
        using var learner = RobotrlProcess.Start("learner", run.Path, "--json");
        var acting = RobotrlProcess.Run(Training.Small(run.Path, Goal, "--learner", "external"));
        Assert.True(acting.ExitCode == 0, acting.Error);

        // One learner a run.
        var second = RobotrlProcess.Run("learner", run.Path, "--wait-seconds", "0.2");
        Assert.Equal(2, second.ExitCode);
        Assert.Contains("another process learns in this run", Assert.Single(second.ErrorLines), StringComparison.Ordinal);

        learner.PressControlC();
        var learned = learner.Wait();
        Assert.True(learned.ExitCode == 0, learned.Error);
        Assert.Equal(run.Episodes.Sum(e => e.Steps.Count), learned.Json.GetProperty("transitions").GetInt64());
        Assert.Equal(run.EnvSteps, learned.Json.GetProperty("env_steps").GetInt64());
    }

    [Fact]
    public void Two_processes_never_record_in_one_run()
    {
        RunOnDisk run = new(_folder["run"]);
        using var first = RobotrlProcess.Start(Training.Small(run.Path, 100_000));
        first.Await(() => run.EpisodeFiles.Count > 0);
        var second = RobotrlProcess.Run(Training.Small(run.Path, 100_000));
        Assert.Equal(2, second.ExitCode);
        Assert.Contains("another process records in this run", Assert.Single(second.ErrorLines), StringComparison.Ordinal);
        first.Kill();
    }
}

using System.Text.Json;
using RobotRL.Configuration;
using RobotRL.Critic;
using RobotRL.Episodes;
using RobotRL.Model;
using RobotRL.Safety;
using RobotRL.Sessions.Processes;
using RobotRL.Sessions.Runs;

namespace RobotRL.Cli.Tests;

/// <summary>Training with <c>safety.online</c>: the critic learns from the run's episodes, and the loop takes up what comes of it.</summary>
public sealed class CriticLearningTests : IDisposable
{
    private const string Maze = "robot-configs/sim/maze.yaml";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Learning() =>
        $$"""safety={mode: shadow, critic: {{_folder["critic"]}}, trigger_ms: 3, hysteresis: 0.05, """ +
        "recovery: {kind: learned, path_s: 0.5, duration_s: 0.3, stiffness_share: 1}, hold_s: 2, max_age_s: 600, " +
        "online: {force_limit_n: 40, risk_discount: 0.6, false_interventions: 0.02, updates_per_episode: 3}}";

    [Fact]
    public void Training_renews_the_critic_and_tells_the_log()
    {
        var pretrained = RobotrlProcess.Run("safety", "pretrain", "maze", "--out", _folder["critic"], "--experience", "150", "--steps", "5", "--json");
        Assert.True(pretrained.ExitCode == 0, pretrained.Error);
        var before = Manifest();

        var result = RobotrlProcess.Run(
            "train", Maze, "--run", _folder["run"], "--env-steps", "80", "--deterministic", "--json",
            "--set", "learner.batch_size=16", "--set", "learner.hidden_sizes=[32]",
            "--set", "learner.pretrain_steps=5", "--set", "operator.demonstrations=1", "--set", Learning());
        Assert.True(result.ExitCode == 0, result.Error);

        var after = Manifest();
        Assert.Equal(5, before.GetProperty("version").GetInt64());
        Assert.True(after.GetProperty("version").GetInt64() >= 8, $"{after}");
        Assert.NotEqual(before.GetProperty("sha256").GetString(), after.GetProperty("sha256").GetString());
        Assert.Equal(after.GetProperty("version").GetInt64(), CriticFile.Read(_folder["critic"]).Critic.Version);
        var log = string.Concat(Directory.GetFiles(Path.Combine(_folder["run"], "audit"), "*.jsonl").Select(File.ReadAllText));
        Assert.Contains(after.GetProperty("sha256").GetString()!, log, StringComparison.Ordinal);
    }

    [Fact]
    public void Critic_that_cannot_learn_on_is_refused_before_the_run()
    {
        CriticFolder.Write(_folder["critic"]);
        var result = RobotrlProcess.Run(
            "train", Maze, "--run", _folder["run"], "--env-steps", "10", "--set", Learning());
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("safety pretrain", result.Error, StringComparison.Ordinal);
    }

    // What the reflex replaced ends a chain as what the decision before it led to; what was done instead begins another.
    [Fact]
    public void Recorded_episode_is_cut_where_the_reflex_acted()
    {
        var configuration = RunConfiguration.Load(ShippedFiles.Configuration("sim/maze.yaml"));
        Transition Decision(float proposed, float executed, bool reflex, bool last)
        {
            var seen = new Observation(default, new float[StandardSize.Proprioception], []);
            var action = new ExecutedAction
            {
                Proposed = Move(proposed),
                Executed = Move(executed),
                Source = ActionSource.Policy,
                Limits = reflex ? LimitFlags.Critic : LimitFlags.None,
            };
            return new(seen, action, last ? 1 : 0, seen, last, false);
        }
        var chains = new RecordedExperience(configuration.Task, configuration.Robot, 40)
            .Of([Decision(0.5f, 0.5f, false, false), Decision(0.9f, -0.2f, true, false), Decision(0.1f, 0.1f, false, true)]).ToArray();
        Assert.Equal([[0.5f, 0.9f], [-0.2f, 0.1f]], chains.Select(c => c.Steps.Select(s => s.Features[SafetyFeatures.ActionStart]).ToArray()));
        Assert.Equal([false, true], chains.Select(c => c.IsOver));
        Assert.Equal([0.5f, -0.2f, 0.1f], chains.SelectMany(c => c.Transitions()).Select(t => t.Features[SafetyFeatures.ActionStart]));
    }

    private JsonElement Manifest() => JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder["critic"], "critic.json"))).RootElement;

    private static PolicyAction Move(float x)
    {
        var action = default(PolicyAction);
        action[0].Motion[0] = x;
        return action;
    }
}

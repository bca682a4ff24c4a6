using RobotRL.Sessions.Processes;

namespace RobotRL.Cli.Tests;

/// <summary>A training whose safety critic learns on between episodes, from the command line.</summary>
public sealed class OnlineTrainingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_critic_that_was_learned_is_taken_up_logged_and_asked_again_by_a_replay()
    {
        var pretrained = RobotrlProcess.Run("safety", "pretrain", "maze", "--out", _folder["critic"], "--experience", "400", "--steps", "100");
        Assert.True(pretrained.ExitCode == 0, pretrained.Error);
        string[] settings =
        [
            "task.cameras=[]", "learner.encoder=none", "learner.batch_size=16", "learner.hidden_sizes=[32]", "learner.pretrain_steps=10",
            "learner.start_after=20", "learner.publish_every=10", "operator.demonstrations=2",
            $"safety={{mode: on, critic: {_folder["critic"]}, trigger_ms: 3, hysteresis: 0.2, " +
            "recovery: {kind: learned, path_s: 0.5, duration_s: 0.3, stiffness_share: 1}, hold_s: 1, max_age_s: 3600, " +
                "online: {force_limit_n: 40, risk_discount: 0.6, false_interventions: 0.02, updates_per_episode: 5}}",
        ];
        var trained = RobotrlProcess.Run(["train", "robot-configs/sim/maze.yaml", "--run", _folder["run"], "--env-steps", "80", "--seed", "2",
            .. settings.SelectMany(s => (string[])["--set", s])]);
        Assert.True(trained.ExitCode == 0, trained.Error);

        var logged = RobotrlProcess.Run("audit", "query", _folder["run"],
            "SELECT count(*) AS n FROM events WHERE event = 'safety.critic' AND reason = 'published'", "--json");
        Assert.True(logged.ExitCode == 0, logged.Error);
        var published = int.Parse(logged.Json.GetProperty("rows")[0][0].ToString(), System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(published > 2, $"{published} critics were published");

        var kept = Directory.GetDirectories(Path.Combine(_folder["run"], "weights", "critics")).Length;
        Assert.True(kept > 2 && kept <= published, $"{kept} critics were asked");

        var replayed = RobotrlProcess.Run("replay", _folder["run"], "--json");
        Assert.True(replayed.ExitCode == 0, replayed.Error);
        Assert.True(replayed.Json.GetProperty("decisions").GetInt32() >= 80);
    }
}

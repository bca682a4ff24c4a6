using RobotRL.Sessions.Processes;

namespace RobotRL.Cli.Tests;

/// <summary>What a run needs to be shown, judged and gone on with a year later is in its folder.</summary>
public sealed class SelfContainedRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Run_is_evaluated_replayed_reported_and_gone_on_with_elsewhere_after_its_scene_and_critic_are_gone()
    {
        foreach (var file in Directory.GetFiles(Path.Combine(RobotrlProcess.Root, "robot-configs"), "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(_folder["cell"], Path.GetRelativePath(RobotrlProcess.Root, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
        CriticFolder.Write(Path.Combine(_folder["cell"], "critic"));
        string[] safety =
        [
            "safety.mode=on", $"safety.critic={Path.Combine(_folder["cell"], "critic")}", "safety.trigger_ms=3", "safety.hysteresis=0.2",
            "safety.hold_s=1", "safety.max_age_s=0",
            "safety.recovery={kind: analytic, path_s: 1, duration_s: 1, stiffness_share: 0.3}",
        ];
        var training = Training.Small(_folder["run"], 60, [.. safety.SelectMany(s => (string[])["--set", s])]);
        var trained = RobotrlProcess.Run([.. training.Select(a => a == Training.Reach ? Path.Combine(_folder["cell"], Training.Reach) : a)]);
        Assert.True(trained.ExitCode == 0, trained.Error);

        Directory.Delete(_folder["cell"], recursive: true);
        Directory.Move(_folder["run"], _folder["archive"]);

        foreach (string[] use in (string[][])
        [
            ["eval", _folder["archive"], "--episodes", "1"], ["replay", _folder["archive"]], ["audit", "verify", _folder["archive"]],
            ["audit", "report", _folder["archive"], "--out", _folder["report.html"]],
            ["train", Path.Combine(_folder["archive"], "config.yaml"), "--run", _folder["archive"], "--env-steps", "80"],
        ])
        {
            var result = RobotrlProcess.Run(use);
            Assert.True(result.ExitCode == 0, $"{string.Join(' ', use)}: {result.Error}");
        }
    }
}

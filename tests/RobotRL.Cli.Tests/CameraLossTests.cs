using RobotRL.Episodes;
using RobotRL.Sessions.Processes;

namespace RobotRL.Cli.Tests;

/// <summary>A camera of a robot in motion is lost, in real time, with the control loop in its own process: the robot stops and everything is kept.</summary>
public sealed class CameraLossTests : IDisposable
{
    private const int StepsBefore = 10;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("stall", @"camera wrist: no frame for \d+ ms")]
    [InlineData("freeze", @"camera wrist: the same picture for \d+ ms while the robot moved: it is frozen")]
    [InlineData("end", "camera wrist: it ended and gives no more frames")]
    [InlineData("fail", "camera wrist: capture failed: the cable is out")]
    // A decision may come to ask for the newest frame before its watch asks.
    [InlineData("repeat", @"camera wrist: no new frame for \d+ ms: it repeated the stamp of the last one|camera wrist: newest is [\d.]+ ms old")]
    [InlineData("slow", @"camera wrist: newest is [\d.]+ ms old, at most 100 ms are allowed")]
    [InlineData("darken", @"camera wrist: darkened: mean brightness \d+ of 255 for \d+ ms, and \d+ when the episode began")]
    [InlineData("resize", "camera wrist: capture failed: its picture is 64×64 now, and 128×128 was agreed")]
    public void Lost_camera_stops_the_robot_is_named_and_costs_no_data(string fault, string message)
    {
        RunOnDisk run = new(_folder["run"]);
        // Small steps, so that the episode is long and the camera is lost in its midst.
        var result = RobotrlProcess.Run(["bench", "faults", "party", "camera", Training.PegInsert, "--run", run.Path,
            "--camera", "wrist", "--fault", fault, "--after-steps", $"{StepsBefore}",
            "--set", "task.actions.translation_scale_m=0.002", "--set", "task.max_steps=600",
            "--set", "task.cameras.0.light={dark_share: 0.3, bright_share: 0.1, lasts_ms: 200}", .. Training.Patience]);
        Assert.Equal(ExitCode.Fault, result.ExitCode);
        Assert.Matches($"The robot was stopped: ({message})", result.Error);
        Assert.Contains("run the same command: it resumes", result.Error, StringComparison.Ordinal);

        // The episode is there for the next session, up to its last whole step.
        Assert.Single(run.TornEpisodes);
        var kept = EpisodeStore.Open(run.At("episodes"), TornEpisodes.Keep, _ => { }).Episodes().Last();
        Assert.InRange(kept.Steps.Count, StepsBefore, 599);
    }
}

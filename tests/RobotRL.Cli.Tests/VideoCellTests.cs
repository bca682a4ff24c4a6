using RobotRL.Episodes;
using RobotRL.Sessions.Processes;

namespace RobotRL.Cli.Tests;

/// <summary>A cell in real time, one of whose cameras is a video file: the program as it runs with a camera, but for the driver.</summary>
public sealed class VideoCellTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_cell_with_a_video_trains_in_real_time_and_keeps_all_that_it_needs()
    {
        VideoCell cell = new(_folder, more: "sees_robot: false, light: {dark_share: 0.5, bright_share: 0.5, lasts_ms: 500}");
        RunOnDisk run = new(_folder["run"]);
        var result = RobotrlProcess.RunInRealtime(Arguments("train", cell, run, "--env-steps", "40"));
        Assert.True(result.ExitCode == ExitCode.Done, result.Error);
        File.Delete(cell.Video);
        var episode = EpisodeStore.Open(run.At("episodes"), TornEpisodes.Keep, _ => { }).Episodes().First();
        Assert.Equal(["wrist", "front"], episode.Info.Cameras);
        Assert.All(episode.Transitions, t => Assert.Equal(24, t.Observation.Images[1].Shape.Width));
        Assert.True(episode.Transitions.Select(t => t.Observation.Images[1].CaptureTime).Distinct().Count() > episode.Steps.Count / 2);
        Assert.Equal(ExitCode.Done, RobotrlProcess.Run("replay", run.Path, "--episode", "0").ExitCode);
        Assert.Equal(ExitCode.Done, RobotrlProcess.RunInRealtime(Arguments("train", run.At("config.yaml"), run, "--env-steps", "50")).ExitCode);
    }

    [Fact]
    public void A_lamp_that_goes_out_stops_the_robot()
    {
        VideoCell cell = new(_folder, frames: 600, dark: 60, more: "sees_robot: false, light: {dark_share: 0.5, bright_share: 0.5, lasts_ms: 200}");
        RunOnDisk run = new(_folder["run"]);
        var result = RobotrlProcess.Run(Arguments("train", cell, run, "--env-steps", "400"));
        Assert.Equal(ExitCode.Fault, result.ExitCode);
        Assert.Matches("The robot was stopped: camera front: darkened: mean brightness", result.Error);
    }

    [Fact]
    public void A_calibration_is_told_by_every_episode()
    {
        File.WriteAllText(_folder["front.yaml"], Calibration);
        VideoCell cell = new(_folder, more: "sees_robot: false, light: none, calibration: front.yaml");
        RunOnDisk run = new(_folder["run"]);
        var result = RobotrlProcess.RunInRealtime(Arguments("train", cell, run, "--env-steps", "20"));
        Assert.True(result.ExitCode == ExitCode.Done, result.Error);
        var told = EpisodeStore.Open(run.At("episodes"), TornEpisodes.Keep, _ => { }).Episodes().First().Info.Calibrations;
        Assert.Contains("\"fx\":60,", Assert.Single(told, c => c.Key == "front").Value, StringComparison.Ordinal);
        Assert.Contains("\"parent\":\"base\",\"translation_m\":[0.5,0,1]", told["front"], StringComparison.Ordinal);
        Assert.True(File.Exists(run.At("files", "cameras", "front", "front.yaml")));
    }

    [Fact]
    public void Virtual_time_and_a_video_of_another_size_are_refused_before_anything_is_written()
    {
        VideoCell cell = new(_folder);
        RunOnDisk run = new(_folder["run"]);
        var lockstep = RobotrlProcess.Run("train", cell.Config, "--run", run.Path);
        Assert.Equal((ExitCode.BadInput, "camera front: its source keeps to the wall clock, and this runs in virtual time; add --pace realtime "
            + "(record: --operator live; to look at it: robotrl cameras view), or remove source from its entry in task.cameras"),
            (lockstep.ExitCode, Assert.Single(lockstep.ErrorLines)));
        VideoCell.Write(cell.Video, 10, width: 32);
        var small = RobotrlProcess.Run(Arguments("train", cell, run));
        Assert.Equal((ExitCode.BadInput, $"camera front: {cell.Video} is of 32×48 pixels, and width_px × height_px is 64×48; make them agree"),
            (small.ExitCode, Assert.Single(small.ErrorLines)));
        Assert.False(Directory.Exists(run.Path));
    }

    private static string[] Arguments(string command, VideoCell cell, RunOnDisk run, params string[] more) => Arguments(command, cell.Config, run, more);

    private static string[] Arguments(string command, string config, RunOnDisk run, params string[] more) =>
    [
        command, config, "--run", run.Path, "--pace", "realtime", .. more, .. Training.Patience,
        "--set", "learner.batch_size=16", "--set", "learner.hidden_sizes=[32]", "--set", "learner.encoder_channels=[8, 8]",
        "--set", "operator.demonstrations=1", "--set", "learner.start_after=20", "--set", "learner.pretrain_steps=2",
    ];

    private const string Calibration = """
        calibration:
          kind: handeye
          cell: bench
          camera: front
          author: Ada
          date: 2026-01-31T12:00:00Z
          software: RobotRL 0.1.0
          board: chessboard:9x6:0.025
          source: images
          method: any
          intrinsics: {width_px: 64, height_px: 48, fx: 60, fy: 60, cx: 31.5, cy: 23.5, distortion: [-0.1, 0, 0, 0, 0]}
          extrinsics: {parent: base, translation_m: [0.5, 0, 1], quaternion_xyzw: [1, 0, 0, 0]}
          handeye_residuals: {held_out_mm: 0.4, held_out_deg: 0.03, method_spread_mm: 0.9, samples_used: 15, samples_rejected: 1}
          verdict: good
          reasons: ""
          reference:
            image: first.png
            board_in_camera: {translation_m: [0, 0, 0.5], quaternion_xyzw: [1, 0, 0, 0]}
            corner_ids: [0, 1, 2, 7]
            corners_px: [1, 2, 3, 4, 5, 6, 7, 8.5]
        """;
}

using RobotRL.Model;

namespace RobotRL.Configuration.Tests;

/// <summary>Real cameras: source, lens and light of an entry of <c>task.cameras</c>.</summary>
public sealed class CameraSectionTests : IDisposable
{
    private const string Picture = "name: front, width_px: 640, height_px: 480, crop_x_px: 80, crop_y_px: 0, crop_size_px: 480, image_size_px: 64";
    private const string Device = "kind: uvc, device: /dev/video0, pixel_format: MJPG, exposure: 156, white_balance_k: 4600, gain: 10, focus: auto";
    private const string Light = "light: {dark_share: 0.4, bright_share: 0.2, lasts_ms: 300}";

    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_device_is_read()
    {
        var camera = Load($"{Picture}, rate_hz: 30, source: {{{Device}}}, {Light}").Task.Cameras[0];
        Assert.Equal(new UvcSource("/dev/video0", "MJPG", new(156, 4600, 10, null)), camera.Source);
        Assert.Equal(new LightBounds(0.4, 0.2, 300_000_000), camera.Light);
        Assert.Equal(30, camera.RateHz);
    }

    [Fact]
    public void A_video_is_read_and_its_content_is_a_part_of_the_hash()
    {
        var file = _folder.Write("front.avi", "frames");
        var video = $"{Picture}, source: {{kind: video, file: {file}, loop: true}}, light: none";
        var first = Load(video);
        Assert.Equal(new VideoSource(file, Loops: true), first.Task.Cameras[0].Source);
        Assert.Null(first.Task.Cameras[0].Light);
        _folder.Write("front.avi", "other frames");
        Assert.NotEqual(first.Hash, Load(video).Hash);
    }

    [Theory]
    [InlineData("rate_hz: 30, source: {kind: uvc, device: 0, pixel_format: MJPG, exposure: 156, white_balance_k: 4600, gain: 10, focus: auto}",
        "task.cameras.0.light: missing; add a section")]
    [InlineData("source: {" + Device + "}, light: none", "task.cameras.0.rate_hz: missing; a device is asked for a rate")]
    [InlineData("rate_hz: 30, source: {kind: uvc, device: 0, pixel_format: MJPG, exposure: 156, white_balance_k: 4600, gain: 10}, light: none",
        "task.cameras.0.source.focus: missing; add a number")]
    [InlineData("rate_hz: 30, source: {kind: uvc, device: 0, pixel_format: H264, exposure: auto, white_balance_k: auto, gain: auto, focus: auto}, light: none",
        "task.cameras.0.source.pixel_format: 'H264' is not one of MJPG, YUYV")]
    [InlineData("rate_hz: 30, source: {kind: usb}, light: none", "task.cameras.0.source.kind: 'usb' is not one of uvc, video")]
    [InlineData("source: {kind: video, file: /none.avi, loop: true}, light: none", "task.cameras.0.source.file: file '/none.avi' not found")]
    [InlineData("source: {kind: video, file: /none.avi}, light: none", "task.cameras.0.source.loop: missing; add one of true, false")]
    [InlineData("source: {kind: video, file: /dev/null, loop: true}, light: none", "only plain files are read")]
    [InlineData("rate_hz: 30, source: {kind: video, file: /none.avi, loop: true}, light: none", "task.cameras.0.rate_hz: a video has a rate of its own")]
    [InlineData("rate_hz: 30, source: {" + Device + "}, light: {dark_share: 1, bright_share: 0.2, lasts_ms: 300}", "task.cameras.0.light.dark_share: 1 is out")]
    [InlineData("rate_hz: 10, source: {" + Device + "}, light: none", "task.cameras.0.rate_hz: 10 Hz gives a frame every 100 ms")]
    public void Mistake_is_named(string rest, string expected) => Assert.Contains(
        Assert.Throws<ConfigurationException>(() => Load($"{Picture}, {rest}")).Errors, e => e.Contains(expected, StringComparison.Ordinal));

    [Fact]
    public void A_real_camera_needs_no_camera_in_the_scene_and_a_name_of_its_own()
    {
        var source = $"rate_hz: 30, source: {{{Device}}}, light: none";
        Assert.Contains(Errors($"{Picture.Replace("front", "Front/1", StringComparison.Ordinal)}, {source}"),
            e => e.Contains("cannot be a camera's name", StringComparison.Ordinal));
        Assert.Contains(Errors($"{Picture}, {source}}}, {{{Picture.Replace("front", "back", StringComparison.Ordinal)}, {source}"),
            e => e.Contains("task.cameras.1.source.device: is another camera's device too", StringComparison.Ordinal));
        Assert.Contains(Errors($"{Picture}"), e => e.Contains("the scene has no camera 'front'", StringComparison.Ordinal));
    }

    [Fact]
    public void A_calibration_is_read_and_must_be_of_this_camera_and_size()
    {
        var good = Load($"{Picture}, rate_hz: 30, source: {{{Device}}}, light: none, calibration: {Calibration("front", 640)}");
        Assert.Equal(new(CameraParent.Base, new(new(0.5, 0, 1), new(1, 0, 0, 0))), good.Task.Cameras[0].Calibration!.Extrinsics);
        Assert.Contains(Errors($"{Picture}, rate_hz: 30, source: {{{Device}}}, light: none, calibration: {Calibration("front", 1280)}"),
            e => e.Contains("calibration: is of 1280×480 images and this camera gives 640×480", StringComparison.Ordinal));
        Assert.Contains(Errors($"{Picture}, rate_hz: 30, source: {{{Device}}}, light: none, calibration: {Calibration("side", 640)}"),
            e => e.Contains("calibration: is of camera 'side'", StringComparison.Ordinal));
        var bad = _folder.Write("bad.yaml", "calibration: {kind: x}");
        Assert.Contains(Errors($"{Picture}, rate_hz: 30, source: {{{Device}}}, light: none, calibration: {bad}"),
            e => e.Contains("bad.yaml:1: calibration.kind: 'x' is not one of intrinsics, handeye", StringComparison.Ordinal));
    }

    [Fact]
    public void A_run_keeps_video_and_calibration()
    {
        var (file, calibration) = (_folder.Write("front.avi", "frames"), Calibration("front", 640));
        var loaded = Load($"{Picture}, source: {{kind: video, file: {file}, loop: false}}, light: none, calibration: {calibration}");
        using TemporaryDirectory run = new();
        var kept = run.Write("config.yaml", loaded.KeepFiles(Path.Combine(run.Path, "files")));
        File.Delete(file);
        File.Delete(calibration);
        var again = RunConfiguration.Load(kept);
        Assert.Equal(loaded.Hash, again.Hash);
        Assert.StartsWith(run.Path, ((VideoSource)again.Task.Cameras[0].Source!).Path, StringComparison.Ordinal);
        Assert.StartsWith(run.Path, again.Task.Cameras[0].CalibrationPath, StringComparison.Ordinal);
    }

    private static IReadOnlyList<string> Errors(string camera) => Assert.Throws<ConfigurationException>(() => Load(camera)).Errors;

    private static RunConfiguration Load(string camera) => RunConfiguration.Load(Shipped.Path("peg-insert"), [("task.cameras", $"[{{{camera}}}]")]);

    private string Calibration(string camera, int width) => _folder.Write($"{camera}-{width}.yaml", $$"""
        calibration:
          kind: handeye
          cell: bench
          camera: {{camera}}
          author: Ada
          date: 2026-01-31T12:00:00Z
          software: RobotRL 0.1.0
          board: chessboard:9x6:0.025
          source: images
          method: any
          intrinsics: {width_px: {{width}}, height_px: 480, fx: 600, fy: 601, cx: 319, cy: 239, distortion: [0.1, 0.01, 0.001, 0.002, 0]}
          extrinsics: {parent: base, translation_m: [0.5, 0, 1], quaternion_xyzw: [1, 0, 0, 0]}
          handeye_residuals: {held_out_mm: 0.4, held_out_deg: 0.03, method_spread_mm: 0.9, samples_used: 15, samples_rejected: 1}
          verdict: good
          reasons: ""
          reference:
            image: first.png
            board_in_camera: {translation_m: [0, 0, 0.5], quaternion_xyzw: [1, 0, 0, 0]}
            corner_ids: [0, 1, 2, 7]
            corners_px: [1, 2, 3, 4, 5, 6, 7, 8.5]
        """);
}

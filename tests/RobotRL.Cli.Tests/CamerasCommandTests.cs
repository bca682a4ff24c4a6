using RobotRL.Sessions.Processes;

namespace RobotRL.Cli.Tests;

/// <summary>Cameras without a robot: found, looked at, recorded. Video files stand for devices, which no test machine has.</summary>
public sealed class CamerasCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void List_says_what_there_is_and_that_is_no_error()
    {
        var result = RobotrlProcess.Run("cameras", "list", "--json");
        Assert.Equal(ExitCode.Done, result.ExitCode);
        Assert.Equal(Directory.Exists("/sys/class/video4linux"), result.Json.GetProperty("devices").GetArrayLength() > 0);
    }

    [Fact]
    public void View_draws_a_picture_and_gives_figures()
    {
        VideoCell cell = new(_folder);
        var picture = _folder["seen.png"];
        var result = RobotrlProcess.Run("cameras", "view", cell.Config, "--out", picture, "--seconds", "1", "--json");
        Assert.True(result.ExitCode == ExitCode.Done, result.Error);
        var camera = Assert.Single(result.Json.GetProperty("cameras").EnumerateArray());
        Assert.Equal("front", camera.GetProperty("camera").GetString());
        Assert.Equal((64, 48), (camera.GetProperty("width_px").GetInt32(), camera.GetProperty("height_px").GetInt32()));
        Assert.InRange(camera.GetProperty("rate_hz").GetDouble(), 29, 31);
        Assert.InRange(camera.GetProperty("brightness").GetDouble(), 60, 140);
        Assert.Equal("\x89PNG"u8.ToArray()[2..], File.ReadAllBytes(picture)[1..4]);
    }

    [Fact]
    public void Recording_is_whole_as_mcap_and_as_pictures()
    {
        VideoCell cell = new(_folder, frames: 20);
        var file = _folder["take.mcap"];
        // The file of a video ends the take.
        var take = RobotrlProcess.Run("cameras", "record", cell.Video, "--out", file, "--seconds", "60", "--json");
        Assert.True(take.ExitCode == ExitCode.Done, take.Error);
        // A busy machine passes over some.
        Assert.InRange(take.Json.GetProperty("frames").GetInt32(), 5, 20);
        Assert.InRange(take.Json.GetProperty("seconds").GetDouble(), 0.1, 19.01 / VideoCell.RateHz);
        Assert.Equal(ExitCode.Done, RobotrlProcess.Run("mcap", "info", file, "--verify").ExitCode);

        var pictures = RobotrlProcess.Run("cameras", "record", cell.Video, "--out", _folder["take"], "--json");
        Assert.True(pictures.ExitCode == ExitCode.Done, pictures.Error);
        Assert.Equal(pictures.Json.GetProperty("frames").GetInt32(), Directory.GetFiles(_folder["take"], "frame-*.png").Length);
    }

    [Fact]
    public void Recording_that_is_interrupted_is_whole()
    {
        VideoCell cell = new(_folder);
        var file = _folder["take.mcap"];
        using var process = RobotrlProcess.Start("cameras", "record", cell.Config, "--out", file, "--seconds", "600", "--json");
        process.Await(() => File.Exists(file + ".part") && new FileInfo(file + ".part").Length > 20_000);
        process.PressControlC();
        var result = process.Wait();
        Assert.True(result.ExitCode == ExitCode.Done, result.Error);
        Assert.Equal([file], Directory.GetFiles(_folder.Path, "take*"));
        Assert.Equal(ExitCode.Done, RobotrlProcess.Run("mcap", "info", file, "--verify").ExitCode);
    }

    [Theory]
    [InlineData("none.avi", "'none.avi': there is no such configuration, video file or device; robotrl cameras list shows the devices")]
    [InlineData("Makefile", "Makefile: neither a configuration (.yaml) nor a video that can be read")]
    [InlineData("99", "no device 99 can be opened; robotrl cameras list shows those that there are")]
    [InlineData(Training.PegInsert, Training.PegInsert + ": no entry of task.cameras has a source; robotrl views draws the cameras of the scene")]
    public void What_is_no_camera_is_refused_in_one_line(string source, string error)
    {
        var result = RobotrlProcess.Run("cameras", "view", source, "--out", _folder["seen.png"]);
        Assert.Equal((ExitCode.BadInput, error), (result.ExitCode, Assert.Single(result.ErrorLines)));
    }
}

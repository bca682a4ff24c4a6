using System.Text.Json;
using RobotRL.Model;
using RobotRL.Sessions.Processes;

namespace RobotRL.Cli.Tests;

/// <summary>A wide gray camera beside a square one in colour, all the way: pipeline, files, learner, restart, replay, export.</summary>
public sealed class ImageShapeTests : IDisposable
{
    private static readonly string[] Cameras =
    [
        "--set", "task.cameras.0.crop_size_px=[126, 84]", "--set", "task.cameras.0.image_size_px=[96, 64]", "--set", "task.cameras.0.channels=gray",
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Run_is_trained_gone_on_with_replayed_and_exported()
    {
        foreach (var steps in (int[])[60, 80])
        {
            var trained = RobotrlProcess.Run(Training.SmallWithImages(_folder["run"], steps, ["--deterministic", .. Cameras]));
            Assert.True(trained.ExitCode == 0, trained.Error);
            Assert.True(trained.Json.GetProperty("learner_steps").GetInt64() > 0, trained.Error);
        }
        var run = new RunOnDisk(_folder["run"]);
        var steps80 = run.Episodes.SelectMany(e => e.Steps).ToArray();
        Assert.All(steps80, s => Assert.Equal(
            [new ImageShape(96, 64, ImageShape.Gray), ImageShape.Square(64)], s.Transition.Observation.Images.Select(i => i.Shape)));
        Assert.All(steps80, s => Assert.True(s.Transition.Observation.Images[0].Pixels.Distinct().Count() > 8));

        var replayed = RobotrlProcess.Run("replay", run.Path, "--json");
        Assert.True(replayed.ExitCode == 0, replayed.Error);
        Assert.Equal((steps80.Length, steps80.Length), (replayed.Json.GetProperty("decisions").GetInt32(), replayed.Json.GetProperty("identical").GetInt32()));

        var exported = RobotrlProcess.Run("episodes", "export", run.Path, "--format", "lerobot", "--out", _folder["set"], "--json");
        Assert.True(exported.ExitCode == 0, exported.Error);
        using var info = JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder["set"], "meta/info.json")));
        var features = info.RootElement.GetProperty("features");
        int[] Shape(string camera) =>
            [.. features.GetProperty($"observation.images.{camera}").GetProperty("shape").EnumerateArray().Select(d => d.GetInt32())];
        Assert.Equal([64, 96, 1], Shape("wrist"));
        Assert.Equal([64, 64, 3], Shape("side"));

        var imported = RobotrlProcess.Run(["episodes", "import", Training.PegInsert, "--run", _folder["other"], "--from", _folder["set"], .. Cameras]);
        Assert.True(imported.ExitCode == 0, imported.Error);
        var (was, now) = (run.Episodes[0].Steps[0], new RunOnDisk(_folder["other"]).Episodes[0].Steps[0]);
        Assert.Equal(was.Transition.Observation.Images[0].Pixels, now.Transition.Observation.Images[0].Pixels);

        // Without the same cameras, the dataset is another's.
        var refused = RobotrlProcess.Run("episodes", "import", Training.PegInsert, "--run", _folder["third"], "--from", _folder["set"]);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("features.observation.images.wrist: shape [64, 96, 1]", Assert.Single(refused.ErrorLines), StringComparison.Ordinal);

        var report = RobotrlProcess.Run("views", Path.Combine(run.Path, "config.yaml"), "--out", _folder["views.png"]);
        Assert.True(report.ExitCode == 0, report.Error);
    }
}

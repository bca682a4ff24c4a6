using System.Diagnostics;
using System.Text.Json;

namespace RobotRL.Ros2.Tests;

/// <summary>A whole training with two arms behind ROS 2.</summary>
public sealed class TwoArmTrainingTests : IDisposable
{
    private readonly int _domain = Domains.Next();
    private readonly string _folder = Directory.CreateTempSubdirectory("robotrl-two-arms-").FullName;

    [Fact]
    public void An_arm_that_pauses_stops_both_and_its_name_is_told_and_kept()
    {
        using var left = OtherProcess.SimArm("left", _domain);
        using var right = OtherProcess.SimArm("right", _domain);
        string[] small =
        [
            "operator.demonstrations=2", "learner.pretrain_steps=10", "learner.hidden_sizes=[32]", "learner.batch_size=16",
            "robot.limits.heartbeat_max_age_ms=2000", "robot.limits.target_max_age_ms=5000", "robot.limits.loop_max_late_ms=1000", $"ros2.domain={_domain}",
        ];
        var run = Path.Combine(_folder, "run");
        string[] command = ["train", OtherProcess.TaskFile("two-arm-reach"), "--cell", Cell.FileOf("two-arms-sim"), "--pace", "realtime",
            "--run", run, "--env-steps", "150", .. small.SelectMany(value => new[] { "--set", value })];
        using var train = OtherProcess.Robotrl(command);
        train.Await("learning:");
        // In an episode: between two of them the arm moves as well, and is named in other words.
        for (var tries = 0; tries < 5 && !train.Lines.Any(line => line.Contains("STOPPED: right arm:", StringComparison.Ordinal)); tries++)
        {
            Thread.Sleep(1500);
            right.Signal("STOP");
            Thread.Sleep(700);
            right.Signal("CONT");
        }
        train.Await("STOPPED: right arm: the robot's state did not change any more (StaleState)");
        Resumed.UntilDone(train, command);

        var episodes = Json("episodes", "list", run).GetProperty("episodes").EnumerateArray().ToList();
        var stopped = episodes.Find(episode => episode.TryGetProperty("stopped_arm", out var arm) && arm.GetString() == "right");
        Assert.Equal("SafetyStop", stopped.GetProperty("outcome").GetString());
        var steps = Json("episodes", "show", run, "--episode", $"{stopped.GetProperty("episode").GetInt32()}").GetProperty("steps");
        Assert.Equal("right", steps.EnumerateArray().Last().GetProperty("stopped_arm").GetString());
        var events = Json("events", "list", run).GetProperty("events").EnumerateArray().ToList();
        Assert.Contains(events, one => one.GetProperty("arm").GetString() == "right" && one.GetProperty("reason").GetString() == "StaleState");
        Assert.Contains(events, one => one.GetProperty("arm").GetString() == "left" && one.GetProperty("reason").GetString() == "OtherArmStopped");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static JsonElement Json(params string[] arguments)
    {
        var start = OtherProcess.ToRobotrl([.. arguments, "--json"]);
        // What it shows to a person beside the object is not for the suite's own output.
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        using var process = Process.Start(start)!;
        process.BeginErrorReadLine();
        return JsonDocument.Parse(process.StandardOutput.ReadToEnd()).RootElement;
    }
}

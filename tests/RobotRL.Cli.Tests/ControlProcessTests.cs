using RobotRL.Control;
using RobotRL.Lab.Faults;
using RobotRL.Sessions.Processes;

namespace RobotRL.Cli.Tests;

/// <summary>Control process and actor as processes of their own, which die.</summary>
public sealed class ControlProcessTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _channel = $"test-{Guid.NewGuid():N}";

    public void Dispose()
    {
        _folder.Dispose();
        // A process that is killed leaves its channel in memory.
        var path = RobotRL.Control.ControlChannel.PathOf(_channel);
        if (Path.GetDirectoryName(path) is { } channels && Directory.Exists(channels))
            foreach (var left in Directory.GetFiles(channels, _channel + "*")) File.Delete(left);
    }

    [Fact]
    public void Arm_holds_when_actor_or_learner_is_killed_and_needs_nothing_but_a_reset()
    {
        Assert.SkipWhen(!OperatingSystem.IsLinux(), "Kills processes as Linux does.");
        const int kills = 3;
        List<string> said = [];
        var figures = KillsBench.Run(kills, said.Add, TestContext.Current.CancellationToken);
        Assert.True((figures.HeldWithinEnvelope, figures.ResetAlone, figures.LearnerWentOn) == (kills, kills, kills), $"{figures}\n{string.Join('\n', said)}");
    }

    [Fact]
    public void Training_says_when_its_control_process_dies_and_goes_on_with_another()
    {
        RunOnDisk run = new(_folder["run"]);
        using (var control = Control())
        using (var train = RobotrlProcess.Start(Training.Small(run.Path, 10_000, "--pace", "realtime", "--channel", _channel)))
        {
            train.Await(() => run.EpisodeFiles.Count >= 1);
            control.Kill();
            var result = train.Wait();
            Assert.Equal(3, result.ExitCode);
            Assert.Contains("The control process ended", result.Error, StringComparison.Ordinal);
        }
        var orphan = RobotrlProcess.Run(Training.Small(run.Path, 10, "--pace", "realtime", "--channel", _channel));
        Assert.Equal(2, orphan.ExitCode);
        Assert.Contains("died; start one", orphan.Error, StringComparison.Ordinal);
        var kept = run.EpisodeFiles.Count;
        using (Control())
        {
            var result = RobotrlProcess.RunInRealtime(Training.Small(run.Path, 10, "--pace", "realtime", "--channel", _channel));
            Assert.True(result.ExitCode == 0, result.Error);
        }
        Assert.True(run.EpisodeFiles.Count > kept);
    }

    /// <summary>Whatever lies over the records of the loop's ticks: it is told, and what was recorded until then replays.</summary>
    [Fact]
    public void Training_ends_when_something_writes_over_the_ticks_and_stores_none_of_it()
    {
        RunOnDisk run = new(_folder["run"]);
        using (Control())
        using (var train = RobotrlProcess.Start(Training.Small(run.Path, 10_000, "--pace", "realtime", "--channel", _channel)))
        {
            train.Await(() => run.EpisodeFiles.Count >= 1);
            using (var ticks = new FileStream(RobotRL.Control.ControlChannel.PathOf(_channel) + ".ticks",
                FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, 0))
                while (!train.HasExited) // what is written over between two episodes is nobody's loss
                    for (ticks.Position = 64 + 700; ticks.Position < ticks.Length - 1; ticks.Position += 700) ticks.WriteByte(0x5A);
            var result = train.Wait();
            Assert.Equal(3, result.ExitCode);
            Assert.Contains("is not what the control process wrote", result.Error, StringComparison.Ordinal);
        }
        var replay = RobotrlProcess.Run("replay", run.Path);
        Assert.True(replay.ExitCode == 0, replay.Error);
    }

    [Fact]
    public void Channel_that_nobody_serves_is_bad_input()
    {
        var result = RobotrlProcess.Run(Training.Small(_folder["run"], 10, "--pace", "realtime", "--channel", _channel));
        Assert.Equal(2, result.ExitCode);
        Assert.Contains($"robotrl control CONFIG --channel {_channel}", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["run"]));
    }

    [Fact]
    public void Loopback_robot_is_what_its_driver_says_and_runs_in_a_control_process_without_a_scene()
    {
        File.WriteAllText(_folder["no-scene.xml"], "<mujoco/>");
        var result = RobotrlProcess.Run("control", Training.Reach, "--channel", _channel, "--seconds", "1", "--json",
            "--set", "robot.driver=loopback", "--set", $"task.scene={_folder["no-scene.xml"]}");
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("Ended with the robot PowerRemoved", result.Error, StringComparison.Ordinal);
    }

    /// <summary>A control process with what <see cref="Training.Small"/> trains on.</summary>
    private RobotrlProcess Control()
    {
        string[] set = [.. Training.Small("", 0).SkipWhile(a => a != "--set")];
        var path = RobotRL.Control.ControlChannel.PathOf(_channel);
        File.Delete(path); // what a killed one left
        var control = RobotrlProcess.Start(["control", Training.Reach, "--channel", _channel, "--link-ms", "2000", .. set]);
        control.Await(() => File.Exists(path) && IsOpen(path));
        return control;
    }

    private static bool IsOpen(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return file.ReadByte() > 0;
    }
}

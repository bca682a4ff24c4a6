using System.Text.Json;
using RobotRL.Model;

namespace RobotRL.Cli.Tests;

/// <summary>The scripted human reaches the marker on a simulated arm that takes each kind of command, and what was recorded of it replays to the bit.</summary>
public sealed class CommandKindTests : IDisposable
{
    private const int Episodes = 10;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("torque")]
    [InlineData("cartesian_impedance")]
    [InlineData("joint_position")]
    [InlineData("joint_velocity")]
    public void Scripted_human_reaches_the_marker_and_the_recording_replays(string command)
    {
        var run = new RunOnDisk(_folder["run"]);
        var recorded = RobotrlProcess.Run(
            "record", Training.Reach, "--run", run.Path, "--episodes", $"{Episodes}", "--seed", "5", "--set", $"robot.command={command}");
        Assert.True(recorded.ExitCode == 0, recorded.Error);
        var episodes = run.Episodes;
        Assert.Equal(Episodes, episodes.Count);
        Assert.InRange(episodes.Count(e => e.Steps[^1].Transition.Terminated), Episodes - 1, Episodes);
        foreach (var step in episodes.SelectMany(e => e.Steps))
        {
            var action = step.Transition.Action;
            Assert.False(action.Limits.HasFlag(LimitFlags.Stopping));
            if (action.Limits == LimitFlags.None) Assert.Equal(action.Proposed, action.Executed);
        }
        var replayed = RobotrlProcess.Run("replay", run.Path, "--json");
        Assert.True(replayed.ExitCode == 0, replayed.Error);
        Assert.Equal(episodes.Sum(e => e.Steps.Count), replayed.Json.GetProperty("identical").GetInt32());
        Assert.Equal(replayed.Json.GetProperty("ticks").GetInt64(), replayed.Json.GetProperty("identical_ticks").GetInt64());
        Assert.Equal(JsonValueKind.Null, replayed.Json.GetProperty("first_difference").ValueKind);
    }
}

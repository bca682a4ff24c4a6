using RobotRL.Sessions.Processes;

namespace RobotRL.Cli.Tests;

/// <summary>The small number; <c>robotrl bench store-kills</c> has the large one.</summary>
public sealed class StoreKillsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Nothing_acknowledged_is_lost_or_doubled_when_actor_and_learner_are_killed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Finds the learner's process in /proc.");
        var result = RobotrlProcess.Run("bench", "store-kills", "--kills", "5", "--seed", "3", "--folder", _folder["kills"], "--json");
        Assert.True(result.ExitCode == 0, result.Error);
        int Figure(string name) => result.Json.GetProperty(name).GetInt32();
        Assert.Equal(5, Figure("kills"));
        Assert.True(Figure("acknowledged") > 0, result.Error);
        Assert.InRange(Figure("stored"), Figure("acknowledged"), Figure("acknowledged") + 5);
        Assert.Equal((0, 0, 0, 0), (Figure("lost"), Figure("duplicated"), Figure("unreadable"), Figure("audit_failures")));
        Assert.InRange(Figure("audit_at_restarts"), 1, 6);
        Assert.InRange(Figure("audit_at_kills"), 4, 5);
        Assert.True(result.Json.GetProperty("taken_once").GetBoolean());
    }
}

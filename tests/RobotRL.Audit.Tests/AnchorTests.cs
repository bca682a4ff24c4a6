namespace RobotRL.Audit.Tests;

/// <summary>The second place: it gets every head, late if it must, and an unusable one is told of before anything moves.</summary>
public sealed class AnchorTests : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public void Anchor_that_was_away_is_recorded_and_caught_up()
    {
        using var key = _place.Key();
        using var chain = _place.Chain(key);
        chain.Open(new { });
        Directory.Move(_place.AnchorFolder, _place["away"]);
        File.WriteAllText(_place.AnchorFolder, "in the way");
        for (var i = 0; i < 2; i++)
        {
            chain.Append([_place.Record(AuditEvent.Limited)], force: false);
            chain.SignPeriodically();
        }
        File.Delete(_place.AnchorFolder);
        Directory.Move(_place["away"], _place.AnchorFolder);
        Assert.Contains(_place.Verify().Remarks, r => r.Contains("2 heads have not reached the anchor", StringComparison.Ordinal));
        chain.Close();

        Assert.Single(_place.Lines, l => l.Contains("log.anchor_failed", StringComparison.Ordinal));
        var verdict = _place.Verify();
        Assert.Empty(verdict.Findings);
        Assert.Equal(4, verdict.AnchoredHeads);
    }

    [Fact]
    public void Unusable_anchor_is_refused_before_anything_moves()
    {
        File.WriteAllText(_place.AnchorFolder, "a file");
        Assert.Contains("ROBOTRL_AUDIT_ANCHOR", Assert.Throws<InvalidDataException>(() => _place.Open()).Message, StringComparison.Ordinal);
        File.Delete(_place.AnchorFolder);
        using (_place.Open()) { }
        Assert.Empty(_place.Verify().Findings);
    }

    [Fact]
    public void Command_gets_each_head_once()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("needs a POSIX shell");
        var sink = _place["sink"];
        for (var session = 0; session < 2; session++)
            using (_place.Open(anchor: new Anchor(null, $"cat >> '{sink}'"))) { }
        using var own = _place.Key();
        var verdict = AuditVerifier.Verify(_place.Log, sink, ownKey: own.PublicPem);
        Assert.Empty(verdict.Findings);
        Assert.Equal(5, verdict.AnchoredHeads); // the second session says first that the log is no longer at rest
        // The key that lies beside the log says nothing of the log.
        Assert.Contains(AuditVerifier.Verify(_place.Log, sink).Findings, f => f.Text.Contains("not trusted", StringComparison.Ordinal));
    }

    [Fact]
    public void Log_without_its_anchor_does_not_hold()
    {
        using (_place.Open()) { }
        Assert.Equal(FindingKind.Unanchored, Assert.Single(AuditVerifier.Verify(_place.Log, _place["nowhere"]).Findings).Kind);
        Assert.Empty(AuditVerifier.Verify(_place.Log, null).Findings);
    }

    [Fact]
    public void Key_that_is_trusted_may_be_named()
    {
        using (_place.Open()) { }
        using (var other = SigningKey.OpenOrCreate(_place["other.pem"])) File.WriteAllText(_place["other.pub"], other.PublicPem);
        using (var own = _place.Key()) File.WriteAllText(_place["own.pub"], own.PublicPem);
        Assert.True(AuditVerifier.Verify(_place.Log, _place.AnchorFolder, _place["own.pub"]).Holds);
        Assert.Contains(AuditVerifier.Verify(_place.Log, _place.AnchorFolder, _place["other.pub"]).Findings,
            f => f.Text.Contains("not trusted", StringComparison.Ordinal));
    }
}

namespace RobotRL.Audit.Tests;

/// <summary>A run that was copied goes on in both folders, a moved one goes on where it is, and in none of them a tail is cut unseen.</summary>
public sealed class CopiedLogTests : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    private string Original => _place.Log;
    private string Copied => _place["copy/audit"];

    [Fact]
    public void Original_and_copy_both_go_on_and_each_verdict_tells_of_the_other()
    {
        Start(Original);
        Copy(Original, Copied);
        for (var turn = 0; turn < 2; turn++)
        {
            Start(Copied);
            Start(Original);
        }
        foreach (var (log, other) in new[] { (Original, Copied), (Copied, Original) })
        {
            var verdict = Verify(log);
            Assert.Empty(verdict.Findings);
            Assert.Equal(verdict.Heads, verdict.AnchoredHeads);
            Assert.Contains(verdict.Remarks, r => r.Contains($"went on by itself in {other}", StringComparison.Ordinal));
        }
        Assert.Contains(Verify(Copied).Remarks, r => r.Contains($"This log is a copy of the one in {Original}: up to record 3", StringComparison.Ordinal));
        Assert.DoesNotContain(Verify(Original).Remarks, r => r.Contains("is a copy of", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Tail_that_is_cut_in_either_does_not_hold_and_is_not_gone_on_with(bool inCopy)
    {
        Start(Original);
        Copy(Original, Copied);
        Start(Copied);
        Start(Original);
        var log = inCopy ? Copied : Original;
        for (var seed = 0; seed < 3; seed++)
        {
            Copy(log, _place["kept"]);
            Tampering.Ways.Single(w => w.Name == "cut the tail and the heads to match").Do(new(log, new Random(seed)));
            Assert.False(Verify(log).Holds);
            Assert.Contains("anchored", Assert.Throws<InvalidDataException>(() => Start(log)).Message, StringComparison.Ordinal);
            Copy(_place["kept"], log);
            Directory.Delete(_place["kept"], recursive: true);
        }
    }

    [Fact]
    public void One_put_in_the_place_of_the_other_does_not_hold()
    {
        Start(Original);
        Copy(Original, Copied);
        Start(Copied);
        Start(Original);
        Copy(Copied, Original);
        Assert.False(Verify(Original).Holds);
        var why = Assert.Throws<InvalidDataException>(() => Start(Original)).Message;
        Assert.Contains($"this is the log of {Copied}, put where one was that went on by itself", why, StringComparison.Ordinal);
        // Where nothing was, it is another copy.
        Copy(Copied, _place["third"]);
        Start(_place["third"]);
        Assert.Empty(Verify(_place["third"]).Findings);
    }

    [Fact]
    public void Old_copy_is_refused_in_one_line_that_says_where_the_log_went_on()
    {
        Start(Original);
        Copy(Original, Copied);
        Start(Original);
        Assert.False(Verify(Copied).Holds);
        var why = Assert.Throws<InvalidDataException>(() => Start(Copied)).Message;
        Assert.Contains($"an old or a cut copy of the log in {Original}, which went on", why, StringComparison.Ordinal);
        Start(Original);
        Assert.Empty(Verify(Original).Findings);
    }

    [Fact]
    public void Moved_log_goes_on_and_its_tail_is_not_cut_by_moving_it_back()
    {
        Start(Original);
        Copy(Original, _place["kept"]);
        Directory.CreateDirectory(Path.GetDirectoryName(Copied)!);
        Directory.Move(Original, Copied);
        Start(Copied);
        Assert.Empty(Verify(Copied).Findings);
        Assert.DoesNotContain(Verify(Copied).Remarks, r => r.Contains("copy", StringComparison.Ordinal));
        Directory.Move(Copied, _place["whole"]);
        Copy(_place["kept"], Original);
        Assert.False(Verify(Original).Holds);
        Assert.Throws<InvalidDataException>(() => Start(Original));
        Start(_place["whole"]);
        Assert.Empty(Verify(_place["whole"]).Findings);
    }

    /// <summary>Another name of the same folder is no copy.</summary>
    [Fact]
    public void Log_reached_by_a_link_is_the_same()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("needs links");
        Start(Original);
        Directory.CreateSymbolicLink(_place["link"], Path.GetDirectoryName(Original)!);
        Start(Path.Combine(_place["link"], "audit"));
        Start(Original);
        Assert.Empty(Verify(Original).Findings);
        Assert.Single(Directory.GetFiles(_place.AnchorFolder, "*.heads.jsonl"));
    }

    private void Start(string log)
    {
        using (AuditLog.Open(log, _place.Writer(new { Code = "1" }), clock: _place.Clock)) { }
    }

    private AuditVerdict Verify(string log) => AuditVerifier.Verify(log, _place.AnchorFolder);

    private static void Copy(string from, string to)
    {
        if (Directory.Exists(to)) Directory.Delete(to, recursive: true);
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}

using System.Text;
using System.Text.Json.Nodes;

namespace RobotRL.Audit.Tests;

/// <summary>What is done to a log while nobody has it open does not become evidence by the next honest start, which signs for all that stands before.</summary>
public sealed class LogAtRestTests : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public void Records_appended_after_the_close_are_a_break_that_stays()
    {
        using (_place.Open()) { }
        AppendAtRest(2);
        for (var start = 0; start < 2; start++)
            using (_place.Open()) { }
        var finding = Assert.Single(_place.Verify().Findings);
        Assert.Equal(FindingKind.Broken, finding.Kind);
        Assert.Contains("records 4 to 5 after the close", finding.Text, StringComparison.Ordinal);
        Assert.Single(_place.Lines, l => l.Contains("log.broken", StringComparison.Ordinal));
    }

    [Fact]
    public void Start_killed_before_it_signs_does_not_launder_what_it_found()
    {
        using (_place.Open()) { }
        AppendAtRest(1);
        KillBeforeTheFirstHead();
        using (_place.Open()) { }
        Assert.Contains(_place.Verify().Findings, f => f.Kind == FindingKind.Broken && f.Text.Contains("records 4 to", StringComparison.Ordinal));
    }

    [Fact]
    public void Killed_writer_is_told_apart_from_a_break_and_its_unsealed_records_are_named()
    {
        using var key = _place.Key();
        var chain = _place.Chain(key);
        chain.Open(new { });
        chain.Append([_place.Record(AuditEvent.Limited), _place.Record(AuditEvent.Limited)], force: false);
        _place.Kill(chain);
        using (_place.Open()) { }
        var verdict = _place.Verify();
        Assert.Empty(verdict.Findings);
        Assert.Contains("Records 3 to 4 were unsealed since", Assert.Single(verdict.Remarks), StringComparison.Ordinal);
    }

    [Fact]
    public void Start_killed_while_it_opens_a_log_at_rest_leaves_no_break()
    {
        using (_place.Open()) { }
        KillBeforeTheFirstHead();
        using (_place.Open()) { }
        Assert.Empty(_place.Verify().Findings);
    }

    [Fact]
    public void Killed_writer_leaves_no_more_unsealed_than_is_stated()
    {
        using var key = _place.Key();
        var chain = _place.Chain(key);
        chain.Open(new { });
        PendingRecord[] batch = [.. Enumerable.Range(0, 1024).Select(i => _place.Record(AuditEvent.Limited, new { i }))];
        for (var i = 0; i < 9; i++)
        {
            chain.Append(batch, force: false);
            Assert.InRange(_place.Verify().UnsignedRecords, 0, LogAtRest.SealEvery);
        }
        _place.Kill(chain);
        AppendAtRest(LogAtRest.SealEvery + 2048);
        using (_place.Open()) { }
        Assert.Contains(_place.Verify().Findings, f => f.Kind == FindingKind.Broken && f.Text.Contains("a killed writer leaves", StringComparison.Ordinal));
    }

    /// <summary>Nothing at the anchor speaks of a log with another first record; with no head beside it either, nobody ever signed for it.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Log_written_anew_without_its_heads_never_holds_again(bool elsewhere)
    {
        _place.WriteHistory();
        new Tampering(_place.Log, new Random(1)).WriteAnewWithoutHeads();
        if (elsewhere)
        {
            Directory.Delete(_place.AnchorFolder, recursive: true);
            File.Delete(_place.KeyPath);
        }
        for (var start = 0; start < 2; start++)
            using (_place.Open()) { }
        var findings = _place.Verify().Findings;
        Assert.Contains(findings, f => f.Kind == FindingKind.Broken && f.Text.Contains("without any head", StringComparison.Ordinal));
        // Nor where the start that found it so is one that did not look.
        Assert.Contains(findings, f => f.Kind == FindingKind.Rewritten && f.Text.Contains("before the first head", StringComparison.Ordinal));
    }

    /// <summary>Whoever holds a file of the log's writers open is no honest writer: that one has signed a head.</summary>
    [Fact]
    public void Held_mark_of_a_writer_does_not_vouch_for_a_log_without_heads()
    {
        _place.WriteHistory();
        new Tampering(_place.Log, new Random(1)).WriteAnewWithoutHeads();
        using (LogFolder.TryHold(Path.Combine(new LogFolder(_place.Log).Writers, "1-held")))
        using (_place.Open()) { }
        Assert.Contains(_place.Verify().Findings, f => f.Kind == FindingKind.Broken);
    }

    [Fact]
    public void First_starts_killed_before_their_head_leave_no_break()
    {
        for (var start = 0; start < 3; start++)
        {
            using var key = _place.Key();
            var chain = _place.Chain(key);
            chain.Open(new { });
            _place.Kill(chain);
            File.Delete(new LogFolder(_place.Log).Heads);
            File.Delete(Directory.GetFiles(_place.AnchorFolder, "*.heads.jsonl").Single());
            if (start == 1) File.AppendAllText(_place.Days[^1], "{\"sequence\":7,\"ti");
        }
        using (_place.Open()) { }
        var verdict = _place.Verify();
        Assert.Empty(verdict.Findings);
        Assert.Contains(verdict.Remarks, r => r.Contains("unsealed since the beginning", StringComparison.Ordinal));
    }

    [Fact]
    public void Heads_that_were_cut_beside_the_log_are_refused_at_the_start()
    {
        for (var session = 0; session < 2; session++)
            using (_place.Open()) { }
        Tampering.Ways.Single(w => w.Name == "cut the tail and the heads to match").Do(new(_place.Log, new Random(1)));
        Assert.Contains("anchored", Assert.Throws<InvalidDataException>(() => _place.Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Log_that_came_with_a_run_is_not_vouched_for_by_whoever_goes_on_with_it()
    {
        using (AuditLog.Open(_place.Log, new AuditWriter(Workplace.Actor, _place["giver.pem"], new Anchor(_place["givers"], null), new { }))) { }
        using (_place.Open()) { }
        using (_place.Open()) { }
        var verdict = _place.Verify();
        Assert.Contains(verdict.Findings, f => f.Kind == FindingKind.Head && f.Text.Contains("not trusted here", StringComparison.Ordinal));
        Assert.Single(verdict.Remarks, r => r.Contains("records 1 to 3 came with the run", StringComparison.Ordinal));
        // Who knows the giver puts the giver's key to the anchor: then the whole holds.
        using (var giver = SigningKey.OpenOrCreate(_place["giver.pem"]))
            File.WriteAllText(Path.Combine(_place.AnchorFolder, "keys", giver.Fingerprint + ".pem"), giver.PublicPem);
        Assert.Empty(_place.Verify().Findings);
    }

    /// <summary>A head names its log, and the name becomes a file's at the anchor: it must not lead elsewhere.</summary>
    [Fact]
    public void Run_cannot_name_the_anchor_that_judges_it()
    {
        using (_place.Open()) { }
        var heads = new LogFolder(_place.Log).Heads;
        var text = File.ReadAllText(heads);
        var id = JsonNode.Parse(text.Split('\n')[0])!["log"]!.GetValue<string>();
        var inside = Path.Combine(_place.Log, "mine");
        File.WriteAllText(heads, text.Replace(id, inside, StringComparison.Ordinal));
        File.Copy(heads, inside + ".heads.jsonl");
        var verdict = AuditVerifier.Verify(_place.Log, _place["elsewhere-else"]);
        Assert.Contains(verdict.Findings, f => f.Kind == FindingKind.Unanchored);
        Assert.Equal(0, verdict.AnchoredHeads);
    }

    /// <summary>Whatever is done at rest: the next honest start refuses, or the log does not hold after it.</summary>
    [Fact]
    public void No_tampering_is_signed_away_by_the_next_honest_start()
    {
        _place.WriteHistory();
        var files = Directory.GetFiles(_place["run"], "*", SearchOption.AllDirectories)
            .Concat(Directory.GetFiles(_place.AnchorFolder, "*", SearchOption.AllDirectories))
            .ToDictionary(path => path, File.ReadAllBytes);
        List<string> missed = [];
        var (refused, told) = (0, 0);
        foreach (var (name, tamper) in Tampering.Ways)
            for (var seed = 0; seed < 5; seed++)
            {
                Restore(files);
                tamper(new(_place.Log, new Random(seed)));
                if (_place.Verify().Holds) continue; // nothing was changed
                var before = AuditVerifier.Verify(_place.Log, _place.AnchorFolder).Findings;
                try
                {
                    using (_place.Open()) { }
                    if (_place.Verify().Holds && !IsMended(before)) missed.Add($"{name}, seed {seed}: {before[0]}");
                    told++;
                }
                catch (InvalidDataException)
                {
                    refused++;
                }
            }
        Assert.Empty(missed);
        Assert.True(refused > 10 && told > 25, $"{refused} refused, {told} told of");

        // Half a line at the end is what a kill leaves, and is set aside and told of; an empty day holds nothing; a damaged public key is written anew from
        // the private one.
        static bool IsMended(IReadOnlyList<Finding> before) =>
            before.All(f => f.Kind == FindingKind.Torn || f.Text == "an empty file" || f.File.StartsWith("keys/", StringComparison.Ordinal));
    }

    private void Restore(Dictionary<string, byte[]> files)
    {
        foreach (var root in new[] { _place["run"], _place.AnchorFolder, Path.Combine(_place.Log, "..", "forged") })
            if (Directory.Exists(root)) Directory.Delete(root, recursive: true);
        foreach (var (path, bytes) in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, bytes);
        }
    }

    /// <summary>Records that chain well, as anybody can make them.</summary>
    private void AppendAtRest(int count)
    {
        var newest = RecordLine.Parse(Encoding.UTF8.GetBytes(_place.Lines[^1]))!.Value;
        var (sequence, hash) = (newest.Last, newest.Hash);
        using MemoryStream lines = new();
        for (var i = 0; i < count; i++)
        {
            (var line, hash) = RecordLine.Seal(++sequence, _place.Record(AuditEvent.TakeoverBegan, new { Forged = i }).Body, hash);
            lines.Write(line);
        }
        LogFolder.Append(_place.Days[^1], lines.ToArray(), force: false);
    }

    /// <summary>A start whose records reached the disk and whose head did not.</summary>
    private void KillBeforeTheFirstHead()
    {
        var folder = new LogFolder(_place.Log);
        var heads = File.ReadAllBytes(folder.Heads).Length;
        using var key = _place.Key();
        var chain = _place.Chain(key);
        chain.Open(new { });
        _place.Kill(chain);
        var text = File.ReadAllText(folder.Heads)[heads..].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var kept = text.Where(line => line.Contains("\"opening\"", StringComparison.Ordinal)).Select(line => line + "\n");
        foreach (var path in new[] { folder.Heads, Directory.GetFiles(_place.AnchorFolder, "*.heads.jsonl").Single() })
            File.WriteAllText(path, File.ReadAllText(path)[..heads] + string.Concat(kept));
    }
}

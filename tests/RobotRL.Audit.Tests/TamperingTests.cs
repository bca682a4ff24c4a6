namespace RobotRL.Audit.Tests;

/// <summary>Whatever is done to a closed log is found; nothing is found in one that nobody touched.</summary>
public sealed class TamperingTests : IDisposable
{
    private const int RoundsEach = 40;
    private readonly Workplace _place = new();
    private readonly Dictionary<string, byte[]> _files;

    public TamperingTests()
    {
        _place.WriteHistory();
        _files = Directory.GetFiles(_place.Log, "*", SearchOption.AllDirectories).ToDictionary(path => path, File.ReadAllBytes);
    }

    public void Dispose() => _place.Dispose();

    [Fact]
    public void Untouched_log_holds()
    {
        var verdict = _place.Verify();
        Assert.Empty(verdict.Findings);
        Assert.Empty(verdict.Remarks);
        Assert.True(verdict is { UnsignedRecords: 0, OpenWriters: 0 } && verdict.Records > 40 && verdict.Heads == verdict.AnchoredHeads);
        Assert.Equal(2, _place.Days.Length);
    }

    [Fact]
    public void Every_mutation_is_found()
    {
        List<string> missed = [];
        var done = 0;
        foreach (var (name, tamper) in Tampering.Ways)
            for (var seed = 0; seed < RoundsEach; seed++)
            {
                Restore();
                tamper(new(_place.Log, new Random(seed)));
                if (IsUntouched()) continue;
                done++;
                if (_place.Verify().Holds) missed.Add($"{name}, seed {seed}");
            }
        Assert.Empty(missed);
        Assert.True(done >= 1_000, $"only {done} mutations changed anything");
        Restore();
        Assert.True(_place.Verify().Holds);
    }

    [Fact]
    public void Flipped_bit_is_located_to_its_line()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            Restore();
            var tampering = new Tampering(_place.Log, new Random(seed));
            var (file, line) = tampering.FlipBit(tampering.AnyDay());
            // A newline that is none any more joins its line with the next; one that came to be splits a line.
            Assert.Contains(_place.Verify().Findings, f => f.File == file && Math.Abs(f.Line - line) <= 1);
        }
    }

    [Fact]
    public void Removed_records_are_named()
    {
        new Tampering(_place.Log, new Random(1)).Lines(_place.Days[0], lines => lines.RemoveRange(6, 3));
        var finding = Assert.Single(_place.Verify().Findings);
        Assert.Equal((FindingKind.Removed, 7L, 7L, "records 7 to 9 are missing"), (finding.Kind, finding.Line, finding.Sequence, finding.Text));
    }

    [Fact]
    public void Swapped_records_are_named_and_not_called_missing()
    {
        new Tampering(_place.Log, new Random(1)).Lines(_place.Days[0], lines => (lines[6], lines[7]) = (lines[7], lines[6]));
        var finding = Assert.Single(_place.Verify().Findings);
        Assert.Equal((FindingKind.Reordered, 8L, 7L), (finding.Kind, finding.Line, finding.Sequence));
    }

    [Fact]
    public void Cut_tail_is_found_by_the_heads_that_are_kept_elsewhere()
    {
        Tampering.Ways.Single(w => w.Name == "cut the tail and the heads to match").Do(new(_place.Log, new Random(3)));
        Assert.Contains(_place.Verify().Findings, f => f.Kind == FindingKind.Truncated);
        // What lies in the folder alone shows nothing, which is why there is an anchor.
        Assert.DoesNotContain(AuditVerifier.Verify(_place.Log, null).Findings, f => f.Kind == FindingKind.Truncated);
    }

    [Fact]
    public void Rewritten_stretch_is_bounded_by_the_heads_around_it()
    {
        Tampering.Ways.Single(w => w.Name == "change a record and chain anew").Do(new(_place.Log, new Random(4)));
        var finding = Assert.Single(_place.Verify().Findings, f => f.Kind == FindingKind.Rewritten);
        Assert.Matches("records \\d+ to \\d+ are not those that were signed", finding.Text);
    }

    private void Restore()
    {
        if (!Directory.Exists(_place.Log)) Directory.CreateDirectory(_place.Log);
        foreach (var path in Directory.GetFiles(_place.Log, "*", SearchOption.AllDirectories))
            if (!_files.ContainsKey(path)) File.Delete(path);
        foreach (var (path, bytes) in _files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, bytes);
        }
    }

    private bool IsUntouched() =>
        Directory.GetFiles(_place.Log, "*", SearchOption.AllDirectories).ToHashSet().SetEquals(_files.Keys)
            && _files.All(f => File.ReadAllBytes(f.Key).AsSpan().SequenceEqual(f.Value));
}

using CsCheck;

namespace RobotRL.Audit.Tests;

/// <summary>
/// Honest writers go through kills, clocks set back, several at once, and pruning. The log holds once the next writer has opened it.
/// </summary>
public sealed class HistoryTests : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    private enum Step { Open, Append, Urgent, Sign, Close, Kill, KillInLine, KillInHead, Forward, NextDay, Back, Prune }

    [Fact]
    public void Honest_history_holds() => Gen.Enum<Step>().Array[5, 40].Sample(Holds, iter: 60);

    private static void Holds(Step[] steps)
    {
        using var place = new Workplace();
        using var key = place.Key();
        List<Chain> open = [];
        foreach (var (i, step) in steps.Index())
        {
            var chain = open.Count == 0 ? null : open[i % open.Count];
            switch (step)
            {
                case Step.Open when open.Count < 3:
                    open.Add(place.Chain(key));
                    open[^1].Open(new { Code = "1" });
                    break;
                case Step.Append: chain?.Append([place.Record(AuditEvent.Limited, new { i }), place.Record(AuditEvent.Clock, new { i })], force: false); break;
                case Step.Urgent: chain?.Append([place.Record(AuditEvent.TakeoverBegan, new { i })], force: true); break;
                case Step.Sign: chain?.SignPeriodically(); break;
                case Step.Close when chain is not null:
                    chain.Close();
                    open.Remove(chain);
                    break;
                case Step.Kill or Step.KillInLine or Step.KillInHead when chain is not null:
                    place.Kill(chain);
                    open.Remove(chain);
                    if (step == Step.KillInLine) File.AppendAllText(place.Days[^1], "{\"sequence\":7,\"ti");
                    if (step == Step.KillInHead) File.AppendAllText(new LogFolder(place.Log).Heads, "{\"log\":");
                    break;
                case Step.Forward: place.Clock.Pass(TimeSpan.FromMinutes(1)); break;
                case Step.NextDay: place.Clock.Pass(TimeSpan.FromHours(20)); break;
                case Step.Back: place.Clock.UtcNow -= TimeSpan.FromHours(3); break;
                case Step.Prune when open.Count > 0:
                    AuditRetention.Prune(place.Log, new(1000, 2, 1), place.Writer(new { Code = "1" }), place.Clock);
                    break;
            }
        }
        foreach (var chain in open) chain.Close();
        var last = place.Chain(key);
        last.Open(new { Code = "1" });
        last.Close();
        var verdict = place.Verify();
        Assert.True(verdict.Holds, string.Join('\n', verdict.Findings));
        Assert.Equal(0, verdict.UnsignedRecords);
    }

    [Fact]
    public void Killed_writer_loses_nothing_that_was_taken_up_and_the_next_one_says_so()
    {
        using var key = _place.Key();
        var chain = _place.Chain(key);
        chain.Open(new { });
        chain.Append([_place.Record(AuditEvent.Limited, new { Mark = "kept" })], force: false);
        _place.Kill(chain);
        File.AppendAllText(_place.Days[^1], "{\"sequence\":4,\"time\":\"20");
        Assert.Equal(FindingKind.Torn, Assert.Single(_place.Verify().Findings).Kind);

        using (_place.Open()) { }
        Assert.Empty(_place.Verify().Findings);
        Assert.Contains("kept", Assert.Single(_place.Lines, l => l.Contains("safety.limited", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Single(_place.Lines, l => l.Contains("log.recovered", StringComparison.Ordinal));
        Assert.Single(_place.Lines, l => l.Contains("log.writer_lost", StringComparison.Ordinal));
        Assert.Equal("{\"sequence\":4,\"time\":\"20", File.ReadAllText(Assert.Single(new LogFolder(_place.Log).Torn)));
    }

    [Fact]
    public void Page_of_zeros_after_a_power_cut_is_set_aside()
    {
        using (_place.Open()) { }
        File.AppendAllText(_place.Days[^1], new string('\0', 4096));
        using (_place.Open()) { }
        Assert.Empty(_place.Verify().Findings);
        Assert.Equal(4096, new FileInfo(Assert.Single(new LogFolder(_place.Log).Torn)).Length);
    }

    [Fact]
    public void Clock_set_back_does_not_open_an_older_file()
    {
        using var key = _place.Key();
        using var chain = _place.Chain(key);
        chain.Open(new { });
        _place.Clock.UtcNow -= TimeSpan.FromDays(2);
        chain.Append([_place.Record(AuditEvent.Limited)], force: false);
        chain.Close();
        Assert.Single(_place.Days);
        Assert.Empty(_place.Verify().Findings);
    }

    [Fact]
    public void Retention_removes_what_has_expired_by_its_class_and_tells_of_it()
    {
        using var key = _place.Key();
        for (var day = 0; day < 3; day++)
        {
            var chain = _place.Chain(key);
            chain.Open(new { });
            chain.Append([_place.Record(AuditEvent.Limited, new { day }), _place.Record(AuditEvent.Clock, new { day }),
                _place.Record(AuditEvent.TakeoverBegan, new { day })], force: false);
            chain.Close();
            _place.Clock.Pass(TimeSpan.FromDays(1));
        }
        var before = _place.Verify();
        Assert.Equal(0, Prune(new(9, 9, 9)).Records);
        Assert.Equal(before.LastSequence, _place.Verify().LastSequence);

        Assert.Equal(3, Prune(new(9, 3, 2)).Records); // the first day's limit, two days' clocks
        Assert.Equal((2, 1, 3), (Count("safety.limited"), Count("clock.status"), Count("takeover.began")));
        Assert.Equal(3, Prune(new(9, 1, 1)).Records);
        var verdict = _place.Verify();
        Assert.Empty(verdict.Findings);
        Assert.Equal((6L, 2), (verdict.PrunedRecords, Count("retention.pruned")));

        // Everything but the log's name: neighbouring gaps become one line a day.
        _place.Clock.Pass(TimeSpan.FromDays(30));
        Prune(new(1, 1, 1));
        Assert.Empty(_place.Verify().Findings);
        Assert.Contains("log.created", _place.Lines[0], StringComparison.Ordinal);
        Assert.Equal(["log.created", "log.opened", "retention.pruned", "log.closed"],
            _place.Lines.Where(l => !l.StartsWith("{\"pruned\"", StringComparison.Ordinal)).Select(l => l.Split("\"event\":\"")[1].Split('"')[0]));

        PruneResult Prune(RetentionSpans spans) => AuditRetention.Prune(_place.Log, spans, _place.Writer(new { }), _place.Clock);
        int Count(string name) => _place.Lines.Count(l => l.Contains($"\"{name}\"", StringComparison.Ordinal));
    }
}

using System.Text;
using System.Text.Json;

namespace RobotRL.Audit;

/// <summary>How long records are kept, days.</summary>
/// <param name="InterventionsDays">Interventions, software, configuration, limits, policies.</param>
/// <param name="SafetyDays">Decisions of the safety layer.</param>
/// <param name="OtherDays">Everything else.</param>
public sealed record RetentionSpans(int InterventionsDays, int SafetyDays, int OtherDays)
{
    /// <summary>Five years, one year, six months: what machinery and AI regulation ask for at least.</summary>
    public static RetentionSpans Standard { get; } = new(1826, 366, 184);

    internal int DaysOf(string @class) => @class switch { "interventions" => InterventionsDays, "safety" => SafetyDays, _ => OtherDays };
}

/// <summary>What retention removed.</summary>
/// <param name="Records">Records removed now.</param>
/// <param name="Ranges">First and last sequence of each stretch that is gone, earlier deletions included: the records that told of those expire too.</param>
public sealed record PruneResult(long Records, IReadOnlyList<long[]> Ranges);

/// <summary>
/// Removes records whose time is over. Each stretch leaves a line that joins the chain's ends, and a record, written first, says what goes: a verifier
/// accepts a gap only when one does. The log's first record stays: it names the log.
/// </summary>
public static class AuditRetention
{
    /// <summary>Removes what has expired; writes nothing where nothing has.</summary>
    public static PruneResult Prune(string directory, RetentionSpans spans, AuditWriter writer, TimeProvider? clock = null)
    {
        var time = clock ?? TimeProvider.System;
        if (Expired(new LogFolder(directory), spans, time).Records == 0) return new(0, []);
        using var key = SigningKey.OpenOrCreate(writer.KeyPath);
        var folder = new LogFolder(Path.GetFullPath(directory));
        using var chain = new Chain(folder, key, writer.Anchor, time, writer.Actor);
        chain.Open(writer.Software);
        var result = chain.Prune(spans);
        chain.Close();
        return result;
    }

    /// <summary>How many records <see cref="Prune"/> would remove now.</summary>
    public static long CountExpired(string directory, RetentionSpans spans, TimeProvider? clock = null) =>
        Expired(new LogFolder(directory), spans, clock ?? TimeProvider.System).Records;

    /// <summary>What has expired and what had been removed before.</summary>
    internal static PruneResult Expired(LogFolder folder, RetentionSpans spans, TimeProvider clock)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        var records = 0L;
        List<long[]> ranges = [];
        foreach (var (line, record) in folder.Days.SelectMany(path => Lines(LogFolder.Read(path))))
        {
            if (!record.IsPruned)
            {
                if (record.First == 1 || now - record.Time!.Value < TimeSpan.FromDays(spans.DaysOf(ClassOf(line)))) continue;
                records++;
            }
            if (ranges is [.., var last] && last[1] + 1 == record.First) last[1] = record.Last;
            else ranges.Add([record.First, record.Last]);
        }
        return new(records, ranges);
    }

    /// <summary>A file without the records of the ranges; neighbouring pruned lines become one.</summary>
    internal static byte[] Without(byte[] file, IReadOnlyList<long[]> ranges)
    {
        using var kept = new MemoryStream(file.Length);
        RecordLine? gap = null;
        foreach (var (line, record) in Lines(file))
        {
            if (record.IsPruned || ranges.Any(r => r[0] <= record.First && record.Last <= r[1]))
            {
                gap = gap is { } open ? record with { First = open.First, Previous = open.Previous } : record;
                continue;
            }
            Close();
            kept.Write(line);
            kept.WriteByte((byte)'\n');
        }
        Close();
        return kept.ToArray();

        void Close()
        {
            if (gap is { } g) kept.Write(RecordLine.Pruned(g.First, g.Last, g.Previous, g.Hash));
            gap = null;
        }
    }

    private static IEnumerable<(byte[] Line, RecordLine Record)> Lines(byte[] file)
    {
        for (var at = 0; at < file.Length;)
        {
            var length = file.AsSpan(at).IndexOf((byte)'\n');
            if (length < 0) yield break;
            var line = file.AsSpan(at, length).ToArray();
            at += length + 1;
            yield return RecordLine.Parse(line) is { HashHolds: true } record ? (line, record)
                : throw new InvalidDataException("the audit log holds a line that is no record of it "
                    + $"({Encoding.UTF8.GetString(line.AsSpan(0, Math.Min(40, line.Length)))}…): see robotrl audit verify; nothing was removed");
        }
    }

    private static string ClassOf(byte[] line)
    {
        using var document = JsonDocument.Parse(line);
        return document.RootElement.GetProperty("class").GetString()!;
    }
}

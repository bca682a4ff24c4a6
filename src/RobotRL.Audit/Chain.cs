using System.Globalization;
using System.Text;
using RobotRL.Model;

namespace RobotRL.Audit;

/// <summary>A record that waits for its place.</summary>
internal readonly record struct PendingRecord(DateTime TimeUtc, byte[] Body, bool IsUrgent);

/// <summary>
/// The chain as it lies on the disk. Any number of processes extend it, in turns under the folder's lock: each looks at where the others left it, appends
/// whole lines and, when due, signs the newest. For one thread of each.
/// </summary>
internal sealed class Chain(LogFolder folder, SigningKey key, Anchor anchor, TimeProvider clock, AuditActor actor) : IDisposable
{
    private const int TailBytes = 1 << 18;

    private readonly record struct Tail(string? Path, long Length, long Sequence, string Hash);

    private Tail _tail;
    private Head? _newest;
    private byte[] _signature = [];
    private FileStream? _marker;
    private string _id = "";
    private string? _anchorFailure;

    /// <summary>Opens the log, settles what killed writers left, tells what was done to it at rest, and signs where it stands.</summary>
    /// <exception cref="InvalidDataException">
    /// The newest record or head is not what was written, heads that are anchored are gone, or the anchor cannot be reached.
    /// </exception>
    public void Open(object software)
    {
        using var _ = folder.Lock();
        List<PendingRecord> news = [];
        SettleTail(news);
        ReadNewestHead();
        if (anchor.Require(folder, _newest?.Log ?? _id) is { } original)
            news.Add(Own(AuditEvent.LogCopied,
                $"This log is a copy of the one in {original}: up to record {_tail.Sequence} it is that one's, and from there on its own.",
                new { Original = original, _tail.Sequence }));
        if (_tail.Sequence == 0) news.Insert(0, Own(AuditEvent.LogCreated, null, new { Format = 1, Hash = "sha-256", Signature = "ecdsa-p256-sha256" }));
        Directory.CreateDirectory(folder.Writers);
        List<string> lost = [];
        var othersWrite = false;
        foreach (var path in Directory.GetFiles(folder.Writers))
        {
            if (LogFolder.TryHold(path) is not { } dead)
            {
                othersWrite = true;
                continue;
            }
            using (dead) news.Add(Own(AuditEvent.WriterLost, "the process ended without closing the log", new { Writer = Path.GetFileName(path) }));
            lost.Add(path);
        }
        var rest = LogAtRest.Look(folder, _id, _tail.Sequence, _newest is null ? null : (_newest, _signature),
            fingerprint => HeadBook.KeyOf(fingerprint, [key.PublicPem], anchor.Keys), othersWrite);
        if (rest.What is { } what) news.Add(Own(what, rest.Text, new { rest.First, rest.Last, _tail.Hash }));
        var name = string.Create(CultureInfo.InvariantCulture, $"{actor.Pid}-{Guid.NewGuid():N}");
        _marker = LogFolder.TryHold(Path.Combine(folder.Writers, name));
        Directory.CreateDirectory(folder.Keys);
        if (!File.Exists(folder.Key(key.Fingerprint))) LogFolder.Replace(folder.Key(key.Fingerprint), Encoding.ASCII.GetBytes(key.PublicPem));
        // A log at rest is signed as open again first. If this start is killed after that, the next one knows that it left the records that follow.
        if (rest.What is null && _newest is { Writers: 0 }) Sign("opening");
        news.Add(Own(AuditEvent.LogOpened, null,
            new { Writer = name, Key = key.Fingerprint, Anchor = anchor.Description, ClockSynchronized = SystemClock.IsSynchronized, Software = software }));
        Write(news, force: true);
        // Only now: a process killed above leaves them for the next one to tell of.
        foreach (var path in lost) File.Delete(path);
        Sign("open");
        if (_anchorFailure is not { } failure) return;
        Settle();
        throw new InvalidDataException(
            $"audit: the anchor {anchor.Description} cannot be written ({failure}); mend it, "
            + $"or name another one with ROBOTRL_AUDIT_ANCHOR or in this account's robotrl/audit.yaml");
    }

    public void Append(IReadOnlyList<PendingRecord> records, bool force)
    {
        using var _ = folder.Lock();
        Refresh();
        Write(records, force);
        var full = _tail.Sequence - (_newest?.Sequence ?? 0) >= LogAtRest.SealEvery;
        if (_tail.Path is { } path && (full || (records.Count == 0 && force))) LogFolder.Append(path, [], force: true);
        if (full) Sign("periodic");
    }

    public void SignPeriodically()
    {
        using var _ = folder.Lock();
        Refresh();
        Sign("periodic");
    }

    public void Close()
    {
        using var _ = folder.Lock();
        Refresh();
        Settle();
    }

    /// <summary>Says what goes, then removes it.</summary>
    public PruneResult Prune(RetentionSpans spans)
    {
        using var _ = folder.Lock();
        Refresh();
        var result = AuditRetention.Expired(folder, spans, clock);
        if (result.Records == 0) return result;
        Write([Own(AuditEvent.RetentionPruned, "kept as long as it had to be", new { result.Ranges, result.Records }, spans)], force: true);
        foreach (var path in folder.Days)
        {
            var before = LogFolder.Read(path);
            var after = AuditRetention.Without(before, result.Ranges);
            if (after.Length == before.Length) continue;
            LogFolder.Replace(path, after);
            if (path == _tail.Path) _tail = _tail with { Length = after.Length };
        }
        return result;
    }

    /// <summary>The process is done with the log: says so, and signs that.</summary>
    private void Settle()
    {
        var marker = _marker!.Name;
        Write([Own(AuditEvent.LogClosed, null, new { Writer = Path.GetFileName(marker) })], force: true);
        Dispose();
        File.Delete(marker);
        Sign("close");
    }

    /// <summary>Lets go of the log. Where it was not closed, the mark that stays tells the next one to open it.</summary>
    public void Dispose()
    {
        _marker?.Dispose();
        _marker = null;
    }

    private PendingRecord Own<T>(in AuditEvent what, string? reason, T inputs, object? thresholds = null)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        return new(now, RecordLine.Body(new(now, MonotonicNs(clock)), what, actor, reason, inputs, thresholds), true);
    }

    public static long MonotonicNs(TimeProvider clock) => (long)(clock.GetTimestamp() * (1e9 / clock.TimestampFrequency));

    private void Write(IReadOnlyList<PendingRecord> records, bool force)
    {
        var at = _tail;
        string? path = null;
        using var lines = new MemoryStream();
        foreach (var record in records)
        {
            // A clock that was set back does not open an older day's file again.
            var day = DateOnly.FromDateTime(record.TimeUtc);
            if (at.Path is not null && LogFolder.DayOf(at.Path) is { } newest && newest > day) day = newest;
            var file = folder.Day(day);
            if (path is not null && file != path) Flush();
            path = file;
            var (line, hash) = RecordLine.Seal(at.Sequence + 1, record.Body, at.Hash);
            lines.Write(line);
            at = new(file, (file == at.Path ? at.Length : 0) + line.Length, at.Sequence + 1, hash);
            if (at.Sequence == 1) _id = hash[..16];
        }
        if (path is not null) Flush();

        void Flush()
        {
            LogFolder.Append(path, lines.GetBuffer().AsSpan(0, (int)lines.Length), force);
            lines.SetLength(0);
            _tail = at;
        }
    }

    /// <summary>Takes up what other processes appended meanwhile.</summary>
    private void Refresh()
    {
        if (folder.Days is [.., var newest] && newest == _tail.Path && new FileInfo(newest).Length == _tail.Length) return;
        List<PendingRecord> news = [];
        SettleTail(news);
        if (news.Count > 0) Write(news, force: true);
    }

    private void Sign(string reason)
    {
        ReadNewestHead();
        if (reason == "periodic" && _newest is { } last && last.Sequence == _tail.Sequence) return;
        var writers = Directory.GetFiles(folder.Writers).Length;
        var head = new Head(
            Log: _id, Number: (_newest?.Number ?? 0) + 1, Sequence: _tail.Sequence, Hash: _tail.Hash,
            TimeUtc: clock.GetUtcNow().UtcDateTime, Reason: reason, Writers: writers, Key: key.Fingerprint);
        LogFolder.Append(folder.Heads, head.Line(key), force: true);
        _newest = head;
        var failure = anchor.Deliver(folder, _id, key);
        // After the close nothing may follow; a lagging anchor shows by itself.
        if (failure is not null && _anchorFailure is null && reason == "periodic")
            Write([Own(AuditEvent.AnchorFailed, failure, new { Anchor = anchor.Description })], force: true);
        _anchorFailure = failure;
    }

    /// <summary>Finds the newest whole record, and sets aside what a killed writer left behind it.</summary>
    private void SettleTail(List<PendingRecord> news)
    {
        while (folder.Days is [.., var path])
        {
            var length = new FileInfo(path).Length;
            var end = ReadEnd(path, length, out var start);
            var whole = end.AsSpan().LastIndexOf((byte)'\n') + 1;
            var begin = whole == 0 ? 0 : end.AsSpan(0, whole - 1).LastIndexOf((byte)'\n') + 1;
            var line = end.AsSpan(begin, Math.Max(0, whole - 1 - begin));
            // A power cut may leave zeros where a page was not written yet.
            if (line.Contains((byte)0)) whole = begin;
            else if (whole > 0)
            {
                if (RecordLine.Parse(line) is not { HashHolds: true } newest)
                    throw new InvalidDataException($"{path}: the newest record is not what was written; "
                        + "see robotrl audit verify, and move the audit folder aside to begin a new log");
                if (whole < end.Length) SetAside(path, end.AsSpan(whole), start + whole, newest.Last, news);
                _tail = new(path, start + whole, newest.Last, newest.Hash);
                if (_id.Length == 0) _id = FirstHash()[..16];
                return;
            }
            SetAside(path, end.AsSpan(whole), start + whole, -1, news);
            if (start + whole == 0) File.Delete(path);
        }
        _tail = new(null, 0, 0, RecordLine.Genesis);
    }

    private void SetAside(string path, ReadOnlySpan<byte> torn, long keep, long after, List<PendingRecord> news)
    {
        if (torn.Length > 0)
        {
            var hash = RecordLine.Sha256(torn);
            var name = $"torn-{Path.GetFileNameWithoutExtension(path)}-{hash[..16]}.bin";
            LogFolder.Replace(Path.Combine(folder.Path, name), torn);
            news.Add(Own(AuditEvent.LogRecovered, "a writer was cut off in the middle of a line",
                new { File = name, Bytes = torn.Length, Sha256 = hash, AfterSequence = after < 0 ? (long?)null : after }));
        }
        using var file = RunFile.Open(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        file.SetLength(keep);
        file.Flush(flushToDisk: true);
    }

    private void ReadNewestHead()
    {
        var heads = LogFolder.Read(folder.Heads);
        var whole = heads.AsSpan().LastIndexOf((byte)'\n') + 1;
        if (whole < heads.Length)
            using (var file = RunFile.Open(folder.Heads, FileMode.Open, FileAccess.Write)) file.SetLength(whole);
        (_newest, _signature) = (null, []);
        if (whole == 0) return;
        var begin = heads.AsSpan(0, whole - 1).LastIndexOf((byte)'\n') + 1;
        _newest = Head.Parse(heads.AsSpan(begin, whole - 1 - begin), out _signature)
            ?? throw new InvalidDataException($"{folder.Heads}: the newest head is not what was written; "
                + "see robotrl audit verify, and move the audit folder aside to begin a new log");
    }

    private string FirstHash()
    {
        using var reader = new StreamReader(RunFile.OpenRead(folder.Days[0]));
        return RecordLine.Parse(Encoding.UTF8.GetBytes(reader.ReadLine() ?? "")) is { } first ? first.Hash
            : throw new InvalidDataException($"{folder.Days[0]}: the first record is not what was written; "
                + "see robotrl audit verify, and move the audit folder aside to begin a new log");
    }

    private static byte[] ReadEnd(string path, long length, out long start)
    {
        using var file = RunFile.OpenRead(path);
        for (var bytes = TailBytes; ; bytes *= 8)
        {
            start = Math.Max(0, length - bytes);
            file.Position = start;
            var end = new byte[length - start];
            file.ReadExactly(end);
            var whole = end.AsSpan().LastIndexOf((byte)'\n');
            if (start == 0 || (whole > 0 && end.AsSpan(0, whole).Contains((byte)'\n'))) return end;
        }
    }
}

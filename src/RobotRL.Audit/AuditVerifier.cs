using System.Text.Json;

namespace RobotRL.Audit;

/// <summary>
/// Reads a log from its first byte to its last and says whether it is what was written: every record hashed, chained and in its day's file, every signed
/// head met, every gap accounted for. What is wrong is located; after it the reading goes on.
/// </summary>
public sealed class AuditVerifier
{
    private readonly LogFolder _folder;
    private readonly List<Finding> _findings = [];
    private readonly List<string> _remarks = [];
    private readonly Dictionary<long, string> _hashes = []; // of the records that heads speak of
    private readonly List<(long First, long Last, string File, long Line)> _pruned = [], _missing = [];
    private readonly List<(long First, long Last)> _accounted = [];
    private readonly Dictionary<string, string> _torn = [];
    private readonly HashSet<long> _signed = [];

    private long _last, _records, _gone, _begun;
    private string? _previous = RecordLine.Genesis;
    private DateOnly _day = DateOnly.MinValue;
    private DateTime? _first, _newest;
    private string? _id;

    private AuditVerifier(string directory) => _folder = new(directory);

    /// <summary>Verifies a log.</summary>
    /// <param name="directory">Such as <c>RUN/audit</c>.</param>
    /// <param name="anchor">Where its heads are kept besides: a folder of anchors or the log's file there. Null trusts what lies beside the log.</param>
    /// <param name="trustedKey">File of the public key in PEM form that must have signed; null for those at the anchor and <paramref name="ownKey"/>.</param>
    /// <param name="ownKey">Public key in PEM form of the account that verifies; null where it has none.</param>
    /// <exception cref="DirectoryNotFoundException">There is no log.</exception>
    public static AuditVerdict Verify(string directory, string? anchor, string? trustedKey = null, string? ownKey = null)
    {
        if (!Directory.Exists(directory))
            throw new DirectoryNotFoundException($"{directory}: no audit log here; name the folder of a run that was trained, evaluated or recorded");
        if (trustedKey is not null && !File.Exists(trustedKey)) throw new FileNotFoundException($"{trustedKey}: no such file; give the public key in PEM form");
        return new AuditVerifier(directory).Run(new(anchor, trustedKey, ownKey));
    }

    private AuditVerdict Run(Trust trust)
    {
        List<(string Name, byte[] Bytes)> days;
        HeadBook book;
        using (Snapshot())
        {
            days = [.. _folder.Days.Select(path => (Path.GetFileName(path), LogFolder.Read(path)))];
            book = HeadBook.Read(_folder, FirstHash(days)?[..16], trust, _findings, _remarks);
        }
        foreach (var head in book.Heads) _signed.Add(head.Sequence);
        foreach (var (i, (name, bytes)) in days.Index()) Walk(name, bytes, isLast: i == days.Count - 1);
        foreach (var (first, last, file, line) in _missing)
            _findings.Add(new(FindingKind.Removed, file, line, first, first == last ? $"record {first} is missing" : $"records {first} to {last} are missing"));
        Hold(book);
        Account();
        CheckTorn();
        var unsigned = book.Heads is [.., var newest] ? Math.Max(0, _last - newest.Sequence) : _last;
        return new(
            Log: _id?[..16] ?? (book.Heads is [var oldest, ..] ? oldest.Log : ""),
            Records: _records, PrunedRecords: _gone, LastSequence: _last, FirstUtc: _first, LastUtc: _newest,
            Heads: book.Heads.Count, AnchoredHeads: book.Anchored, UnsignedRecords: unsigned,
            OpenWriters: book.Heads is [.., { Writers: var writers }] ? writers : 0,
            Keys: book.Keys, Remarks: _remarks,
            Findings: [.. _findings.OrderBy(f => f.Kind == FindingKind.Head ? 1 : 0).ThenBy(f => f.Sequence)]);
    }

    /// <summary>Between two batches of whoever writes; a log that cannot be locked, on a read-only medium, is at rest.</summary>
    private FileStream? Snapshot()
    {
        if (!File.Exists(Path.Combine(_folder.Path, "lock"))) return null;
        try
        {
            return _folder.Lock();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string? FirstHash(List<(string Name, byte[] Bytes)> days) =>
        days is [var (_, bytes), ..] && bytes.AsSpan().IndexOf((byte)'\n') is > 0 and var end ? RecordLine.Parse(bytes.AsSpan(0, end))?.Hash : null;

    private void Walk(string file, byte[] bytes, bool isLast)
    {
        var day = LogFolder.DayOf(file)!.Value;
        if (bytes.Length == 0) _findings.Add(new(FindingKind.Inserted, file, 0, _last + 1, "an empty file"));
        var line = 0L;
        for (var rest = bytes.AsSpan(); rest.Length > 0;)
        {
            var end = rest.IndexOf((byte)'\n');
            line++;
            if (end < 0)
            {
                _findings.Add(new(FindingKind.Torn, file, line, _last + 1, $"{rest.Length} bytes of an unfinished line follow record {_last}"
                    + (isLast ? ": a writer was killed (the next start sets them aside and says so) or the end was cut" : "")));
                break;
            }
            Take(file, line, day, rest[..end]);
            rest = rest[(end + 1)..];
        }
    }

    private void Take(string file, long number, DateOnly day, ReadOnlySpan<byte> line)
    {
        if (RecordLine.Parse(line) is not { } record)
        {
            _findings.Add(new(FindingKind.Changed, file, number, _last + 1, $"the line after record {_last} is not a record"));
            (_last, _previous) = (_last + 1, null);
            return;
        }
        if (!record.HashHolds) _findings.Add(new(FindingKind.Changed, file, number, record.First, $"record {record.First} is not what was written"));
        if (record.First <= _last)
        {
            var missing = _missing.FindIndex(m => m.First <= record.First && record.Last <= m.Last);
            _findings.Add(missing >= 0
                ? new(FindingKind.Reordered, file, number, record.First, $"record {record.First} stands after record {_last}")
                : new(FindingKind.Inserted, file, number, record.First, $"a second record {record.First} stands after record {_last}"));
            if (missing >= 0 && _missing[missing] is var m && m.First == record.First && m.Last == record.Last) _missing.RemoveAt(missing);
            return;
        }
        if (record.First > _last + 1) _missing.Add((_last + 1, record.First - 1, file, number));
        else if (_previous is not null && record.Previous != _previous)
            _findings.Add(new(FindingKind.Rewritten, file, number, record.First,
                $"record {record.First} does not follow the record {_last} that stands before it"));
        CheckDay(file, number, day, record);

        if (record.First == 1) _id = record.Hash;
        (_last, _previous) = (record.Last, record.HashHolds ? record.Hash : null);
        if (_signed.Contains(record.Last)) _hashes[record.Last] = record.Hash;
        if (record.IsPruned)
        {
            _pruned.Add((record.First, record.Last, file, number));
            _gone += record.Last - record.First + 1;
            return;
        }
        _records++;
        if (_begun == 0 && !AuditEvent.IsOfOpening(record.Event)) _begun = record.First;
        (_first, _newest) = (_first ?? record.Time, record.Time);
        if (record.Event == AuditEvent.RetentionPruned.Name) ReadRanges(line);
        else if (record.Event == AuditEvent.LogRecovered.Name) ReadTorn(line);
        else if (record.Event == AuditEvent.LogBroken.Name) ReadStart(line, text => _findings.Add(new(FindingKind.Broken, file, number, record.First, text)));
        else if (record.Event == AuditEvent.LogUnsealed.Name || record.Event == AuditEvent.LogReceived.Name || record.Event == AuditEvent.LogCopied.Name)
            ReadStart(line, _remarks.Add);
    }

    /// <summary>The file of a record is its day's, or the newest there was when the clock had been set back.</summary>
    private void CheckDay(string file, long line, DateOnly day, in RecordLine record)
    {
        if (record.Time is { } time && record.HashHolds && DateOnly.FromDateTime(time) is var own && (own > _day ? own : _day) != day)
            _findings.Add(new(FindingKind.Reordered, file, line, record.First,
                $"record {record.First} of {RecordLine.Iso(time)} stands in the file of another day"));
        _day = day;
    }

    /// <summary>Compares the records with the signed heads.</summary>
    private void Hold(HeadBook book)
    {
        var file = Path.GetFileName(_folder.Days is [.., var day] ? day : _folder.Heads);
        if (book.Heads.Count == 0)
        {
            if (_last > 0) _findings.Add(new(FindingKind.Head, Path.GetFileName(_folder.Heads), 0, 0, "no head vouches for any record"));
            return;
        }
        var newest = book.Heads[^1];
        if (newest.Sequence > _last)
            _findings.Add(new(FindingKind.Truncated, file, 0, _last + 1,
                $"records {_last + 1} to {newest.Sequence} were signed for at {RecordLine.Iso(newest.TimeUtc)} and are gone"));
        if (_id is not null && book.Heads[0].Log != _id[..16])
            _findings.Add(new(FindingKind.Rewritten, Path.GetFileName(_folder.Days[0]), 1, 1,
                $"this is another log than {book.Heads[0].Log}, which the heads speak of"));
        // A start signs before anything but its opening is recorded: a first head that vouches for more came later than the first.
        if (_begun > 0 && book.Heads[0] is { Number: 1 } first && _begun <= first.Sequence)
            _findings.Add(new(FindingKind.Rewritten, Path.GetFileName(_folder.Heads), 1, _begun,
                $"record {_begun} was there before the first head, which comes before anything is recorded: the heads before were taken away"));
        var good = 0L;
        var differing = book.Heads.Where(h => _hashes.TryGetValue(h.Sequence, out var hash) && hash != h.Hash).ToList();
        foreach (var head in book.Heads)
            if (differing.Count > 0 && head.Sequence < differing[0].Sequence) good = Math.Max(good, head.Sequence);
        if (differing.Count > 0)
            _findings.Add(new(FindingKind.Rewritten, file, 0, good + 1,
                $"records {good + 1} to {differing[0].Sequence} are not those that were signed at {RecordLine.Iso(differing[0].TimeUtc)}; "
                    + $"{differing.Count} of {book.Heads.Count} heads do not fit"));
        if (_last > newest.Sequence && newest.Writers == 0)
            _findings.Add(new(FindingKind.Inserted, file, 0, newest.Sequence + 1,
                $"records {newest.Sequence + 1} to {_last} follow the close of the log, and nobody signed for them"));
        else if (_last > newest.Sequence)
            _remarks.Add($"The newest {_last - newest.Sequence} records, since {RecordLine.Iso(newest.TimeUtc)}, are chained and not yet signed: "
                + "a writer is at work or was killed.");
    }

    /// <summary>What retention removed, a record says so.</summary>
    private void Account()
    {
        foreach (var (first, last, file, line) in _pruned)
            for (var at = first; at <= last;)
            {
                if (_accounted.Where(r => r.First <= at && at <= r.Last).Select(r => r.Last).DefaultIfEmpty(-1).Max() is var covered && covered >= at)
                    at = covered + 1;
                else
                {
                    _findings.Add(new(FindingKind.Unaccounted, file, line, at,
                        $"records {first} to {last} were taken out, and no record of their deletion names {at}"));
                    break;
                }
            }
    }

    private void CheckTorn()
    {
        var found = _folder.Torn.ToDictionary(path => Path.GetFileName(path)!, path => RecordLine.Sha256(LogFolder.Read(path)));
        foreach (var (name, hash) in _torn)
            if (!found.TryGetValue(name, out var actual)) _findings.Add(new(FindingKind.Removed, name, 0, 0, "what a killed writer left is gone"));
            else if (actual != hash) _findings.Add(new(FindingKind.Changed, name, 0, 0, "not what a killed writer left"));
        foreach (var name in found.Keys.Where(name => !_torn.ContainsKey(name))) _remarks.Add($"{name} is left from a recovery that was itself cut off.");
    }

    private void ReadRanges(ReadOnlySpan<byte> line) => Inputs(line, inputs =>
    {
        foreach (var range in inputs.GetProperty("ranges").EnumerateArray()) _accounted.Add((range[0].GetInt64(), range[1].GetInt64()));
    });

    private static void ReadStart(ReadOnlySpan<byte> line, Action<string> tell)
    {
        var reader = new Utf8JsonReader(line);
        using var document = JsonDocument.ParseValue(ref reader);
        var isTold = document.RootElement.TryGetProperty("reason", out var reason) && reason.ValueKind == JsonValueKind.String;
        tell(isTold ? reason.GetString()! : "a start found the log otherwise than it was left");
    }

    private void ReadTorn(ReadOnlySpan<byte> line) =>
        Inputs(line, inputs => _torn[inputs.GetProperty("file").GetString()!] = inputs.GetProperty("sha256").GetString()!);

    private static void Inputs(ReadOnlySpan<byte> line, Action<JsonElement> read)
    {
        var reader = new Utf8JsonReader(line);
        using var document = JsonDocument.ParseValue(ref reader);
        try
        {
            read(document.RootElement.GetProperty("inputs"));
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException
            or ArgumentNullException or IndexOutOfRangeException)
        {
            // Not as this program writes it: it accounts for nothing.
        }
    }
}

using System.Text;
using System.Text.Json.Nodes;

namespace RobotRL.Audit.Tests;

/// <summary>What somebody might do who can write in the log's folder, knows the format, and has neither the private key nor the anchor.</summary>
internal sealed class Tampering(string folder, Random random)
{
    private readonly LogFolder _folder = new(folder);

    public static IReadOnlyList<(string Name, Action<Tampering> Do)> Ways { get; } =
    [
        ("flip a bit of the log", t => t.FlipBit(t.AnyDay())),
        ("flip a bit of the heads", t => t.FlipBit(t._folder.Heads)),
        ("flip a bit of a key", t => t.FlipBit(t.Any(Directory.GetFiles(t._folder.Keys)))),
        ("flip a bit of what a kill left", t => t.FlipBit(t.Any([.. t._folder.Torn]))),
        ("delete what a kill left", t => File.Delete(t.Any([.. t._folder.Torn]))),
        ("cut out bytes", t => t.Bytes(t.AnyDay(), b => { var at = t.Next(b.Count); b.RemoveRange(at, 1 + t.Next(Math.Min(900, b.Count - at))); })),
        ("put in bytes", t => t.Bytes(t.AnyDay(), b => { var more = new byte[1 + t.Next(40)]; t.Fill(more); b.InsertRange(t.Next(b.Count + 1), more); })),
        ("delete lines", t => t.Lines(t.AnyDay(), l => { var at = t.Next(l.Count); l.RemoveRange(at, 1 + t.Next(Math.Min(5, l.Count - at))); })),
        ("repeat a line", t => t.Lines(t.AnyDay(), l => l.Insert(t.Next(l.Count + 1), t.Any([.. l])))),
        ("swap lines", t => t.Lines(t.AnyDay(), l => { var (a, b) = (t.Next(l.Count), t.Next(l.Count)); (l[a], l[b]) = (l[b], l[a]); })),
        ("move a line", t => t.Lines(t.AnyDay(), l => { var a = t.Next(l.Count); var line = l[a]; l.RemoveAt(a); l.Insert(t.Next(l.Count + 1), line); })),
        ("move a day's end to the next day", t => t.MoveBetweenDays()),
        ("cut the tail anywhere", t => t.Bytes(t._folder.Days[^1], b => { var keep = t.Next(b.Count); b.RemoveRange(keep, b.Count - keep); })),
        ("cut whole records from the tail", t => t.CutRecords(1 + t.Next(20))),
        ("cut the tail and the heads to match", t => { t.CutRecords(1 + t.Next(20)); t.CutHeads(); }),
        ("delete a day", t => File.Delete(t.AnyDay())),
        ("add an empty day", t => File.WriteAllText(t._folder.Day(new(2026, 3, 9)), "")),
        ("add a blank line", t => t.Lines(t.AnyDay(), l => l.Insert(t.Next(l.Count + 1), ""))),
        ("change a record and its hash", t => t.Rewrite(1)),
        ("change a record and chain anew", t => t.Rewrite(int.MaxValue)),
        ("change a record, chain anew and sign with another key", t => { t.Rewrite(int.MaxValue); t.SignAnew(); }),
        ("insert a record and chain anew", t => t.InsertAndChain()),
        ("append a record well chained", t => t.Append(1)),
        ("append records as if a writer had opened it", t => t.AppendOpened()),
        ("take out records as if pruned", t => t.Prune(tell: false)),
        ("take out records as if pruned, and say so", t => t.Prune(tell: true)),
        ("change the heads' lines", t => t.Lines(t._folder.Heads, l =>
        {
            var at = t.Next(l.Count);
            if (t.Next(2) == 0) l.RemoveAt(at);
            else l.Insert(t.Next(l.Count + 1), l[at]);
        })),
        ("swap heads", t => t.Lines(t._folder.Heads, l => { var (a, b) = (t.Next(l.Count), t.Next(l.Count)); (l[a], l[b]) = (l[b], l[a]); })),
        ("delete the heads", t => File.Delete(t._folder.Heads)),
        ("write the log anew without its heads", t => t.WriteAnewWithoutHeads()),
        ("put another log in its place", t => t.Replace()),
    ];

    /// <summary>Flips one bit; says in which line of which file.</summary>
    public (string File, int Line) FlipBit(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var at = random.Next(bytes.Length);
        bytes[at] ^= (byte)(1 << random.Next(8));
        var line = 1 + bytes.AsSpan(0, at).Count((byte)'\n');
        File.WriteAllBytes(path, bytes);
        return (Path.GetFileName(path), line);
    }

    public string AnyDay() => Any([.. _folder.Days]);

    public int Next(int below) => random.Next(below);

    private void Fill(byte[] bytes) => random.NextBytes(bytes);

    private T Any<T>(T[] items) => items[random.Next(items.Length)];

    private void Bytes(string path, Action<List<byte>> change)
    {
        List<byte> bytes = [.. File.ReadAllBytes(path)];
        change(bytes);
        File.WriteAllBytes(path, [.. bytes]);
    }

    public void Lines(string path, Action<List<string>> change)
    {
        List<string> lines = [.. File.ReadAllLines(path)];
        change(lines);
        File.WriteAllText(path, string.Concat(lines.Select(l => l + "\n")));
    }

    private void MoveBetweenDays()
    {
        var days = _folder.Days;
        var at = random.Next(days.Count - 1);
        var line = "";
        Lines(days[at], l => { line = l[^1]; l.RemoveAt(l.Count - 1); });
        Lines(days[at + 1], l => l.Insert(0, line));
    }

    private void CutRecords(int count) => All(lines => lines.RemoveRange(Math.Max(1, lines.Count - count), Math.Min(count, lines.Count - 1)));

    private void CutHeads()
    {
        var last = _folder.Days.SelectMany(File.ReadAllLines).Max(l => RecordLine.Parse(Encoding.UTF8.GetBytes(l))!.Value.Last);
        Lines(_folder.Heads, l => l.RemoveAll(line => Head.Parse(Encoding.UTF8.GetBytes(line), out _)!.Sequence > last));
    }

    private void Rewrite(int most)
    {
        All(lines =>
        {
            var at = random.Next(lines.Count);
            for (var i = at; i < Math.Min(lines.Count, (long)at + most); i++)
                lines[i] = (lines[i].File, Reseal(lines[i].Line, i == at ? Lie : _ => { }, i == at ? null : lines[i - 1].Line));
        });

        static void Lie(JsonObject record) => record["reason"] = "nothing to see";
    }

    /// <summary>Another log by its first record, well chained, with nothing beside it that vouches for any of it.</summary>
    public void WriteAnewWithoutHeads()
    {
        All(lines =>
        {
            for (var i = 0; i < lines.Count; i++)
                lines[i] = (lines[i].File, Reseal(lines[i].Line, i == 0 ? r => r["reason"] = "as ever" : _ => { }, i == 0 ? null : lines[i - 1].Line));
        });
        File.Delete(_folder.Heads);
        foreach (var key in Directory.GetFiles(_folder.Keys)) File.Delete(key);
    }

    private void InsertAndChain() => All(lines =>
    {
        var at = 1 + random.Next(lines.Count - 1);
        lines.Insert(at, lines[at]);
        for (var i = at; i < lines.Count; i++)
        {
            var sequence = i + 1L;
            lines[i] = (lines[i].File, Reseal(lines[i].Line, r => r["sequence"] = sequence, lines[i - 1].Line));
        }
    });

    private void Append(int count) => All(lines =>
    {
        for (var i = 0; i < count; i++)
        {
            var sequence = lines.Count + 1L;
            lines.Add((lines[^1].File, Reseal(lines[^1].Line, r => r["sequence"] = sequence, lines[^1].Line)));
        }
    });

    private void AppendOpened() => All(lines =>
    {
        var opening = lines.First(l => l.Line.Contains("log.opened", StringComparison.Ordinal)).Line;
        var sequence = lines.Count + 1L;
        var time = JsonNode.Parse(lines[^1].Line)!["time"]!.GetValue<string>();
        lines.Add((lines[^1].File, Reseal(opening, r => { r["sequence"] = sequence; r["time"] = time; }, lines[^1].Line)));
    });

    private void Prune(bool tell) => All(lines =>
    {
        var (file, _) = lines[1 + random.Next(lines.Count - 2)];
        var own = lines.Index().Where(l => l.Item.File == file && l.Index > 0).Select(l => l.Index).ToArray();
        var (first, last) = (own[random.Next(own.Length)], own[^1]);
        last = first + random.Next(Math.Min(5, last - first + 1));
        var (from, to) = (Parse(lines[first].Line), Parse(lines[last].Line));
        if (tell)
        {
            var sequence = lines.Count + 1L;
            lines.Add((lines[^1].File, Reseal(lines[^1].Line, r =>
            {
                (r["sequence"], r["event"]) = (sequence, "retention.pruned");
                r["inputs"] = new JsonObject { ["ranges"] = new JsonArray(new JsonArray(from.First, to.Last)) };
            }, lines[^1].Line)));
        }
        lines.RemoveRange(first, last - first + 1);
        lines.Insert(first, (file, Encoding.UTF8.GetString(RecordLine.Pruned(from.First, to.Last, from.Previous, to.Hash)).TrimEnd('\n')));
    });

    private void SignAnew()
    {
        using var forger = SigningKey.OpenOrCreate(Path.Combine(Path.GetDirectoryName(folder)!, "forger.pem"));
        var hashes = _folder.Days.SelectMany(File.ReadAllLines).Select(Parse).ToDictionary(r => r.Last, r => r.Hash);
        Lines(_folder.Heads, l =>
        {
            for (var i = 0; i < l.Count; i++)
            {
                var head = Head.Parse(Encoding.UTF8.GetBytes(l[i]), out _)!;
                l[i] = Encoding.UTF8.GetString((head with { Log = hashes[1][..16], Hash = hashes[head.Sequence], Key = forger.Fingerprint }).Line(forger))
                    .TrimEnd('\n');
            }
        });
        foreach (var key in Directory.GetFiles(_folder.Keys)) File.Delete(key);
        File.WriteAllText(_folder.Key(forger.Fingerprint), forger.PublicPem);
    }

    private void Replace()
    {
        Directory.Delete(folder, recursive: true);
        using var forger = SigningKey.OpenOrCreate(Path.Combine(Path.GetDirectoryName(folder)!, "forger.pem"));
        using var chain = new Chain(_folder, forger, new Anchor(Path.Combine(folder, "..", "forged"), null), TimeProvider.System, Workplace.Actor);
        chain.Open(new { Code = "1.2.3" });
        chain.Close();
    }

    /// <summary>Every line of every day, changed and written back to the days that they belong to.</summary>
    private void All(Action<List<(string File, string Line)>> change)
    {
        var lines = _folder.Days.SelectMany(path => File.ReadAllLines(path).Select(line => (path, line))).ToList();
        change(lines);
        foreach (var path in _folder.Days)
            if (lines.Any(l => l.path == path)) File.WriteAllText(path, string.Concat(lines.Where(l => l.path == path).Select(l => l.line + "\n")));
            else File.Delete(path);
    }

    private static RecordLine Parse(string line) => RecordLine.Parse(Encoding.UTF8.GetBytes(line))!.Value;

    /// <summary>A record changed and hashed again, after another previous line where one is given.</summary>
    private static string Reseal(string line, Action<JsonObject> change, string? previousLine)
    {
        var record = JsonNode.Parse(line)!.AsObject();
        change(record);
        var sequence = record["sequence"]!.GetValue<long>();
        var previous = previousLine is null ? record["previous"]!.GetValue<string>() : Parse(previousLine).Hash;
        foreach (var key in new[] { "sequence", "previous", "hash" }) record.Remove(key);
        var body = Encoding.UTF8.GetBytes(record.ToJsonString(AuditJson.Options));
        return Encoding.UTF8.GetString(RecordLine.Seal(sequence, body.AsSpan(1, body.Length - 2), previous).Line).TrimEnd('\n');
    }
}

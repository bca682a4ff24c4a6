using System.Security.Cryptography;
using System.Text;
using RobotRL.Model;

namespace RobotRL.Audit;

/// <summary>The heads that vouch for a log, read from beside it and from its anchor, each checked against a key that is trusted.</summary>
internal sealed class HeadBook
{
    private readonly List<Head> _heads = [];
    private readonly Dictionary<string, ECDsa?> _keys = [];
    private readonly List<Finding> _findings;
    private readonly List<string> _remarks;
    private readonly string _file;

    private HeadBook(LogFolder log, List<Finding> findings, List<string> remarks)
    {
        (_findings, _remarks) = (findings, remarks);
        _file = Path.GetFileName(log.Heads);
    }

    /// <summary>Those with a valid signature, oldest first.</summary>
    public IReadOnlyList<Head> Heads => _heads;

    public int Anchored { get; private set; }

    public IReadOnlyList<string> Keys => [.. _heads.Select(h => h.Key).Distinct()];

    /// <param name="log">Folder of the log.</param>
    /// <param name="id">Which log, by its first record; null where that cannot be read.</param>
    /// <param name="anchor">Folder of anchors or one log's file of heads; null for nothing but what lies beside the log.</param>
    /// <param name="trustedKey">Public key in PEM form; null for those of the anchor.</param>
    /// <param name="findings">Gets what is wrong.</param>
    /// <param name="remarks">Gets what else there is to say.</param>
    public static HeadBook Read(LogFolder log, string? id, string? anchor, string? trustedKey, List<Finding> findings, List<string> remarks)
    {
        var book = new HeadBook(log, findings, remarks);
        var here = LogFolder.Read(log.Heads);
        var keys = log.Keys;
        byte[] there = [];
        if (anchor is null) remarks.Add("Checked against the heads beside the log alone: whoever can write there could have cut both.");
        else
        {
            var file = !Directory.Exists(anchor) ? anchor
                : new[] { id, Lines(here).Select(l => Head.Parse(l, out _)?.Log).FirstOrDefault(l => l is not null) }
                    .Where(candidate => candidate is not null).Select(candidate => Anchor.HeadsIn(anchor, candidate!)).OrderByDescending(File.Exists).FirstOrDefault(anchor);
            there = LogFolder.Read(file);
            if (there.Length == 0) findings.Add(new(FindingKind.Unanchored, book._file, 0, 0, $"there are no heads of this log at {file}; name the place that holds them with --anchor"));
            else if (Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file))!, "keys") is var anchored && Directory.Exists(anchored)) keys = anchored;
            book.Compare(here, there);
        }
        if (trustedKey is null && keys == log.Keys) remarks.Add("The public key beside the log is taken at its word: compare its fingerprint with one that you know.");
        book.Take(here, there, keys, trustedKey);
        book.CheckKeyFiles(log, keys);
        return book;
    }

    private void Compare(byte[] here, byte[] there)
    {
        if (there.AsSpan().StartsWith(here) && there.Length > here.Length)
            Report(Lines(here).Count + 1, $"{Lines(there).Count - Lines(here).Count} heads that are anchored are missing here");
        else if (!here.AsSpan().StartsWith(there))
        {
            var (ours, theirs) = (Lines(here), Lines(there));
            var line = 0;
            while (line < ours.Count && line < theirs.Count && ours[line].AsSpan().SequenceEqual(theirs[line])) line++;
            Report(line + 1, "the head is not the one that is anchored");
        }
        else if (there.Length > 0 && there.Length < here.Length) _remarks.Add($"{Lines(here).Count - Lines(there).Count} heads have not reached the anchor yet.");
        if (here.Length > 0 && here[^1] != '\n') Report(Lines(here).Count, "the last line is cut off");
    }

    /// <summary>The anchored heads, and those beside the log that have not reached the anchor.</summary>
    private void Take(byte[] here, byte[] there, string keys, string? trustedKey)
    {
        var anchored = Lines(there);
        Anchored = anchored.Count;
        var all = anchored.Concat(Lines(here).Skip(anchored.Count)).ToList();
        foreach (var (i, line) in all.Index())
        {
            if (Head.Parse(line, out var signature) is not { } head) Report(i + 1, "not a head");
            else if (KeyOf(head.Key, keys, trustedKey) is not { } key) Report(i + 1, $"signed with a key that is not trusted here (fingerprint {head.Key})", head.Sequence);
            else if (!head.IsSignedBy(key, signature)) Report(i + 1, "the signature does not hold", head.Sequence);
            else if (_heads is [.., var last] && (head.Log != last.Log || head.Number != last.Number + 1 || head.Sequence < last.Sequence))
                Report(i + 1, $"head {head.Number} does not follow head {last.Number}", head.Sequence);
            else _heads.Add(head);
        }
        if (_heads is [{ Number: not 1 } first, ..]) Report(1, $"the first head is number {first.Number}", first.Sequence);
        foreach (var key in _keys.Values) key?.Dispose();
    }

    private void CheckKeyFiles(LogFolder log, string trusted)
    {
        if (!Directory.Exists(log.Keys)) return;
        foreach (var path in Directory.GetFiles(log.Keys).Order(StringComparer.Ordinal))
        {
            using var key = Import(path);
            var other = Path.Combine(trusted, Path.GetFileName(path));
            if (key is null || SigningKey.FingerprintOf(key) != Path.GetFileNameWithoutExtension(path) || (File.Exists(other) && !RunFile.ReadAllBytes(other).AsSpan().SequenceEqual(RunFile.ReadAllBytes(path))))
                _findings.Add(new(FindingKind.Head, "keys/" + Path.GetFileName(path), 0, 0, "not the public key that its name says"));
        }
    }

    private ECDsa? KeyOf(string fingerprint, string folder, string? trustedKey)
    {
        if (!RecordLine.IsHash(fingerprint)) return null;
        if (_keys.TryGetValue(fingerprint, out var known)) return known;
        var key = Import(trustedKey ?? Path.Combine(folder, fingerprint + ".pem"));
        if (key is not null && SigningKey.FingerprintOf(key) != fingerprint) key = null;
        return _keys[fingerprint] = key;
    }

    private static ECDsa? Import(string path)
    {
        if (!File.Exists(path)) return null;
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(RunFile.ReadAllText(path));
            return key;
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException or PlatformNotSupportedException) // the last: a curve that is none
        {
            key.Dispose();
            return null;
        }
    }

    private void Report(int line, string text, long sequence = 0) => _findings.Add(new(FindingKind.Head, _file, line, sequence, text));

    private static List<byte[]> Lines(byte[] bytes)
    {
        List<byte[]> lines = [];
        for (var rest = bytes.AsSpan(); rest.Length > 0;)
        {
            var end = rest.IndexOf((byte)'\n');
            lines.Add(rest[..(end < 0 ? rest.Length : end)].ToArray());
            rest = end < 0 ? default : rest[(end + 1)..];
        }
        return lines;
    }
}

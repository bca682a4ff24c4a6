using System.Security.Cryptography;
using System.Text;
using RobotRL.Model;

namespace RobotRL.Audit;

/// <summary>What a verifier takes for true.</summary>
/// <param name="Anchor">Folder of anchors or one log's file of heads; null for nothing but what lies beside the log.</param>
/// <param name="Key">File of the one public key in PEM form that is trusted; null for the anchor's and <paramref name="OwnKey"/>.</param>
/// <param name="OwnKey">Public key in PEM form of the account that verifies; null where it has none.</param>
internal readonly record struct Trust(string? Anchor, string? Key, string? OwnKey);

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
    /// <param name="trust">Whose heads and keys count.</param>
    /// <param name="findings">Gets what is wrong.</param>
    /// <param name="remarks">Gets what else there is to say.</param>
    public static HeadBook Read(LogFolder log, string? id, Trust trust, List<Finding> findings, List<string> remarks)
    {
        var (anchor, trustedKey, ownKey) = trust;
        var book = new HeadBook(log, findings, remarks);
        var here = LogFolder.Read(log.Heads);
        string? keys = null;
        byte[] there = [];
        if (anchor is null) remarks.Add("Checked against the heads beside the log alone: whoever can write there could have cut both.");
        else
        {
            var branches = !Directory.Exists(anchor) ? []
                : new[] { id, Lines(here).Select(l => Head.Parse(l, out _)?.Log).FirstOrDefault(l => l is not null) } // which is a name, no path
                    .Where(candidate => candidate is not null).Select(candidate => AnchorBranch.All(anchor, candidate!))
                    .FirstOrDefault(all => all.Count > 0, []);
            var branch = AnchorBranch.For(branches, Path.GetFullPath(log.Path), here);
            var file = branch?.File ?? anchor;
            foreach (var other in branches.Where(b => b != branch))
                remarks.Add($"A copy of this log went on by itself{(other.Place is null ? "" : $" in {other.Place}")}: "
                    + $"its heads are anchored at {other.File}.");
            there = LogFolder.Read(file);
            if (there.Length == 0)
                findings.Add(new(FindingKind.Unanchored, book._file, 0, 0,
                    $"there are no heads of this log at {file}; name the place that holds them with --anchor"));
            else if (Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file))!, "keys") is var anchored && Directory.Exists(anchored)) keys = anchored;
            book.Compare(here, there);
        }
        // A key that lies in the run says nothing of the run. It counts only where nothing outside is asked, or nothing there answers, which is told.
        List<string> pems = trustedKey is not null ? [File.ReadAllText(trustedKey)] : ownKey is not null ? [ownKey] : [];
        book.Take(here, there, fingerprint => KeyOf(fingerprint, pems, trustedKey is null ? keys : null)
            ?? (trustedKey is null && there.Length == 0 ? book.AtItsWord(log, fingerprint) : null));
        book.CheckKeyFiles(log, keys ?? log.Keys);
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
        else if (there.Length > 0 && there.Length < here.Length)
            _remarks.Add($"{Lines(here).Count - Lines(there).Count} heads have not reached the anchor yet.");
        if (here.Length > 0 && here[^1] != '\n') Report(Lines(here).Count, "the last line is cut off");
    }

    /// <summary>The anchored heads, and those beside the log that have not reached the anchor.</summary>
    private void Take(byte[] here, byte[] there, Func<string, ECDsa?> keyOf)
    {
        var anchored = Lines(there);
        Anchored = anchored.Count;
        var all = anchored.Concat(Lines(here).Skip(anchored.Count)).ToList();
        foreach (var (i, line) in all.Index())
        {
            if (Head.Parse(line, out var signature) is not { } head) Report(i + 1, "not a head");
            else if (Known(head.Key, keyOf) is not { } key)
                Report(i + 1, $"signed with a key that is not trusted here (fingerprint {head.Key})", head.Sequence);
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
            using var key = Import(RunFile.ReadAllText(path));
            var other = Path.Combine(trusted, Path.GetFileName(path));
            if (key is null || SigningKey.FingerprintOf(key) != Path.GetFileNameWithoutExtension(path)
                || (File.Exists(other) && !RunFile.ReadAllBytes(other).AsSpan().SequenceEqual(RunFile.ReadAllBytes(path))))
                _findings.Add(new(FindingKind.Head, "keys/" + Path.GetFileName(path), 0, 0, "not the public key that its name says"));
        }
    }

    private ECDsa? Known(string fingerprint, Func<string, ECDsa?> keyOf) =>
        _keys.TryGetValue(fingerprint, out var known) ? known : _keys[fingerprint] = keyOf(fingerprint);

    private ECDsa? AtItsWord(LogFolder log, string fingerprint)
    {
        if (KeyOf(fingerprint, [], log.Keys) is not { } key) return null;
        _remarks.Add($"The public key {fingerprint} beside the log is taken at its word: compare its fingerprint with one that you know.");
        return key;
    }

    /// <summary>
    /// The public key of a fingerprint, from those given or from a folder of <c>FINGERPRINT.pem</c>; null where neither has it. The caller disposes of it.
    /// </summary>
    public static ECDsa? KeyOf(string fingerprint, IReadOnlyList<string> pems, string? folder)
    {
        if (!RecordLine.IsHash(fingerprint)) return null;
        var file = folder is null ? null : Path.Combine(folder, fingerprint + ".pem");
        foreach (var pem in file is not null && File.Exists(file) ? pems.Append(RunFile.ReadAllText(file)) : pems)
            if (Import(pem) is { } key)
            {
                if (SigningKey.FingerprintOf(key) == fingerprint) return key;
                key.Dispose();
            }
        return null;
    }

    private static ECDsa? Import(string pem)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
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

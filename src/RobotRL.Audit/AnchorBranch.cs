using System.Text;
using RobotRL.Model;

namespace RobotRL.Audit;

/// <summary>
/// The anchored heads of one folder of a log. Who copies a run and goes on with both has two logs of one beginning: each folder has a file of heads of its own
/// at the anchor, whole from the first head on, so that in neither a tail can be cut unseen, and neither stands in the other's way.
/// </summary>
/// <param name="File">Its heads.</param>
/// <param name="Place">The log's folder; null for what an earlier version anchored.</param>
internal sealed record AnchorBranch(string File, string? Place)
{
    private const string Heads = ".heads.jsonl";

    private string PlaceFile => File[..^Heads.Length] + ".place";

    /// <summary>Those of a log, the one that it began with first.</summary>
    public static IReadOnlyList<AnchorBranch> All(string folder, string id) => !Directory.Exists(folder) ? [] :
        [.. Directory.EnumerateFiles(folder, id + "*" + Heads).OrderBy(f => f.Length).ThenBy(f => f, StringComparer.Ordinal)
            .Select(f => new AnchorBranch(f, null)).Select(b => b with { Place = b.ReadPlace() })];

    /// <summary>The branch that a folder's log is compared with: its own; else the longest that it has whole; else the one that it shares most with.</summary>
    public static AnchorBranch? For(IReadOnlyList<AnchorBranch> all, string place, ReadOnlySpan<byte> here)
    {
        AnchorBranch? best = null;
        (bool Whole, int Common) most = (false, -1);
        foreach (var branch in all)
        {
            if (branch.IsOf(place)) return branch;
            var there = LogFolder.Read(branch.File);
            var common = here.CommonPrefixLength(there);
            if ((common == there.Length, common).CompareTo(most) > 0) (best, most) = (branch, (common == there.Length, common));
        }
        return best;
    }

    /// <summary>
    /// The branch that a folder's heads go to. A folder that the anchor does not know yet goes on with a branch that it has whole.
    /// It takes over that branch where the folder that had it is gone, so that a run may be moved.
    /// It gets a branch of its own where that folder is still there.
    /// </summary>
    /// <param name="folder">Of the anchor; it is there.</param>
    /// <param name="id">Which log.</param>
    /// <param name="log">Its folder.</param>
    /// <param name="copyOf">The folder that this one is a copy of; null unless that shows now.</param>
    /// <exception cref="InvalidDataException">Heads that are anchored are not there; one line says why that may be and what to do.</exception>
    public static AnchorBranch Admit(string folder, string id, LogFolder log, out string? copyOf)
    {
        copyOf = null;
        var (place, here) = (Path.GetFullPath(log.Path), LogFolder.Read(log.Heads));
        var all = All(folder, id);
        if (all.Count == 0) return new AnchorBranch(Anchor.HeadsIn(folder, id), null).At(place);
        var branch = For(all, place, here)!;
        var there = LogFolder.Read(branch.File);
        if (!here.AsSpan().StartsWith(there))
            throw new InvalidDataException(Refusal(all, branch, place, log));
        if (branch.IsOf(place)) return branch;
        if (branch.Place is null || !Holds(branch.Place, id)) return branch.At(place);
        copyOf = branch.Place;
        var own = new AnchorBranch(Path.Combine(folder, $"{id}.{RecordLine.Sha256(Encoding.UTF8.GetBytes(place))[..16]}{Heads}"), null);
        LogFolder.Replace(own.File, there);
        return own.At(place);
    }

    private static string Refusal(IReadOnlyList<AnchorBranch> all, AnchorBranch branch, string place, LogFolder log)
    {
        var why = $"{log.Heads}: not the heads that are anchored at {branch.File}";
        var here = LogFolder.Read(log.Heads);
        if (branch.Place is not null && !branch.IsOf(place))
            return $"{why}: this is an old or a cut copy of the log in {branch.Place}, which went on; go on there, or copy that run anew into another folder";
        return all.FirstOrDefault(b => b != branch && here.AsSpan().StartsWith(LogFolder.Read(b.File))) is { Place: { } other }
            ? $"{why}: this is the log of {other}, put where one was that went on by itself; move the run to a folder that had none"
            : $"{why}; see robotrl audit verify, and move the audit folder aside to begin a new log";
    }

    /// <summary>The branch, from now on of a folder.</summary>
    private AnchorBranch At(string place)
    {
        LogFolder.Replace(PlaceFile, Encoding.UTF8.GetBytes(place));
        return this with { Place = place };
    }

    private bool IsOf(string place) => Place is not null && (Place == place || RunFile.AreSame(Place, place));

    private string? ReadPlace() => LogFolder.Read(PlaceFile) is { Length: > 0 } text ? Encoding.UTF8.GetString(text) : null;

    /// <summary>Whether a folder still has a log.</summary>
    private static bool Holds(string place, string id)
    {
        var days = new LogFolder(place).Days;
        return days.Count > 0 && RunFile.ReadLines(days[0]).FirstOrDefault() is { } line && RecordLine.Parse(Encoding.UTF8.GetBytes(line))?.Hash[..16] == id;
    }
}

namespace RobotRL.Audit;

/// <summary>What is wrong.</summary>
public enum FindingKind
{
    /// <summary>A record's bytes are not those that were hashed.</summary>
    Changed,

    /// <summary>Records are missing between two others.</summary>
    Removed,

    /// <summary>A record stands where none belongs.</summary>
    Inserted,

    /// <summary>A record stands elsewhere than it was written.</summary>
    Reordered,

    /// <summary>Records that were signed for are missing at the end.</summary>
    Truncated,

    /// <summary>Records agree among themselves and not with what was signed: they were written anew.</summary>
    Rewritten,

    /// <summary>Half a line stands at the end: a writer was killed, or somebody cut it.</summary>
    Torn,

    /// <summary>A head was changed, added or removed, or was signed by somebody else.</summary>
    Head,

    /// <summary>Nothing outside the log's own folder vouches for it.</summary>
    Unanchored,

    /// <summary>A start found the log otherwise than it was left, and said so.</summary>
    Broken,

    /// <summary>The log is whole and speaks of another run.</summary>
    OtherRun,

    /// <summary>Records are gone as if by retention, and no record says so.</summary>
    Unaccounted,
}

/// <summary>One thing that is wrong, and where.</summary>
/// <param name="File">Name of the file.</param>
/// <param name="Line">From 1; 0 for the whole file.</param>
/// <param name="Sequence">The record, or the first of a stretch; 0 where none can be named.</param>
public sealed record Finding(FindingKind Kind, string File, long Line, long Sequence, string Text)
{
    public override string ToString() => $"{File}{(Line > 0 ? $":{Line}" : "")}: {Kind.ToString().ToLowerInvariant()}: {Text}";
}

/// <summary>Whether a log is what was written.</summary>
/// <param name="Log">Its identity; empty where it has no readable beginning.</param>
/// <param name="Records">Records that stand in it.</param>
/// <param name="PrunedRecords">Records that retention removed, and says so.</param>
/// <param name="LastSequence">The newest record.</param>
/// <param name="Heads">Signed heads, those of the anchor included.</param>
/// <param name="AnchoredHeads">Those that are kept outside.</param>
/// <param name="UnsignedRecords">
/// Newest records that no head covers yet: a writer is at work, or was killed less than a head's interval after the last head.
/// </param>
/// <param name="OpenWriters">Processes that have it open, as signed.</param>
/// <param name="Keys">Fingerprints of the keys that signed.</param>
/// <param name="Remarks">What a reader should know beside.</param>
public sealed record AuditVerdict(
    string Log, long Records, long PrunedRecords, long LastSequence, DateTime? FirstUtc, DateTime? LastUtc,
    int Heads, int AnchoredHeads, long UnsignedRecords, int OpenWriters,
    IReadOnlyList<string> Keys, IReadOnlyList<string> Remarks, IReadOnlyList<Finding> Findings)
{
    public bool Holds => Findings.Count == 0;
}

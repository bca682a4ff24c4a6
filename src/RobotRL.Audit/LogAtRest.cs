using System.Security.Cryptography;

namespace RobotRL.Audit;

/// <summary>
/// The state of a log before a start adds anything: whether it is as its newest signed head left it. Whoever starts signs for all records before.
/// Records that somebody put there meanwhile must not become evidence by that signature.
/// </summary>
/// <param name="What">How the start tells of it; null where the log is as it was left.</param>
/// <param name="First">The first record that nobody signed for, or that is not what was signed for.</param>
/// <param name="Last">The last one.</param>
/// <param name="Text">For people.</param>
internal sealed record LogAtRest(AuditEvent? What, long First = 0, long Last = 0, string Text = "")
{
    /// <summary>A head is signed at the latest after so many records.</summary>
    public const int SealEvery = 4096;

    /// <summary>More records than a killed writer can leave without a head: those since the last head, and its current batch.</summary>
    private const int MostUnsealed = SealEvery + AuditLog.MostAtOnce + 16;

    private static readonly LogAtRest AsLeft = new((AuditEvent?)null);

    /// <param name="folder">Its tail is settled.</param>
    /// <param name="id">Which log it is, by its first record.</param>
    /// <param name="last">Its newest record.</param>
    /// <param name="signed">Its newest head, which begins with what is anchored, and that head's signature; null for none.</param>
    /// <param name="keyOf">Public keys that are trusted here; null for any other.</param>
    /// <param name="othersWrite">Whether other processes have it open now: they may be ahead of their next head.</param>
    /// <exception cref="InvalidDataException">The newest head is a forgery.</exception>
    public static LogAtRest Look(
        LogFolder folder, string id, long last, (Head Head, byte[] Signature)? signed, Func<string, ECDsa?> keyOf, bool othersWrite)
    {
        if (last == 0) return AsLeft;
        if (signed is not (var head, var signature)) return WithoutHeads(folder, last);
        using var key = keyOf(head.Key);
        if (key is null)
            return new(AuditEvent.LogReceived, 1, last,
                $"records 1 to {last} came with the run: they are signed with a key that nobody here knows (fingerprint {head.Key})");
        if (!head.IsSignedBy(key, signature))
            throw new InvalidDataException(
                $"{folder.Heads}: the newest head is not what was signed; see robotrl audit verify, and move the audit folder aside to begin a new log");
        var when = RecordLine.Iso(head.TimeUtc);
        if (head.Log != id) return new(AuditEvent.LogBroken, 1, last, $"this start found another log than {head.Log}, which its heads speak of");
        if (head.Sequence > last)
            return new(AuditEvent.LogBroken, last + 1, head.Sequence, $"this start found records {last + 1} to {head.Sequence}, signed for at {when}, gone");
        if (Differs(folder, head) is { } from)
            return new(AuditEvent.LogBroken, Math.Min(from, last), last,
                $"this start found record {from} not to be the one that was chained to what was signed for at {when}");
        if (head.Sequence == last || othersWrite) return AsLeft;
        if (head.Writers == 0)
            return new(AuditEvent.LogBroken, head.Sequence + 1, last,
                $"this start found records {head.Sequence + 1} to {last} after the close that was signed for at {when}: no writer of this log left them");
        return last - head.Sequence > MostUnsealed
            ? new(AuditEvent.LogBroken, head.Sequence + 1, last,
                $"this start found {last - head.Sequence} records after the newest head, of {when}: a killed writer leaves {MostUnsealed} at most")
            : Unsealed(head.Sequence + 1, last, when);
    }

    /// <summary>
    /// The first head is signed before anything but the opening is recorded, under one lock. So a log without any head can only come from starts that were
    /// killed in between, and holds only their records. Whoever takes all heads away to write the log anew leaves more than that.
    /// </summary>
    private static LogAtRest WithoutHeads(LogFolder folder, long last)
    {
        var others = Backwards(folder).Where(record => record is not { HashHolds: true } one || !AuditEvent.IsOfOpening(one.Event)).ToList();
        return others.Count == 0
            ? Unsealed(1, last, null)
            : new(AuditEvent.LogBroken, 1, last,
                $"this start found records 1 to {last} without any head, {others.Count} of which no killed start leaves: the heads were taken away");
    }

    private static LogAtRest Unsealed(long first, long last, string? since) => new(AuditEvent.LogUnsealed, first, last,
        $"Records {first} to {last} were unsealed since {since ?? "the beginning"} when a start found them: their writer was killed before it signed, "
        + "and nothing shows that they are all its own.");

    /// <summary>The first record, from the newest back to the head's, that does not chain down to it; null where all do.</summary>
    private static long? Differs(LogFolder folder, Head head)
    {
        (long First, string Previous)? after = null;
        foreach (var record in Backwards(folder))
        {
            if (record is not { HashHolds: true } one) return (after?.First ?? head.Sequence + 1) - 1;
            if (after is { } next && (next.First != one.Last + 1 || next.Previous != one.Hash)) return next.First;
            if (one.Last == head.Sequence) return one.Hash == head.Hash ? null : one.First;
            if (one.First <= head.Sequence) return one.IsPruned ? null : one.First; // retention took the head's record with others
            after = (one.First, one.Previous);
        }
        return 1;
    }

    /// <summary>The lines from the newest on; null for one that is no record.</summary>
    private static IEnumerable<RecordLine?> Backwards(LogFolder folder)
    {
        foreach (var day in folder.Days.Reverse())
        {
            var bytes = LogFolder.Read(day);
            for (var end = bytes.AsSpan().LastIndexOf((byte)'\n'); end >= 0;)
            {
                var begin = bytes.AsSpan(0, end).LastIndexOf((byte)'\n');
                yield return RecordLine.Parse(bytes.AsSpan(begin + 1, end - begin - 1));
                end = begin;
            }
        }
    }
}

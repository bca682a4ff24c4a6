using RobotRL.Audit;
using RobotRL.Episodes;

namespace RobotRL.Evidence.Report;

/// <summary>A stretch during which an operator drove, from its two records.</summary>
/// <param name="Ended">Null where the session was cut off.</param>
public sealed record Intervention(AuditEntry Began, AuditEntry? Ended)
{
    public string Reason => Began.Reason ?? "";
    public int Episode => Began.Input("episode") is { } e ? e.GetInt32() : -1;
    public int Step => (int)Began.Number("step");
    public int Steps => Ended is null ? 0 : (int)Ended.Number("steps");
    public double DurationS => Ended?.Number("duration_s") ?? 0;

    public static IEnumerable<Intervention> Of(IEnumerable<AuditEntry> entries)
    {
        Dictionary<int, AuditEntry> open = []; // by process
        foreach (var entry in entries)
            if (entry.Event == AuditEvent.TakeoverBegan.Name)
            {
                if (open.Remove(entry.Actor.Pid, out var lost)) yield return new(lost, null);
                open[entry.Actor.Pid] = entry;
            }
            else if (entry.Event == AuditEvent.TakeoverEnded.Name && open.Remove(entry.Actor.Pid, out var began)) yield return new(began, entry);
        foreach (var began in open.Values) yield return new(began, null);
    }
}

/// <summary>A process's session, from its two records.</summary>
internal sealed record SessionRow(AuditEntry Started, AuditEntry? Ended)
{
    public static IReadOnlyList<SessionRow> Of(IReadOnlyList<AuditEntry> entries) =>
    [
        .. entries.Where(e => e.Event == AuditEvent.SessionStarted.Name).Select(s => new SessionRow(s,
            entries.FirstOrDefault(e => e.Sequence > s.Sequence && e.Event == AuditEvent.SessionEnded.Name
                && e.Actor.Pid == s.Actor.Pid && e.Actor.Process == s.Actor.Process))),
    ];
}

using RobotRL.Audit;
using RobotRL.Sessions.Auditing;
using RobotRL.Sessions.Runs;

namespace RobotRL.Evidence;

/// <summary>
/// Whether a log speaks of the run whose folder it lies in. A log that is whole says nothing of another run: each session records which run it belonged to,
/// and that is held against <c>run.json</c> and <c>config.yaml</c>.
/// </summary>
public static class LogOfRun
{
    /// <summary>The verdict, with what of its sessions belongs to another run.</summary>
    public static AuditVerdict Hold(AuditVerdict verdict, RunDirectory run)
    {
        var findings = Differences(run).ToList();
        return findings.Count == 0 ? verdict : verdict with { Findings = [.. verdict.Findings, .. findings] };
    }

    private static IEnumerable<Finding> Differences(RunDirectory run)
    {
        AuditEntry? newest = null;
        foreach (var session in AuditReader.Read(run.Audit).Where(e => e.Event == AuditEvent.SessionStarted.Name))
        {
            newest = session;
            (string What, string Log, string Run)[] parts =
            [
                ("identity", session.Text("run_id"), run.Identity.Id ?? ""),
                ("configuration hash", session.Text("config_hash"), run.Identity.ConfigHash),
                ("seed", session.Text("seed"), $"{run.Identity.Seed}"),
            ];
            foreach (var (what, log, own) in parts)
                if (log != own)
                {
                    yield return Of(session, $"{what} {Or(log)}, and run.json says {Or(own)}");
                    yield break; // a log of another run differs in each of its sessions
                }
        }
        // The run's configuration is written once: what the newest session read is what lies here.
        var here = File.Exists(run.ConfigPath) ? PolicyAudit.HashOf(run.ConfigPath) : "";
        if (newest is not null && newest.Text("config_sha256") is { Length: > 0 } recorded && here != recorded)
            yield return Of(newest, $"config.yaml of SHA-256 {recorded}, and the run's has {Or(here)}");
    }

    private static Finding Of(AuditEntry session, string difference) => new(FindingKind.OtherRun, "run.json", 0, session.Sequence,
        $"the session of record {session.Sequence} was of a run with {difference}: the log, or what it speaks of, is not this run's");

    private static string Or(string text) => text.Length > 0 ? text : "none";
}

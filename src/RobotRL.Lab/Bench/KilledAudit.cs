using System.Diagnostics;
using System.Globalization;
using RobotRL.Audit;
using RobotRL.Sessions.Auditing;

namespace RobotRL.Lab.Bench;

/// <summary>
/// The audit log of a run whose processes are killed, verified as <c>audit verify</c> does it. It is verified at each kill, when half a line may stand at its
/// end. It is verified again, with nothing forgiven, as soon as the next process has opened it. Verifying takes turns with the writers, so that it reads the
/// log between two of their batches.
/// </summary>
internal sealed class KilledAudit(string run, string evidence, Action<string> log)
{
    private readonly string _log = Path.Combine(run, "audit"), _anchor = Path.Combine(evidence, "anchors");
    private readonly Stopwatch _spent = new();

    /// <summary>Key and anchor for the processes: their own, beside the run, not the account's.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string>
    {
        ["ROBOTRL_AUDIT_KEY"] = Path.Combine(evidence, "key.pem"),
        ["ROBOTRL_AUDIT_ANCHOR"] = Path.Combine(evidence, "anchors"),
        ["ROBOTRL_AUDIT_ANCHOR_COMMAND"] = "",
    };

    public int AtKills { get; private set; }
    public int AtRestarts { get; private set; }
    public int Failures { get; private set; }
    public double SpentS => _spent.Elapsed.TotalSeconds;

    /// <summary>
    /// Whether a process has the log open. Then its first records are written and signed, or are about to be, under the lock that a verifier waits for.
    /// </summary>
    public bool IsOpenIn(int process)
    {
        var prefix = string.Create(CultureInfo.InvariantCulture, $"{process}-");
        var writers = Path.Combine(_log, "writers");
        return Directory.Exists(writers) && Directory.EnumerateFiles(writers).Any(f => Path.GetFileName(f).StartsWith(prefix, StringComparison.Ordinal));
    }

    /// <summary>Right after a kill. Before any process ever had it open there is nothing to verify.</summary>
    public void AtKill(int kill)
    {
        if (AtRestarts == 0) return;
        AtKills++;
        Check($"kill {kill}", f => f.Kind == FindingKind.Torn);
    }

    /// <summary>After a restart that came as far as the log.</summary>
    public void AtRestart(int kill)
    {
        AtRestarts++;
        Check($"the start after kill {kill}", _ => false);
    }

    /// <summary>At the end, once a process that nobody kills has opened and closed it.</summary>
    public void AtEnd()
    {
        AuditWriter reviewer = new(AuditActor.Here("none", "reviewer", "bench store-kills"), Environment["ROBOTRL_AUDIT_KEY"],
            new Anchor(_anchor, null), SoftwareIdentity.Current);
        AuditLog.Open(_log, reviewer).Dispose();
        AtRestart(AtKills);
    }

    private void Check(string when, Func<Finding, bool> isExpected)
    {
        _spent.Start();
        var findings = AuditVerifier.Verify(_log, _anchor).Findings.Where(f => !isExpected(f)).ToList();
        _spent.Stop();
        if (findings.Count == 0) return;
        Failures++;
        foreach (var finding in findings) log($"the audit log at {when}: {finding}");
    }
}

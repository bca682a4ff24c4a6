using System.Text.Json;
using RobotRL.Audit;
using RobotRL.Learning;
using RobotRL.Sessions.Auditing;
using RobotRL.Sessions.Runs;

namespace RobotRL.Evidence;

/// <summary>A policy as the log knows it: which weights, from which checkpoint, come of what, and how they did.</summary>
/// <param name="Version">Learner step.</param>
/// <param name="WeightsSha256">Of what acts; null where the log holds only the checkpoint's tensors, optimizers included.</param>
/// <param name="Checkpoint">Its name; null for weights that were published and not kept.</param>
/// <param name="Evaluation">The newest on record; null where it was never evaluated.</param>
public sealed record KnownPolicy(
    long? Version, string? WeightsSha256, string? Checkpoint, string? TensorsSha256, JsonElement? Lineage, KnownEvaluation? Evaluation)
{
    /// <summary>Whether its files lie in the run and are those that the log knows; false where they are gone.</summary>
    public bool IsChecked { get; init; }

    /// <summary>The policy that a hash, or its beginning, names; <c>latest</c> for the newest checkpoint.</summary>
    /// <exception cref="BadInputException">The log knows none, or several.</exception>
    public static KnownPolicy Find(IReadOnlyList<AuditEntry> entries, string which)
    {
        const int fewest = 8;
        var checkpoints = entries.Where(e => e.Event == AuditEvent.CheckpointWritten.Name).ToList();
        if (which == "latest")
            return checkpoints is [.., var newest]
                ? Of(entries, newest)
                : throw new BadInputException("--policy latest: the log knows no checkpoint yet; train longer");
        if (which.Length < fewest || !which.All(char.IsAsciiHexDigit))
            throw new BadInputException($"--policy {which}: write 'latest' or at least {fewest} digits of a SHA-256 from the log, "
                + "of weights or of a checkpoint's tensors");
        var found = entries.Where(e => Hash(e).StartsWith(which, StringComparison.OrdinalIgnoreCase)).GroupBy(Hash).ToList();
        return found switch
        {
            [] => throw new BadInputException($"--policy {which}: the log knows no policy of that hash; "
                + "robotrl audit query RUN \"SELECT event, inputs FROM events WHERE event LIKE 'policy.%'\" lists them"),
            [var one] => Of(entries, one.Last()),
            _ => throw new BadInputException($"--policy {which}: {found.Count} hashes begin so; write more digits"),
        };
    }

    private static string Hash(AuditEntry e) =>
        e.Event == AuditEvent.CheckpointWritten.Name ? e.Text("tensors_sha256")
        : e.Event == AuditEvent.PolicyPublished.Name || e.Event == AuditEvent.Evaluated.Name ? e.Text("sha256") : "";

    /// <summary>
    /// Joins the records of one policy. A checkpoint is named by the learner step, which is the version of its weights.
    /// </summary>
    private static KnownPolicy Of(IReadOnlyList<AuditEntry> entries, AuditEntry known)
    {
        var name = known.Input("checkpoint") is not null ? known.Text("checkpoint") : $"step-{known.Text("version")}";
        var kept = entries.LastOrDefault(e => e.Event == AuditEvent.CheckpointWritten.Name && e.Text("checkpoint") == name);
        var weights = known.Event == AuditEvent.CheckpointWritten.Name ? null : known.Text("sha256");
        var evaluated = entries.LastOrDefault(e => e.Event == AuditEvent.Evaluated.Name
            && (weights is null ? e.Text("checkpoint") == name && e.Sequence > known.Sequence : e.Text("sha256") == weights));
        var published = entries.LastOrDefault(e => e.Event == AuditEvent.PolicyPublished.Name && $"step-{e.Text("version")}" == name);
        weights ??= evaluated?.Text("sha256") ?? published?.Text("sha256");
        long? step = name.StartsWith("step-", StringComparison.Ordinal) && long.TryParse(name.AsSpan(5), out var version) ? version : null;
        return new(step, weights, kept is null ? null : name, kept?.Text("tensors_sha256"), known.Input("lineage") ?? kept?.Input("lineage"),
            evaluated is null ? null : new(evaluated.Sequence, evaluated.TimeUtc, evaluated.Input("result")));
    }
}

/// <summary>How a policy did, and which record says so.</summary>
public sealed record KnownEvaluation(long Sequence, DateTime TimeUtc, JsonElement? Result);

/// <summary>Puts an approval into a run's log: who, why, and everything that the log knows of what is approved, so that the record stands by itself.</summary>
public static class PolicyApproval
{
    public static KnownPolicy Record(RunDirectory run, string which, string by, string reason)
    {
        if (!Directory.Exists(run.Audit)) throw new BadInputException($"{run.Path}: no audit log here");
        var policy = KnownPolicy.Find([.. AuditReader.Read(run.Audit)], which);
        policy = policy with { IsChecked = Check(run, policy, mustBeThere: which == "latest") };
        var actor = AuditActor.Here(by, "approver", "audit approve") with { PolicyVersion = policy.Version ?? -1 };
        using var log = AuditLog.Open(run.Audit, new AuditWriter(actor, AuditPlace.KeyPath, AuditPlace.Anchor, SoftwareIdentity.Current));
        log.Write(AuditEvent.PolicyApproved, reason: reason, inputs: new { Approver = by, Policy = policy });
        log.Flush();
        log.ThrowIfFailed();
        return policy;
    }

    /// <summary>
    /// Nobody can approve a checkpoint that is damaged or has changed since it was logged. Older checkpoints are removed as training goes on; of those the log
    /// alone tells.
    /// </summary>
    private static bool Check(RunDirectory run, KnownPolicy policy, bool mustBeThere)
    {
        var directory = policy.Checkpoint is null ? null
            : Checkpoint.All(run.Checkpoints).FirstOrDefault(d => Path.GetFileName(d) == policy.Checkpoint);
        if (directory is null)
            return mustBeThere
                ? throw new BadInputException($"--policy latest: {policy.Checkpoint}, which the log tells of, is not in {run.Checkpoints}; nothing is approved")
                : false;
        try
        {
            Checkpoint.Check(directory);
        }
        catch (InvalidDataException e)
        {
            throw new BadInputException($"{policy.Checkpoint} is not approved: {e.Message.ReplaceLineEndings(" ")}");
        }
        var tensors = PolicyAudit.HashOf(Path.Combine(directory, "tensors.safetensors"));
        return tensors == policy.TensorsSha256 ? true
            : throw new BadInputException($"{policy.Checkpoint} is not approved: "
                + $"its tensors have SHA-256 {tensors}, and the log tells of {policy.TensorsSha256}");
    }
}

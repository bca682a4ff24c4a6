using System.Security.Cryptography;
using RobotRL.Audit;
using RobotRL.Critic;
using RobotRL.Learning;
using RobotRL.Model;
using RobotRL.Policy;

namespace RobotRL.Sessions.Auditing;

/// <summary>What a policy version came of.</summary>
/// <param name="Checkpoint">That the session began with; null for none.</param>
/// <param name="Episodes">Episodes on disk that were taken up: the buffer's range is 0 to this, less one; null where the learner counts steps alone.</param>
public sealed record PolicyLineage(
    string? Checkpoint, int? Episodes, long EnvSteps, int Demonstrations, long? DemonstrationSteps, long? HumanSteps,
    ulong Seed, string CodeVersion, string ConfigHash);

/// <summary>Tells of policies: which came of what, which were kept, how they did. From the thread or the process that learns.</summary>
public sealed class PolicyAudit(AuditLog log)
{
    /// <summary>Weights that may act from now on.</summary>
    public void Published(WeightSnapshot weights, PolicyLineage lineage) =>
        log.Write(
            AuditEvent.PolicyPublished,
            inputs: new { weights.Version, weights.Sha256, Lineage = lineage },
            actor: log.Actor with { PolicyVersion = weights.Version });

    public void Kept(string checkpoint, PolicyLineage lineage) =>
        log.Write(AuditEvent.CheckpointWritten, inputs: new
        {
            Checkpoint = Path.GetFileName(checkpoint),
            TensorsSha256 = HashOf(Path.Combine(checkpoint, "tensors.safetensors")),
            Lineage = lineage,
        });

    public void Evaluated(string checkpoint, WeightSnapshot weights, object result) =>
        log.Write(
            AuditEvent.Evaluated,
            inputs: new { Checkpoint = checkpoint, weights.Version, weights.Sha256, Result = result },
            actor: log.Actor with { PolicyVersion = weights.Version });

    /// <summary>A safety critic that has learned on: the loop's own record of its use names the version.</summary>
    public void CriticPublished(SafetyManifest critic) =>
        log.Write(
            AuditEvent.Critic,
            reason: "published",
            inputs: new { critic.Version, critic.Sha256, critic.TrainedOn },
            thresholds: new { Risk = critic.RiskThreshold, Feasibility = critic.FeasibilityThreshold });

    public static string HashOf(string path)
    {
        using var file = RunFile.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}

namespace RobotRL.Audit;

/// <summary>Who opens a log to write, and what signs for it.</summary>
/// <param name="Actor">Who opens it.</param>
/// <param name="KeyPath">Private key; made where there is none.</param>
/// <param name="Anchor">Where heads are kept besides.</param>
/// <param name="Software">What runs: versions and hashes.</param>
public sealed record AuditWriter(AuditActor Actor, string KeyPath, Anchor Anchor, object Software);

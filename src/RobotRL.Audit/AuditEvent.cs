namespace RobotRL.Audit;

/// <summary>How long records of a kind are kept; the spans are configuration.</summary>
public enum RetentionClass
{
    /// <summary>Who moved the robot and with which software, configuration, weights and limits; what was done to the log itself.</summary>
    Interventions,

    /// <summary>Decisions of the safety layer.</summary>
    Safety,

    /// <summary>Everything else.</summary>
    Other,
}

/// <summary>What a record tells of.</summary>
/// <param name="Name">As it stands in the log.</param>
/// <param name="Class">How long it is kept.</param>
/// <param name="IsUrgent">Whether it is forced to the disk at once, not within the writer's interval.</param>
public readonly record struct AuditEvent(string Name, RetentionClass Class, bool IsUrgent = false)
{
    // The log's own.
    public static readonly AuditEvent LogCreated = new("log.created", RetentionClass.Interventions, true);
    public static readonly AuditEvent LogOpened = new("log.opened", RetentionClass.Interventions, true);
    public static readonly AuditEvent LogClosed = new("log.closed", RetentionClass.Interventions, true);
    public static readonly AuditEvent LogRecovered = new("log.recovered", RetentionClass.Interventions, true);
    public static readonly AuditEvent LogBroken = new("log.broken", RetentionClass.Interventions, true);
    public static readonly AuditEvent LogUnsealed = new("log.unsealed", RetentionClass.Interventions, true);
    public static readonly AuditEvent LogReceived = new("log.received", RetentionClass.Interventions, true);
    public static readonly AuditEvent LogCopied = new("log.copied", RetentionClass.Interventions, true);
    public static readonly AuditEvent WriterLost = new("log.writer_lost", RetentionClass.Interventions, true);
    public static readonly AuditEvent AnchorFailed = new("log.anchor_failed", RetentionClass.Interventions, true);
    public static readonly AuditEvent RetentionPruned = new("retention.pruned", RetentionClass.Interventions, true);
    public static readonly AuditEvent FilesPruned = new("retention.files_pruned", RetentionClass.Interventions, true);
    public static readonly AuditEvent Clock = new("clock.status", RetentionClass.Other);

    // Who works with what.
    public static readonly AuditEvent SessionStarted = new("session.started", RetentionClass.Interventions, true);
    public static readonly AuditEvent SessionEnded = new("session.ended", RetentionClass.Interventions, true);
    public static readonly AuditEvent EpisodeEnded = new("episode.ended", RetentionClass.Other);
    public static readonly AuditEvent PolicyPublished = new("policy.published", RetentionClass.Interventions);
    public static readonly AuditEvent CheckpointWritten = new("policy.checkpoint", RetentionClass.Interventions);
    public static readonly AuditEvent Evaluated = new("policy.evaluated", RetentionClass.Interventions, true);

    public static readonly AuditEvent PolicyApproved = new("policy.approved", RetentionClass.Interventions, true);

    // Who drives.
    public static readonly AuditEvent TakeoverBegan = new("takeover.began", RetentionClass.Interventions, true);
    public static readonly AuditEvent TakeoverEnded = new("takeover.ended", RetentionClass.Interventions, true);

    // What the safety layer decided.
    public static readonly AuditEvent Limited = new("safety.limited", RetentionClass.Safety);
    public static readonly AuditEvent Reflex = new("safety.reflex", RetentionClass.Safety);
    public static readonly AuditEvent Stopped = new("safety.stopped", RetentionClass.Interventions, true);
    public static readonly AuditEvent Standstill = new("safety.standstill", RetentionClass.Safety);
    public static readonly AuditEvent Retreat = new("safety.retreat", RetentionClass.Interventions, true);
    public static readonly AuditEvent Guiding = new("safety.guiding", RetentionClass.Interventions, true);
    public static readonly AuditEvent Critic = new("safety.critic", RetentionClass.Interventions);
    public static readonly AuditEvent Reset = new("safety.reset", RetentionClass.Interventions, true);
    public static readonly AuditEvent LimitChangeRefused = new("limits.change_refused", RetentionClass.Interventions, true);

    /// <summary>Whether a start writes it before it signs its head.</summary>
    internal static bool IsOfOpening(string name) =>
        name == LogCreated.Name || name == LogOpened.Name || name == LogRecovered.Name || name == LogBroken.Name || name == LogUnsealed.Name
        || name == LogReceived.Name || name == LogCopied.Name || name == WriterLost.Name;
}

namespace RobotRL.Model;

/// <summary>What the learned safety critic may do.</summary>
public enum CriticMode : byte
{
    /// <summary>It is not asked.</summary>
    Off,

    /// <summary>It is asked, it decides and its decisions are recorded; the deterministic layer alone acts.</summary>
    Shadow,

    /// <summary>Its reflexes act, within the deterministic envelope.</summary>
    On,
}

/// <summary>Which recovery the reflex tries first.</summary>
public enum RecoveryKind : byte
{
    /// <summary>Back along the path on which the arm came, softly.</summary>
    Analytic,

    /// <summary>The learned recovery policy; where its own action is risky, or the weights hold none, back along the path.</summary>
    Learned,
}

/// <summary>The reflex layer above the deterministic envelope: which critic, when it interrupts, and what happens then.</summary>
public sealed record SafetyLayerParameters
{
    /// <summary>Absolute path of the folder that holds <c>critic.json</c> and its weights; none, and the deterministic layer stands alone.</summary>
    public required string? CriticFolder { get; init; }

    public required CriticMode Mode { get; init; }

    /// <summary>ε: a command is risky above this probability of a violation, in (0, 1). None: the threshold that the critic was calibrated to.</summary>
    public required double? RiskThreshold { get; init; }

    /// <summary>A command is risky above this predicted constraint margin (relative to the limit; positive is a violation). None: the critic's own.</summary>
    public required double? FeasibilityThreshold { get; init; }

    /// <summary>A command must be risky for this long, without a break, before a reflex; ns.</summary>
    public required long TriggerNs { get; init; }

    /// <summary>A target is followed again only when its risk lies below the threshold by this share of it, and its margin by this much.</summary>
    public required double Hysteresis { get; init; }

    public required RecoveryParameters Recovery { get; init; }

    /// <summary>A compliant hold that stays risky for this long stops the robot, s.</summary>
    public required double HoldS { get; init; }

    /// <summary>Weights that are older than this are stale, s; 0 for weights that are not learned online and never age.</summary>
    public required double MaxAgeS { get; init; }

    /// <summary>How training lets the critic learn on; none, and whoever else writes its folder does, or nobody.</summary>
    public OnlineCriticParameters? Online { get; init; }
}

/// <summary>
/// How a critic learns on from the run that it watches over, between episodes. Harm is a force above the limit at a decision, or a safety stop.
/// </summary>
/// <param name="ForceLimitN">External force that counts as harm, N.</param>
/// <param name="RiskDiscount">γ_s a decision, in (0, 1).</param>
/// <param name="FalseInterventionRate">Share of the harmless steps of held-out demonstrations that may be flagged: thresholds are set anew after each
/// episode.</param>
/// <param name="UpdatesPerEpisode">Updates after each episode, half of them on what was lived through.</param>
public sealed record OnlineCriticParameters(double ForceLimitN, double RiskDiscount, double FalseInterventionRate, int UpdatesPerEpisode);

/// <summary>How the reflex recovers.</summary>
/// <param name="Kind">What is tried first.</param>
/// <param name="PathS">How much of the recent path is gone back, s of the way there.</param>
/// <param name="DurationS">How long a recovery takes, s.</param>
/// <param name="StiffnessShare">Share of the stiffness above the softest that is left during a recovery, in (0, 1].</param>
public sealed record RecoveryParameters(RecoveryKind Kind, double PathS, double DurationS, double StiffnessShare);

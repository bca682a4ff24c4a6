using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>How far a reflex has gone.</summary>
public enum ReflexState : byte
{
    /// <summary>The target in force is followed.</summary>
    Following,

    /// <summary>A recovery motion replaces it.</summary>
    Recovering,

    /// <summary>The reference rests at the pose that was measured, as soft as is allowed.</summary>
    Hold,

    /// <summary>Not even holding was calm: the robot is stopped.</summary>
    Exhausted,
}

/// <summary>Why the reflex came to the state it is in.</summary>
public enum ReflexReason : byte
{
    None,

    /// <summary>The probability of a violation was above its threshold for the trigger time.</summary>
    RiskAboveThreshold,

    /// <summary>The predicted constraint margin was.</summary>
    MarginAboveThreshold,

    /// <summary>A command was risky, and so was every recovery.</summary>
    RecoveryAlsoRisky,

    /// <summary>The recovery under way became risky.</summary>
    RiskDuringRecovery,

    /// <summary>The recovery ran to its end, and no acceptable target has come.</summary>
    RecoveryComplete,

    /// <summary>Holding stayed risky for the hold time.</summary>
    HoldNotCalm,

    /// <summary>A new target's risk lay below the threshold, hysteresis included.</summary>
    TargetAccepted,

    /// <summary>Reset motion, an operator's reset or a reference that starts anew.</summary>
    Reset,

    /// <summary>There is no critic any more: its weights grew stale.</summary>
    CriticLost,

    /// <summary>The critic answered with what is not a number.</summary>
    CriticFailed,
}

/// <summary>Which recovery is under way.</summary>
public enum RecoveryMotion : byte
{
    None,
    Learned,
    Analytic,
}

/// <summary>The reflex in one tick, as the record keeps it.</summary>
public record struct ReflexRecord
{
    public ReflexState State { get; set; }
    public ReflexReason Reason { get; set; }
    public RecoveryMotion Recovery { get; set; }

    /// <summary>How the critic stands, and which weights it has.</summary>
    public CriticStatus Critic { get; set; }
    public long CriticVersion { get; set; }

    /// <summary>
    /// Which set of weights, in the order in which the session got them, from 1; 0 for none. When they were made; the origin where they never age.
    /// </summary>
    public int CriticOffer { get; set; }
    public Stamp CriticBornAt { get; set; }

    /// <summary>What the critic says of the motion in force; not a number where it was not asked.</summary>
    public RiskEstimate Estimate { get; set; }
    public double RiskThreshold { get; set; }
    public double FeasibilityThreshold { get; set; }

    /// <summary>Reflexes so far, and changes of state so far. In shadow mode: those that there would have been.</summary>
    public int Reflexes { get; set; }
    public int Transitions { get; set; }

    /// <summary>Sets of weights refused so far.</summary>
    public int Refused { get; set; }

    /// <summary>Whether the reflex moves the robot in this tick; never in shadow mode.</summary>
    public bool IsActing { get; set; }
}

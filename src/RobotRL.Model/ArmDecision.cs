namespace RobotRL.Model;

/// <summary>
/// What happened to one arm in one decision period: what was proposed and by whom, and what passed the gate and every limit.
/// <see cref="Executed"/> is the action that learning sees.
/// </summary>
public struct ArmDecision
{
    /// <summary>The policy's own proposal, kept also while a human drives.</summary>
    public ArmAction Policy;

    /// <summary>What the arbiter passed on.</summary>
    public ArmAction Proposed;

    /// <summary>Who proposed <see cref="Proposed"/>.</summary>
    public ActionSource Source;

    /// <summary>What the gate let through, in the same units; equal to <see cref="Proposed"/> to the bit when no limit was active.</summary>
    public ArmAction Executed;

    /// <summary>Limits that were active in any control cycle of the period.</summary>
    public LimitFlags Limits;
}

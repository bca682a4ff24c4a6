using System.Runtime.CompilerServices;

namespace RobotRL.Model;

/// <summary>
/// One decision of a cell: its arms' actions side by side, in the order of its <see cref="ActionLayout"/>. Arms that the cell does not have stay zero.
/// </summary>
[InlineArray(MostArms)]
public struct PolicyAction : IEquatable<PolicyAction>
{
    /// <summary>The most arms that a cell can have.</summary>
    public const int MostArms = 2;

    private ArmAction _first;

    /// <summary>Of a cell with one arm.</summary>
    public static PolicyAction Of(in ArmAction arm) => new() { _first = arm };

    public readonly bool Equals(PolicyAction other) => ((ReadOnlySpan<ArmAction>)this).SequenceEqual(other);
    public override readonly bool Equals(object? obj) => obj is PolicyAction other && Equals(other);
    public override readonly int GetHashCode() => _first.GetHashCode();
    public static bool operator ==(in PolicyAction left, in PolicyAction right) => left.Equals(right);
    public static bool operator !=(in PolicyAction left, in PolicyAction right) => !left.Equals(right);
}

/// <summary>
/// What happened in one decision period: what was proposed and by whom, and what passed the gates and every limit.
/// <see cref="Executed"/> is the action that learning sees.
/// </summary>
public struct ExecutedAction
{
    /// <summary>The policy's own proposal, kept also while a human drives.</summary>
    public PolicyAction Policy;

    /// <summary>What the arbiter passed on.</summary>
    public PolicyAction Proposed;

    /// <summary>Who proposed <see cref="Proposed"/>.</summary>
    public ActionSource Source;

    /// <summary>What the gates let through, in the same units; equal to <see cref="Proposed"/> to the bit when no limit was active.</summary>
    public PolicyAction Executed;

    /// <summary>Limits that were active in any control cycle of the period, on any arm.</summary>
    public LimitFlags Limits;
}

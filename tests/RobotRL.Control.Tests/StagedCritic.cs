using RobotRL.Safety;

namespace RobotRL.Control.Tests;

/// <summary>Says what a test wants to hear. Its thresholds are 0.5 and 0.</summary>
internal sealed class StagedCritic(StagedCritic.Answer answer, float[]? recovery = null) : ICritic
{
    public delegate RiskEstimate Answer(ReadOnlySpan<float> features);

    public static readonly RiskEstimate Calm = new(0, -1), Risky = new(1, 1);

    public long Asked { get; private set; }
    public int Inputs => SafetyFeatures.Count;
    public long Version { get; init; } = 7;
    public double RiskThreshold => 0.5;
    public double FeasibilityThreshold => 0;
    public bool HasRecovery => recovery is not null;

    /// <summary>Risky is whatever leads further along x of the end effector than half an action.</summary>
    public static StagedCritic AgainstForward(float[]? recovery = null) => new(f => f[SafetyFeatures.ActionStart] > 0.5f ? Risky : Calm, recovery);

    public RiskEstimate Query(ReadOnlySpan<float> features)
    {
        Asked++;
        return answer(features);
    }

    public void Recover(ReadOnlySpan<float> state, Span<float> action) => recovery.CopyTo(action);
}

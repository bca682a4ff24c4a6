using RobotRL.Safety;

namespace RobotRL.Lab.Faults;

/// <summary>A critic whose answer is given.</summary>
internal sealed class ScriptedCritic : ICritic
{
    public static RiskEstimate Calm => new(0, -1);
    public static RiskEstimate Risky => new(1, 1);

    /// <summary>Its next answer.</summary>
    public RiskEstimate Answer { get; set; } = Calm;

    public int Inputs => SafetyFeatures.Count;
    public long Version => 1;
    public double RiskThreshold => 0.5;
    public double FeasibilityThreshold => 0;
    public bool HasRecovery => false;

    public RiskEstimate Query(ReadOnlySpan<float> features) => Answer;

    public void Recover(ReadOnlySpan<float> state, Span<float> action) => action.Clear();
}

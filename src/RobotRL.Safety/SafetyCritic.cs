namespace RobotRL.Safety;

/// <summary>What a critic says of a state and a proposed action.</summary>
/// <param name="Risk">Discounted probability of a violation, in [0, 1].</param>
/// <param name="Feasibility">Predicted worst constraint margin, relative to the limit; above 0 a violation.</param>
public readonly record struct RiskEstimate(float Risk, float Feasibility)
{
    public static readonly RiskEstimate Unknown = new(float.NaN, float.NaN);

    public bool IsFinite => float.IsFinite(Risk) && float.IsFinite(Feasibility);
}

/// <summary>Judges proposals for the reflex, on the control loop's thread. Allocates nothing, blocks never; may be wrong.</summary>
public interface ICritic
{
    int Inputs { get; }
    long Version { get; }
    double RiskThreshold { get; }
    double FeasibilityThreshold { get; }
    bool HasRecovery { get; }

    RiskEstimate Query(ReadOnlySpan<float> features);

    /// <summary>The recovery policy's action for the state part of the features, each component in [-1, 1]; only where <see cref="HasRecovery"/>.</summary>
    void Recover(ReadOnlySpan<float> state, Span<float> action);
}

/// <summary>
/// The learned safety critic: Q_risk (Recovery RL) and Q_h (FISOR), twins each, pessimistic. Immutable, apart from its working memory: one thread asks.
/// A set of weights becomes a critic only if shapes fit, every number is finite, and the canary batch comes out as the trainer computed it.
/// </summary>
public sealed class SafetyCritic : ICritic
{
    private const double CanaryTolerance = 1e-4;

    private readonly Perceptron _risk1, _risk2, _feasibility1, _feasibility2;
    private readonly Perceptron? _recovery;
    private readonly float[] _scratch = GC.AllocateArray<float>(2 * Perceptron.Hidden, pinned: true);
    private readonly float[] _output = new float[1];

    /// <exception cref="InvalidDataException">The weights cannot be used; the message names the tensor and what is wrong.</exception>
    public SafetyCritic(CriticWeights weights)
    {
        Inputs = weights.Inputs > 0 ? weights.Inputs : throw new InvalidDataException($"{weights.Inputs} inputs");
        (Version, RiskThreshold, FeasibilityThreshold) = (weights.Version, weights.RiskThreshold, weights.FeasibilityThreshold);
        if (RiskThreshold is not (> 0 and < 1)) throw new InvalidDataException($"risk_threshold {RiskThreshold} is not between 0 and 1");
        if (!double.IsFinite(FeasibilityThreshold)) throw new InvalidDataException("feasibility_threshold is not finite");
        _risk1 = new(weights.Risk1, "risk1", Inputs, 1);
        _risk2 = new(weights.Risk2, "risk2", Inputs, 1);
        _feasibility1 = new(weights.Feasibility1, "feasibility1", Inputs, 1);
        _feasibility2 = new(weights.Feasibility2, "feasibility2", Inputs, 1);
        if (weights.Recovery is { } recovery) _recovery = new(recovery, "recovery", weights.RecoveryInputs, weights.RecoveryOutputs);
        CheckCanary(weights.Canary);
    }

    public int Inputs { get; }
    public long Version { get; }
    public double RiskThreshold { get; }
    public double FeasibilityThreshold { get; }
    public bool HasRecovery => _recovery is not null;

    /// <summary>The larger of the twins for both heads; not a number where a network gave none.</summary>
    public RiskEstimate Query(ReadOnlySpan<float> features) => new(
        Sigmoid(MathF.Max(Output(_risk1, features), Output(_risk2, features))),
        MathF.Max(Output(_feasibility1, features), Output(_feasibility2, features)));

    public void Recover(ReadOnlySpan<float> state, Span<float> action)
    {
        _recovery!.Run(state, _scratch, action);
        for (var i = 0; i < _recovery.Outputs; i++) action[i] = MathF.Tanh(action[i]);
    }

    private float Output(Perceptron network, ReadOnlySpan<float> features)
    {
        network.Run(features, _scratch, _output);
        return _output[0];
    }

    private static float Sigmoid(float x) => 1 / (1 + MathF.Exp(-x));

    private void CheckCanary(CanaryBatch canary)
    {
        var count = canary.Risk.Length;
        if (count == 0 || canary.Feasibility.Length != count || canary.Inputs.Length != count * Inputs)
            throw new InvalidDataException($"canary batch: {canary.Inputs.Length} inputs, {count} risks and {canary.Feasibility.Length} margins do not fit");
        for (var i = 0; i < count; i++)
        {
            var (risk, feasibility) = Query(canary.Inputs.AsSpan(i * Inputs, Inputs));
            Agree("risk", risk, canary.Risk[i], 1);
            Agree("feasibility", feasibility, canary.Feasibility[i], Math.Max(1, Math.Abs(canary.Feasibility[i])));

            void Agree(string head, float here, float there, double scale)
            {
                if (!(Math.Abs(here - there) <= CanaryTolerance * scale))
                    throw new InvalidDataException($"canary batch, row {i}: {head} is {here}, the trainer computed {there}");
            }
        }
    }
}

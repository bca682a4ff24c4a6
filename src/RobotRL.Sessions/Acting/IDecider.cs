using RobotRL.Model;
using RobotRL.Policy;

namespace RobotRL.Sessions.Acting;

/// <summary>What a policy's proposal follows from, beside the observation.</summary>
/// <param name="Weights">In use.</param>
/// <param name="Noise">Where its samples come from, as it was before.</param>
/// <param name="Deterministic">Whether it takes the mean and no sample.</param>
public readonly record struct PolicyInputs(WeightSnapshot Weights, RandomState Noise, bool Deterministic);

/// <summary>Proposes an action for what is seen.</summary>
public interface IDecider
{
    /// <summary>Version of the weights in use; −1 for none.</summary>
    long Version { get; }

    /// <summary>Of the last proposal; none where there are no weights.</summary>
    PolicyInputs? Inputs => null;

    PolicyAction Decide(Observation observation);
}

/// <summary>No policy yet: it proposes to stay. Demonstrations are driven by the human alone.</summary>
internal sealed class NoPolicy : IDecider
{
    public long Version => -1;
    public PolicyAction Decide(Observation observation) => default;
}

/// <summary>The learner's newest weights, taken up between decisions.</summary>
public sealed class LearnedPolicy(
    PolicyNetwork network, ActionLayout actions, RandomStream noise, bool deterministic, WeightExchange? exchange = null) : IDecider
{
    private WeightSnapshot? _weights;

    public long Version => network.Version;

    public PolicyInputs? Inputs { get; private set; }

    public PolicyAction Decide(Observation observation)
    {
        if (exchange?.Latest is { } weights) network.Load(_weights = weights);
        Inputs = _weights is null ? null : new(_weights, noise.State, deterministic);
        return network.Act(observation, deterministic, noise, actions);
    }
}

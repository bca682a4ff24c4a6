using RobotRL.Model;
using RobotRL.Policy;

namespace RobotRL.Cli.Actor;

/// <summary>Proposes an action for what is seen.</summary>
internal interface IDecider
{
    /// <summary>Version of the weights in use; −1 for none.</summary>
    long Version { get; }

    PolicyAction Decide(Observation observation);
}

/// <summary>No policy yet: it proposes to stay. Demonstrations are driven by the human alone.</summary>
internal sealed class NoPolicy : IDecider
{
    public long Version => -1;
    public PolicyAction Decide(Observation observation) => default;
}

/// <summary>The learner's newest weights, taken up between decisions.</summary>
internal sealed class LearnedPolicy(PolicyNetwork network, ActionSpace actions, NoiseSource noise, bool deterministic, WeightExchange? exchange = null) : IDecider
{
    public long Version => network.Version;

    public PolicyAction Decide(Observation observation)
    {
        if (exchange?.Latest is { } weights) network.Load(weights);
        return network.Act(observation, deterministic, noise, actions);
    }
}

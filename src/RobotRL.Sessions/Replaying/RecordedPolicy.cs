using RobotRL.Configuration;
using RobotRL.Model;
using RobotRL.Policy;
using RobotRL.Recording.Traces;
using RobotRL.Sessions.Acting;
using RobotRL.Sessions.Runs;

namespace RobotRL.Sessions.Replaying;

/// <summary>The policy with the weights and the noise that it had at each decision.</summary>
public sealed class RecordedPolicy : IDisposable
{
    private readonly WeightVersions _versions;
    private readonly PolicyNetwork _network;
    private readonly ActionLayout _actions;
    private readonly RandomStream _noise = new(0);
    private string _loaded = "";
    private long _loads;

    public RecordedPolicy(RunConfiguration configuration, RunDirectory run)
    {
        // As many threads as the run's: sums that are split otherwise round otherwise.
        if (TorchSharp.torch.get_num_threads() != configuration.Learner.Threads) TorchSharp.torch.set_num_threads(configuration.Learner.Threads);
        (_versions, _actions) = (new(run.WeightVersions), configuration.Task.ActionLayout);
        _network = new(NetworkShape.Of(configuration.Task, configuration.Learner), Learners.Device);
    }

    /// <exception cref="InvalidDataException">The weights are not there any more, or are damaged.</exception>
    public PolicyAction Decide(Observation observation, in TracedPolicy policy)
    {
        if (policy.Sha256.Length == 0) return default;
        if (policy.Sha256 != _loaded)
        {
            _network.Load(_versions.Read(policy.Sha256, _loads++) ?? throw new InvalidDataException(
                $"the weights {policy.Sha256} that acted are not among the run's weights/versions any more; restore them"));
            _loaded = policy.Sha256;
        }
        _noise.State = policy.Noise;
        return _network.Act(observation, policy.Deterministic, _noise, _actions);
    }

    public void Dispose() => _network.Dispose();
}

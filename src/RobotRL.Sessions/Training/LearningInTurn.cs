using RobotRL.Learning;
using RobotRL.Model;
using RobotRL.Policy;

namespace RobotRL.Sessions.Training;

/// <summary>Acting and learning in turn: the same seed gives the same run, bit for bit.</summary>
internal sealed class LearningInTurn(LocalLearner local, Action<LearnerReport> reported) : ILearning
{
    private UtdGovernor? _governor;
    private LearnerLoop? _loop;

    public WeightExchange Weights => local.Weights;
    public long Steps => local.Learner.Steps;

    public void Add(EpisodeKind kind, Transition transition) => local.Buffer.Add(kind, transition);

    public void Begin(long envSteps, Action<long> pretraining, CancellationToken cancel)
    {
        _governor = local.Governor(envSteps);
        _loop = local.Loop(_governor, reported);
        _loop.Pretrain(cancel);
    }

    public void Stepped()
    {
        _governor!.EnvironmentStepped();
        _loop!.CatchUp();
    }

    public void Await(CancellationToken cancel) { }

    public void End() { }

    public void Save() => local.Save();

    public void Dispose() => local.Dispose();
}

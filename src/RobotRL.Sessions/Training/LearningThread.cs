using RobotRL.Learning;
using RobotRL.Model;
using RobotRL.Policy;

namespace RobotRL.Sessions.Training;

/// <summary>Learning on a thread beside the actor's, at the governed ratio.</summary>
internal sealed class LearningThread(LocalLearner local, Action<LearnerReport> reported) : ILearning
{
    private readonly CancellationTokenSource _stop = new();
    private UtdGovernor? _governor;
    private Thread? _thread;
    private Exception? _failure;

    public WeightExchange Weights => local.Weights;
    public long Steps => local.Learner.Steps;

    public void Add(EpisodeKind kind, Transition transition) => local.Buffer.Add(kind, transition);

    public void Begin(long envSteps, Action<long> pretraining, CancellationToken cancel)
    {
        _governor = local.Governor(envSteps);
        var loop = local.Loop(_governor, reported);
        _thread = new Thread(() => Learn(loop)) { Name = "learner" };
        _thread.Start();
        while (local.Pretrains && _thread.IsAlive && !cancel.IsCancellationRequested)
        {
            Thread.Sleep(50);
            pretraining(local.Learner.PretrainedSteps);
        }
    }

    public void Stepped() => _governor!.EnvironmentStepped();

    public void Await(CancellationToken cancel) => _governor!.WaitForLearner(cancel);

    public void End()
    {
        _governor?.Complete();
        _stop.Cancel();
        _thread?.Join();
        // The governor tells a waiting actor; one that never waited is told here.
        if (_failure is not null) throw new InvalidOperationException("The learner failed: " + _failure.Message, _failure);
    }

    public void Save() => local.Save();

    public void Dispose()
    {
        _stop.Dispose();
        local.Dispose();
    }

    private void Learn(LearnerLoop loop)
    {
        try
        {
            loop.Run(_stop.Token);
        }
        catch (OperationCanceledException)
        {
            // Asked to stop: no failure.
        }
        catch (Exception e)
        {
            _failure = e;
        }
    }
}

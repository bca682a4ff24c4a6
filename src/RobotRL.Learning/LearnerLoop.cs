using System.Diagnostics;
using RobotRL.Model;
using RobotRL.Policy;
using RobotRL.Replay;

namespace RobotRL.Learning;

/// <summary>The figures that the loop reports each time it publishes.</summary>
/// <param name="Metrics">Mean over the learner steps since the last report.</param>
/// <param name="StepsPerSecond">Wall-clock rate over the same steps, waits included.</param>
public readonly record struct LearnerReport(LearnerMetrics Metrics, double StepsPerSecond);

/// <summary>The weights are not finite any more, and no further learning mends them: the data or a learning rate is at fault.</summary>
public sealed class LearningDivergedException(long step, string what) : InvalidOperationException($"Learning diverged at learner step {step}: {what}.")
{
    /// <summary>Before an optimizer steps: a loss that is not finite would make the weights so.</summary>
    /// <exception cref="LearningDivergedException">It is not finite.</exception>
    public static void Require(TorchSharp.torch.Tensor loss, long step)
    {
        if (loss.item<float>() is var value && !float.IsFinite(value)) throw new LearningDivergedException(step, $"the loss is {value}");
    }
}

/// <summary>
/// Runs a learner against a source: pretraining, then steps as the governor allows, with publication and checkpoints at their intervals.
/// Either <see cref="Run"/> on a thread of its own, or <see cref="CatchUp"/> by the actor after each environment step, which is deterministic.
/// </summary>
public sealed class LearnerLoop
{
    private readonly ILearner _learner;
    private readonly IBatchSource _batches, _demonstrations;
    private readonly LearnerParameters _parameters;
    private readonly UtdGovernor _governor;
    private readonly WeightExchange _exchange;
    private readonly List<LearnerMetrics> _window = [];
    private long _windowStart = Stopwatch.GetTimestamp();

    /// <param name="learner">The learner; the loop does not dispose of it.</param>
    /// <param name="batches">Mixed batches for reinforcement learning.</param>
    /// <param name="demonstrations">Demonstrations alone, for pretraining.</param>
    /// <param name="parameters">Intervals and pretraining.</param>
    /// <param name="governor">The ratio of the two sides.</param>
    /// <param name="exchange">Where weights go.</param>
    public LearnerLoop(ILearner learner, IBatchSource batches, IBatchSource demonstrations, LearnerParameters parameters,
        UtdGovernor governor, WeightExchange exchange)
    {
        (_learner, _batches, _demonstrations, _parameters, _governor, _exchange) = (learner, batches, demonstrations, parameters, governor, exchange);
        _exchange.Publish(_learner.Snapshot());
    }

    /// <summary>Called on the learner's thread after each publication.</summary>
    public Action<LearnerReport>? Reported { get; init; }

    /// <summary>Called on the learner's thread when a checkpoint is due, between two steps.</summary>
    public Action<ILearner>? CheckpointDue { get; init; }

    /// <summary>Pretrains, then learns until the governor completes. A failure of the learner reaches the actor through the governor.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; the learner stands between two steps.</exception>
    public void Run(CancellationToken cancellation)
    {
        try
        {
            Pretrain(cancellation);
            while (_governor.WaitForData(cancellation))
            {
                cancellation.ThrowIfCancellationRequested();
                StepOnce();
            }
        }
        catch (Exception e)
        {
            _governor.Complete(e is OperationCanceledException ? null : e);
            throw;
        }
    }

    /// <summary>Behaviour cloning on the demonstrations, for as many of the configured steps as are still to do.</summary>
    public void Pretrain(CancellationToken cancellation = default)
    {
        while (_learner.PretrainedSteps < _parameters.PretrainSteps && _learner.Steps == 0)
        {
            cancellation.ThrowIfCancellationRequested();
            Note(_learner.Pretrain(_demonstrations));
        }
        if (_window.Count > 0) Publish();
    }

    /// <summary>All learner steps that are due; returns how many. For lockstep: same calls, same results.</summary>
    public int CatchUp()
    {
        var steps = 0;
        for (; _governor.LearnerIsDue; steps++) StepOnce();
        return steps;
    }

    /// <summary>One learner step, with publication and checkpoint where they fall due.</summary>
    public LearnerMetrics StepOnce()
    {
        var metrics = _learner.Step(_batches);
        _governor.LearnerStepped();
        Note(metrics);
        if (_learner.Steps % _parameters.CheckpointEvery == 0) CheckpointDue?.Invoke(_learner);
        return metrics;
    }

    private void Note(LearnerMetrics metrics)
    {
        if (!double.IsFinite(metrics.ActorLoss)) throw new LearningDivergedException(metrics.Step, $"the actor's loss is {metrics.ActorLoss}");
        _window.Add(metrics);
        if (metrics.Step % _parameters.PublishEvery == 0) Publish();
    }

    private void Publish()
    {
        // Weights that are not finite must not reach a robot: a gradient may be so although no loss was.
        var weights = _learner.Snapshot();
        if (!weights.IsFinite) throw new LearningDivergedException(weights.Version, "the weights are not finite");
        _exchange.Publish(weights);
        Reported?.Invoke(new(LearnerMetrics.Mean(_window), _window.Count / Stopwatch.GetElapsedTime(_windowStart).TotalSeconds));
        _window.Clear();
        _windowStart = Stopwatch.GetTimestamp();
    }
}

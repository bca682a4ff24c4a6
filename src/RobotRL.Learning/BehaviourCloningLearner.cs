using RobotRL.Model;
using RobotRL.Policy;
using RobotRL.Replay;
using static TorchSharp.torch;

namespace RobotRL.Learning;

/// <summary>
/// Behaviour cloning with the very networks and batches of <see cref="RlpdLearner"/>. On demonstrations alone it is BC; on a source that grows with
/// every correction it is HG-DAgger (Kelly et al., arXiv 1810.02890).
/// </summary>
public sealed class BehaviourCloningLearner : ILearner
{
    private const string Kind = "cloning";

    private readonly LearnerParameters _parameters;
    private readonly PolicyTraining _training;

    public BehaviourCloningLearner(NetworkShape shape, LearnerParameters parameters, ulong seed, Device? device = null)
    {
        _parameters = parameters;
        _training = new(shape, parameters, seed, device ?? CPU);
    }

    public long Steps { get; private set; }
    public long PretrainedSteps { get; private set; }

    internal PolicyTraining Training => _training;

    public LearnerMetrics Step(IBatchSource source)
    {
        var metrics = Update(source);
        Steps++;
        return metrics with { Step = PretrainedSteps + Steps };
    }

    public LearnerMetrics Pretrain(IBatchSource demonstrations)
    {
        var metrics = Update(demonstrations);
        PretrainedSteps++;
        return metrics with { Step = PretrainedSteps + Steps };
    }

    public WeightSnapshot Snapshot() => _training.Snapshot(PretrainedSteps + Steps);

    public LearnerState Save(Safetensors tensors) => _training.Save(tensors, Kind, Steps, PretrainedSteps, default);

    public void Load(Safetensors tensors, LearnerState state)
    {
        _training.Load(tensors, state, Kind);
        (Steps, PretrainedSteps) = (state.Steps, state.PretrainedSteps);
    }

    public void Dispose() => _training.Dispose();

    private LearnerMetrics Update(IBatchSource source)
    {
        var batch = _training.Batch;
        source.Sample(batch.Host);
        batch.Upload(batch.Host, _parameters.CropPadding, _training.Noise);
        using var scope = NewDisposeScope();
        var (features, _) = _training.Features(withNext: false);
        var (mean, deviation) = _training.ActorNetwork.Forward(_training.Actor.Trained, features, batch.Proprioception, deviationAlone: true);
        var loss = Cloning.ActorLoss(mean, deviation, batch.Actions, out var error);
        var metrics = new LearnerMetrics { ActorLoss = loss.item<float>(), CloningError = error.item<float>() };
        if (_training.GraspNetwork is { } grasp)
        {
            var gripper = Cloning.GripperLoss(grasp.Forward(_training.Grasp!.Trained, features, batch.Proprioception), batch.Gripper);
            metrics = metrics with { GraspLoss = gripper.item<float>() };
            loss = loss.Plus(gripper);
        }
        LearningDivergedException.Require(loss, PretrainedSteps + Steps);
        loss.backward();
        _training.Apply(_training.Encoder, _training.Actor, _training.Grasp);
        _training.MoveAverages();
        return metrics;
    }
}

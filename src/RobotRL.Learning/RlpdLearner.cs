using RobotRL.Model;
using RobotRL.Policy;
using RobotRL.Replay;
using TorchSharp;
using static TorchSharp.torch;

namespace RobotRL.Learning;

/// <summary>
/// RLPD (Ball et al., arXiv 2302.02948) as HIL-SERL runs it: soft actor-critic with an ensemble of critics on batches that mix
/// demonstrations and experience, and a discrete double-DQN critic for the gripper beside the continuous actor.
/// A learner step is <see cref="LearnerParameters.CriticUpdatesPerActorUpdate"/> − 1 critic updates and then one update of everything, each on a fresh batch.
/// </summary>
public sealed class RlpdLearner : ILearner
{
    private const string Kind = "rlpd";

    private readonly LearnerParameters _parameters;
    private readonly PolicyTraining _training;
    private readonly CriticEnsemble _critics;
    private readonly ParameterBlock _critic, _targetCritic;
    private readonly ParameterBlock? _targetGrasp;
    private readonly Temperature _temperature;
    private readonly int[] _subset;

    public RlpdLearner(NetworkShape shape, LearnerParameters parameters, ulong seed, Device? device = null)
    {
        if (parameters.EnsembleSubset < 1 || parameters.EnsembleSubset > parameters.EnsembleSize)
            throw new ArgumentException($"An ensemble of {parameters.EnsembleSize} has no subset of {parameters.EnsembleSubset}.");
        _parameters = parameters;
        _training = new(shape, parameters, seed, device ?? CPU);
        var layout = new ParameterLayout();
        _critics = new(layout, shape, parameters.EnsembleSize);
        _critic = _training.Optimized("critic", layout);
        _targetCritic = _training.Target("target.critic", _critic);
        _targetGrasp = _training.Grasp is { } grasp ? _training.Target("target.grasp", grasp) : null;
        _temperature = new(parameters.InitialTemperature, -shape.Actions * parameters.TargetEntropyScale, parameters.LearningRate);
        _subset = new int[parameters.EnsembleSubset];
    }

    public long Steps { get; private set; }
    public long PretrainedSteps { get; private set; }

    internal PolicyTraining Training => _training;
    internal CriticEnsemble Critics => _critics;
    internal ParameterBlock Critic => _critic;
    internal ParameterBlock TargetCritic => _targetCritic;
    internal ParameterBlock? TargetGrasp => _targetGrasp;
    internal Temperature Temperature => _temperature;

    public LearnerMetrics Step(IBatchSource source)
    {
        for (var i = 1; i < _parameters.CriticUpdatesPerActorUpdate; i++)
        {
            source.Sample(_training.Batch.Host);
            Update(_training.Batch.Host, full: false);
        }
        source.Sample(_training.Batch.Host);
        var metrics = Update(_training.Batch.Host, full: true);
        _training.MoveAverages();
        Steps++;
        return metrics with { Step = PretrainedSteps + Steps };
    }

    public LearnerMetrics Pretrain(IBatchSource demonstrations)
    {
        // The critics learn the value of the cloned policy meanwhile: an untrained critic would undo the cloning at once.
        var batch = _training.Batch;
        demonstrations.Sample(batch.Host);
        batch.Upload(batch.Host, _parameters.CropPadding, _training.Noise);
        using var scope = NewDisposeScope();
        var (features, next) = _training.Features(withNext: true);
        var loss = CriticLosses(features, next, out var metrics);
        var (mean, deviation) = _training.ActorNetwork.Forward(_training.Actor.Trained, features, batch.Proprioception, deviationAlone: true);
        var cloning = Cloning.ActorLoss(mean, deviation, batch.Actions, out var error);
        loss = loss.Plus(cloning);
        if (_training.GraspNetwork is { } grasp)
            loss = loss.Plus(Cloning.MarginLoss(grasp.Forward(_training.Grasp!.Trained, features, batch.Proprioception), batch.Gripper));
        LearningDivergedException.Require(loss, PretrainedSteps + Steps);
        loss.backward();
        _training.Apply(_training.Encoder, _critic, _training.Grasp, _training.Actor);
        MoveTargets();
        _training.MoveAverages();
        PretrainedSteps++;
        return metrics with { Step = PretrainedSteps + Steps, ActorLoss = cloning.item<float>(), CloningError = error.item<float>() };
    }

    /// <summary>One update on a given batch: of the critics, or (full) of critics, actor and temperature.</summary>
    public LearnerMetrics Update(Batch batch, bool full)
    {
        _training.Batch.Upload(batch, _parameters.CropPadding, _training.Noise);
        using var scope = NewDisposeScope();
        var (features, next) = _training.Features(withNext: true);
        return Update(features, next, full);
    }

    /// <summary>One update from feature maps of a frozen encoder, [B, C, H, W] a camera: the cost of the heads alone.</summary>
    public LearnerMetrics UpdateFromMaps(Batch batch, IReadOnlyList<Tensor> maps, IReadOnlyList<Tensor> nextMaps, bool full)
    {
        _training.Batch.Upload(batch, _parameters.CropPadding, _training.Noise, withImages: false);
        using var scope = NewDisposeScope();
        var (features, next) = _training.FeaturesOfMaps(maps, nextMaps);
        return Update(features, next, full);
    }

    /// <summary>The frozen encoder's maps of a batch, newly cropped: (s, s′), one tensor a camera, the caller's to dispose.</summary>
    public (Tensor[] Now, Tensor[] Next) FrozenMaps(Batch batch)
    {
        _training.Batch.Upload(batch, _parameters.CropPadding, _training.Noise);
        return _training.FrozenMaps();
    }

    public WeightSnapshot Snapshot() => _training.Snapshot(PretrainedSteps + Steps);

    public LearnerState Save(Safetensors tensors) => _training.Save(tensors, Kind, Steps, PretrainedSteps, _temperature.State);

    public void Load(Safetensors tensors, LearnerState state)
    {
        _training.Load(tensors, state, Kind);
        (Steps, PretrainedSteps, _temperature.State) = (state.Steps, state.PretrainedSteps, state.Temperature);
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        var (shape, device) = (_training.Shape, _critic.Flat.device);
        var images = _training.HasImages ? ones(1, shape.ImageFeatures, device: device) : null;
        foreach (var block in (ParameterBlock[])[_critic, _targetCritic])
        {
            var estimate = _critics.Forward(block.Frozen, images, ones(1, shape.Proprioception, device: device), ones(1, shape.Actions, device: device));
            if (!estimate.isfinite().all().item<bool>())
                throw new InvalidDataException("The critics are finite and what they estimate is not.");
        }
    }

    public void Dispose() => _training.Dispose();

    private LearnerMetrics Update(Tensor? features, Tensor? next, bool full)
    {
        // All gradients are taken at the same parameters, then all optimizers step; one backward pass serves every loss.
        var loss = CriticLosses(features, next, out var metrics);
        if (!full)
        {
            LearningDivergedException.Require(loss, PretrainedSteps + Steps);
            loss.backward();
            _training.Apply(_training.Encoder, _critic, _training.Grasp);
            MoveTargets();
            return metrics;
        }
        var (actorLoss, entropy) = ActorLoss(features?.detach());
        loss = loss.Plus(actorLoss);
        LearningDivergedException.Require(loss, PretrainedSteps + Steps);
        loss.backward();
        var entropyValue = (double)entropy.item<float>();
        _training.Apply(_training.Encoder, _critic, _training.Grasp, _training.Actor);
        _temperature.Step(entropyValue);
        MoveTargets();
        return metrics with { ActorLoss = actorLoss.item<float>(), Entropy = entropyValue, Temperature = _temperature.Value };
    }

    private void MoveTargets()
    {
        _targetCritic.MoveToward(_critic, _parameters.TargetRate);
        if (_targetGrasp is not null) _targetGrasp.MoveToward(_training.Grasp!, _parameters.TargetRate);
    }

    /// <summary>Critic and gripper losses together; their gradients reach the critics and the encoder.</summary>
    private Tensor CriticLosses(Tensor? features, Tensor? next, out LearnerMetrics metrics)
    {
        var batch = _training.Batch;
        Tensor target;
        using (no_grad()) target = CriticTarget(next);
        var q = _critics.Forward(_critic.Trained, features, batch.Proprioception, batch.Actions);
        var loss = (q - target).Squared().mean();
        metrics = new() { CriticLoss = loss.item<float>(), QMean = q.detach().mean().item<float>(), TargetMean = target.mean().item<float>() };
        if (_training.GraspNetwork is not { } network) return loss;

        Tensor graspTarget;
        using (no_grad()) graspTarget = GraspTarget(next);
        var values = network.Forward(_training.Grasp!.Trained, features, batch.Proprioception);
        var graspLoss = (values.gather(1, batch.Gripper).squeeze(1) - graspTarget).Squared().mean();
        metrics = metrics with { GraspLoss = graspLoss.item<float>() };
        if (_parameters.CloningWeight > 0) graspLoss = graspLoss.Plus(Cloning.MarginLoss(values, batch.Gripper, batch.Shown).Times(_parameters.CloningWeight));
        return loss.Plus(graspLoss);
    }

    /// <summary>y = r + γ (1 − terminated) (min_i Q̄_i(s′, a′) [− α log π(a′|s′)]), a′ ~ π(s′). A time-out is not terminated.</summary>
    internal Tensor CriticTarget(Tensor? next)
    {
        var batch = _training.Batch;
        var (mean, deviation) = _training.ActorNetwork.Forward(_training.Actor.Frozen, next, batch.NextProprioception);
        var (action, logProbability) = ActorNetwork.Sample(mean, deviation, batch.NextNoise);
        var q = _critics.Forward(_targetCritic.Frozen, next, batch.NextProprioception, action);
        if (_subset.Length < _critics.Members)
        {
            _training.Noise.FillSubset(_subset, _critics.Members);
            q = q.index_select(0, tensor(Array.ConvertAll(_subset, i => (long)i), device: q.device));
        }
        var value = q.amin([0]);
        if (_parameters.EntropyBackup) value = value.Plus(logProbability.Times(-_temperature.Value));
        return batch.Rewards.Plus(batch.NotTerminated.mul(value).Times(_parameters.Discount));
    }

    /// <summary>y = r + penalty · changed + γ (1 − terminated) Q̄(s′, argmax_g Q(s′, g)).</summary>
    internal Tensor GraspTarget(Tensor? next)
    {
        var batch = _training.Batch;
        var network = _training.GraspNetwork!;
        var best = network.Forward(_training.Grasp!.Frozen, next, batch.NextProprioception).argmax(1, keepdim: true);
        var value = network.Forward(_targetGrasp!.Frozen, next, batch.NextProprioception).gather(1, best).squeeze(1);
        return batch.Rewards.Plus(batch.GripperChanged.Times(_parameters.GripperPenalty)).Plus(batch.NotTerminated.mul(value).Times(_parameters.Discount));
    }

    /// <summary>−E[mean_i Q_i(s, a) − α log π(a|s)], and the cloning term where one is asked for; its gradient reaches the actor only.</summary>
    internal (Tensor Loss, Tensor Entropy) ActorLoss(Tensor? features)
    {
        var batch = _training.Batch;
        var (mean, deviation) = _training.ActorNetwork.Forward(_training.Actor.Trained, features, batch.Proprioception);
        var (action, logProbability) = ActorNetwork.Sample(mean, deviation, batch.Noise);
        var q = _critics.Forward(_critic.Frozen, features, batch.Proprioception, action).mean([0]);
        var loss = (logProbability.Times(_temperature.Value) - q).mean();
        if (_parameters.CloningWeight > 0) loss = loss.Plus(Cloning.MeanError(mean, batch.Actions, batch.Shown).Times(_parameters.CloningWeight));
        return (loss, logProbability.detach().mean().neg());
    }
}

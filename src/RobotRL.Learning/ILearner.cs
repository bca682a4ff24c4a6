using RobotRL.Model;
using RobotRL.Policy;
using RobotRL.Replay;

namespace RobotRL.Learning;

/// <summary>Something that turns batches into a better policy. One thread at a time.</summary>
public interface ILearner : IDisposable
{
    /// <summary>Steps done, pretraining excluded: what the governor counts.</summary>
    long Steps { get; }

    /// <summary>Pretraining steps done.</summary>
    long PretrainedSteps { get; }

    /// <summary>One learner step on batches drawn from <paramref name="source"/>.</summary>
    LearnerMetrics Step(IBatchSource source);

    /// <summary>One step of learning from demonstrations alone, before any experience.</summary>
    LearnerMetrics Pretrain(IBatchSource demonstrations);

    /// <summary>A copy of the weights that acting needs.</summary>
    WeightSnapshot Snapshot();

    /// <summary>Adds every tensor that going on needs, and returns the rest of the state.</summary>
    LearnerState Save(Safetensors tensors);

    /// <summary>Takes up a saved state; shapes and names must be this learner's exactly.</summary>
    /// <exception cref="InvalidDataException">They are not; the message names file and tensor. The learner is then of no further use.</exception>
    void Load(Safetensors tensors, LearnerState state);
}

/// <summary>The values that a learner's checkpoint holds beside its tensors.</summary>
public sealed record LearnerState
{
    /// <summary>Kind of learner: a checkpoint of another kind is refused.</summary>
    public required string Learner { get; init; }
    public required long Steps { get; init; }
    public required long PretrainedSteps { get; init; }

    /// <summary>Steps of each optimizer, by block name.</summary>
    public required IReadOnlyDictionary<string, long> OptimizerSteps { get; init; }
    public required TemperatureState Temperature { get; init; }
    public required RandomState Noise { get; init; }
}

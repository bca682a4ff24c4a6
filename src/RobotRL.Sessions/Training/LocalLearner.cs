using RobotRL.Configuration;
using RobotRL.Learning;
using RobotRL.Model;
using RobotRL.Policy;
using RobotRL.Replay;
using RobotRL.Sessions.Acting;
using RobotRL.Sessions.Runs;

namespace RobotRL.Sessions.Training;

/// <summary>A learner with its buffers in this process, from wherever its newest checkpoint stands.</summary>
internal sealed class LocalLearner : IDisposable
{
    private readonly RunDirectory _run;
    private readonly LearnerParameters _parameters;
    private readonly MixedSource _batches, _demonstrations;

    /// <param name="run">Whose checkpoints.</param>
    /// <param name="configuration">What learns.</param>
    /// <param name="log">Told of a checkpoint that is damaged.</param>
    public LocalLearner(RunDirectory run, RunConfiguration configuration, Action<string> log)
    {
        (_run, _parameters) = (run, configuration.Learner);
        var (task, seed) = (configuration.Task, run.Identity.Seed);
        Buffer = new ReplayBuffer(FrameLayout.Of(task), task.ActionLayout, _parameters.BufferCapacity, _parameters.BufferCapacity)
        {
            ReflexPenalty = (float)_parameters.ReflexPenalty,
        };
        Learner = Learners.Create(configuration, Seeds.Derive(seed, SeedUse.Learner));
        var share = _parameters.Method == LearningMethod.Rlpd ? _parameters.DemonstrationShare : 1;
        _batches = new MixedSource(Buffer, share, new RandomStream(Seeds.Derive(seed, SeedUse.Sampling)));
        _demonstrations = new MixedSource(Buffer, 1, new RandomStream(Seeds.Derive(seed, SeedUse.Demonstrations)));
        var goesOnFrom = Checkpoint.ReadNewest(
            run.Checkpoints, Learner, log, directory => SamplingState.Read(directory, _batches, _demonstrations));
        if (goesOnFrom is not { } newest) return;
        Checkpoint.SetAsideNewerThan(run.Checkpoints, newest);
        GoesOnFrom = Path.GetFileName(newest);
    }

    public ReplayBuffer Buffer { get; }
    public ILearner Learner { get; }
    public WeightExchange Weights { get; } = new();

    /// <summary>Name of the checkpoint that was taken up; null for a fresh learner.</summary>
    public string? GoesOnFrom { get; }

    /// <summary>Whether pretraining is still to be done.</summary>
    public bool Pretrains => Learner.PretrainedSteps < _parameters.PretrainSteps && Learner.Steps == 0;

    public UtdGovernor Governor(long envSteps) => new(_parameters, envSteps, Learner.Steps);

    public LearnerLoop Loop(UtdGovernor governor, Action<LearnerReport> reported) => new(Learner, _batches, _demonstrations, _parameters, governor, Weights)
    {
        Reported = reported,
        CheckpointDue = _ => Save(),
    };

    /// <summary>Told of each checkpoint's folder.</summary>
    public Action<string>? Saved { get; set; }

    /// <summary>Between two learner steps only.</summary>
    public void Save()
    {
        var checkpoint = Checkpoint.Write(_run.Checkpoints, Learner, directory => SamplingState.Write(directory, _batches, _demonstrations));
        Saved?.Invoke(checkpoint);
    }

    public void Dispose()
    {
        Learner.Dispose();
        Buffer.Dispose();
    }
}

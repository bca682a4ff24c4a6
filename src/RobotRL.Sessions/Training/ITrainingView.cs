using RobotRL.Model;

namespace RobotRL.Sessions.Training;

/// <summary>What a session is at.</summary>
public enum TrainingPhase
{
    /// <summary>Reading what is on disk.</summary>
    Starting,

    /// <summary>Demonstrations are recorded.</summary>
    Demonstrations,

    /// <summary>The learner's process is not there yet.</summary>
    AwaitingLearner,

    /// <summary>The learner learns from demonstrations; the arm holds.</summary>
    Pretraining,

    /// <summary>The policy acts and learns.</summary>
    Learning,

    /// <summary>The operator asked for a rest between two episodes.</summary>
    Paused,
}

/// <summary>The figures a person watches while a robot learns.</summary>
public sealed record TrainingStatus
{
    public required TrainingPhase Phase { get; init; }

    /// <summary>How far the phase has come, in <see cref="Goal"/>'s unit: demonstrations that succeeded, pretraining steps or environment steps.</summary>
    public long Done { get; init; }

    /// <summary>Where the phase ends; null where nothing but a success rate, a time or its operator ends it.</summary>
    public long? Goal { get; init; }

    /// <summary>Until the phase ends at the pace so far, s; success may end it sooner. NaN while unknown.</summary>
    public double RemainingS { get; init; } = double.NaN;

    /// <summary>Of this session, and of those before it, s.</summary>
    public double ElapsedS { get; init; }
    public double EarlierS { get; init; }

    public long EnvSteps { get; init; }
    public int Episodes { get; init; }

    /// <summary>Share of the newest episodes that succeeded without help, and the same after each online episode so far. NaN before the first.</summary>
    public double SuccessRate { get; init; } = double.NaN;
    public IReadOnlyList<float> SuccessHistory { get; init; } = [];

    /// <summary>Share of the newest episodes' steps that a human drove.</summary>
    public double InterventionFraction { get; init; }

    /// <summary>Mean robot time of the newest episodes, s; NaN before the first.</summary>
    public double CycleTimeS { get; init; } = double.NaN;

    public long LearnerSteps { get; init; }

    /// <summary>As the learner reported last, also from another process or an earlier session; NaN before that.</summary>
    public double CriticLoss { get; init; } = double.NaN;
    public double Entropy { get; init; } = double.NaN;

    /// <summary>How the last episode ended; empty before the first.</summary>
    public string LastEpisode { get; init; } = "";

    /// <summary>The episode under way; null between two.</summary>
    public EpisodeStatus? Episode { get; init; }
}

/// <summary>An episode under way.</summary>
/// <param name="TimeS">Since its first decision, s.</param>
/// <param name="LeftS">Until it times out, s; NaN where its operator ends it.</param>
/// <param name="ForceN">Force at the end effector, N.</param>
/// <param name="Held">Limits that altered the hand's or the policy's last action.</param>
/// <param name="Stop">What stopped the robot; none while it runs.</param>
public readonly record struct EpisodeStatus(double TimeS, double LeftS, double ForceN, LimitFlags Held, FaultCode Stop)
{
    /// <summary>The arm that the stop came from; empty where it is every arm's own.</summary>
    public string StoppedArm { get; init; } = "";
}

/// <summary>Shows a person how training goes. One thread, the actor's, reports.</summary>
public interface ITrainingView
{
    /// <summary>Runs <paramref name="body"/> under the display.</summary>
    void While(Action body);

    /// <summary>What there is to see now.</summary>
    void Report(TrainingStatus status);

    /// <summary>Something happened that a person should read, in one line.</summary>
    void Tell(string line);
}

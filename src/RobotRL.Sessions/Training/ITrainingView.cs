namespace RobotRL.Sessions.Training;

/// <summary>The figures a person watches while a robot learns.</summary>
public readonly record struct TrainingStatus(
    string Phase, int Episodes, long EnvSteps, long EnvStepGoal, double SuccessRate, double InterventionFraction, double CycleTimeS,
    long LearnerSteps, double CriticLoss, double Entropy);

/// <summary>Shows a person how training goes. One thread, the actor's, reports.</summary>
public interface ITrainingView
{
    /// <summary>Runs <paramref name="body"/> under the display.</summary>
    void While(Action body);

    /// <summary>What there is to see now.</summary>
    void Report(in TrainingStatus status, bool episodeEnded);
}

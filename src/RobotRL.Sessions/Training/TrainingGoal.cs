namespace RobotRL.Sessions.Training;

/// <summary>When training ends. Whichever comes first.</summary>
/// <param name="EnvSteps">Online environment steps, demonstrations not counted.</param>
/// <param name="UntilSuccess">Success rate without help over the newest episodes; <see cref="Never"/> where none ends it.</param>
/// <param name="SuccessWindow">How many episodes those are.</param>
/// <param name="HumanSteps">Steps that a human drove, demonstrations counted.</param>
/// <param name="WallSeconds">Seconds of this session.</param>
public sealed record TrainingGoal(long EnvSteps, double UntilSuccess, int SuccessWindow, long HumanSteps, double WallSeconds)
{
    /// <summary>A success rate that nothing reaches.</summary>
    public const double Never = 2;
}

/// <summary>What ended a training.</summary>
public enum TrainingEnd
{
    /// <summary>Its operator, or whoever asked the process to end.</summary>
    Request,
    Success,
    EnvSteps,
    HumanSteps,
    WallSeconds,
}

/// <summary>How training went: the object that <c>train --json</c> prints.</summary>
public sealed record TrainingResult(
    long EnvSteps, long DemonstrationSteps, long HumanSteps, long LearnerSteps, double WallS, double SuccessRate, double InterventionFraction, bool Finished,
        string Run)
{
    /// <summary>What ended it, where it finished.</summary>
    public string EndedBy { get; init; } = "";
}

/// <summary>What was recorded: the object that <c>record --json</c> prints.</summary>
/// <param name="Finished">Whether as many were recorded as were asked for.</param>
public sealed record RecordingResult(int Episodes, int Successes, long Steps, long HumanSteps, string Run, bool Finished = false);

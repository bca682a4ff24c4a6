using RobotRL.Model;
using RobotRL.Sensing;
using RobotRL.Teleop;

namespace RobotRL.Sessions.Runs;

/// <summary>How an episode went.</summary>
/// <param name="CycleTimeS">Robot time from the first decision to the end, s.</param>
/// <param name="LimitedSteps">Decisions during which a limit altered or stopped the motion.</param>
/// <param name="Reflexes">Times that the critic's reflex interrupted; in shadow mode, would have.</param>
/// <param name="LateDecisions">Decisions that began so late that their grid was laid anew; none in lockstep.</param>
public readonly record struct EpisodeSummary(
    EpisodeKind Kind, ulong Seed, EpisodeOutcome Outcome, int Steps, double Return, double CycleTimeS, int HumanSteps, int Interventions, int LimitedSteps,
        Fault Fault,
    int Reflexes = 0, int LateDecisions = 0)
{
    /// <summary>What became of the sensors' streams; null where nothing streams.</summary>
    public EpisodeStreams? Streams { get; init; }

    /// <summary>Age of the weights that acted, over the decisions in which any did, s.</summary>
    public double WeightsMeanAgeS { get; init; }
    public double WeightsMaxAgeS { get; init; }

    /// <summary>How an operator ended it; none where it ended by itself.</summary>
    public EpisodeVerdict Verdict { get; init; }

    /// <summary>Whether its operator ended it with neither success nor failure.</summary>
    public bool IsBrokenOff => Verdict is EpisodeVerdict.Discard or EpisodeVerdict.NewScene;

    /// <summary>The arm whose stop ended it; empty where it is every arm's own, or there was none.</summary>
    public string StoppedArm { get; init; } = "";

    /// <summary>Success without any help.</summary>
    public bool IsAutonomousSuccess => Outcome == EpisodeOutcome.Success && HumanSteps == 0;
}

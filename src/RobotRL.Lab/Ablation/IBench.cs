using RobotRL.Critic;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Lab.Ablation;

/// <summary>The outcome of one decision.</summary>
/// <param name="Executed">The action that passed limits and reflex. Learning stores this one.</param>
/// <param name="Violated">A constraint was broken; judged alike whatever protects.</param>
/// <param name="Stop">The protective stop that ended the episode without a violation; none where there was none.</param>
/// <param name="Flagged">The critic interrupted, or in shadow would have.</param>
public sealed record BenchStep(
    Observation Next, ArmAction Executed, float Reward, bool Violated, bool Success, FaultCode Stop, bool Flagged)
{
    public bool Stopped => Stop != FaultCode.None;

    public bool IsOver => Violated || Success || Stopped;
}

/// <summary>Which layers protect.</summary>
/// <param name="Limits">The deterministic envelope is that of the task; otherwise it binds nowhere.</param>
/// <param name="Critic">The learned critic with its reflex.</param>
public sealed record Protection(string Name, string Title, bool Limits, bool Critic)
{
    public static IReadOnlyList<Protection> All { get; } =
    [
        new("none", "no safety", false, false),
        new("limits", "limits only", true, false),
        new("critic", "critic only", false, true),
        new("both", "both", true, true),
    ];
}

/// <summary>A task under some protection, one decision at a time; everything follows from the episode's seed and the actions.</summary>
public interface IBench : IDisposable
{
    ActionSpace Actions { get; }
    LearnerParameters Learner { get; }
    int MaxSteps { get; }

    /// <summary>Robot time of a decision, s; NaN where a decision has none.</summary>
    double DecisionS { get; }

    Observation Begin(ulong seed);

    BenchStep Step(in ArmAction proposed);

    /// <summary>The action that the scripted expert would take now.</summary>
    ArmAction Demonstrate();

    /// <summary>Who judges from now on, where a critic protects.</summary>
    void Adopt(SafetyCritic critic);

    /// <summary>The chains that a critic learns from the episode so far.</summary>
    IReadOnlyList<HarmEpisode> Experience();
}

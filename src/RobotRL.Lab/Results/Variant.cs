using RobotRL.Sessions.Runs;

namespace RobotRL.Lab.Results;

/// <summary>One way of learning in the comparison.</summary>
/// <param name="Name">Key in files and folders.</param>
/// <param name="Title">Row of the table.</param>
/// <param name="Operator">Who corrects.</param>
/// <param name="ActsWhileLearning">Whether the policy drives during training; otherwise it learns from demonstrations alone.</param>
/// <param name="UntilSuccess">Whether it ends once it has succeeded without help long enough.</param>
/// <param name="MatchesEnvSteps">Whether it gets as many environment steps as the run with interventions of the same seed.</param>
/// <param name="MatchesHumanSteps">Whether it gets as many human steps as the run with interventions of the same seed, and stops there.</param>
/// <param name="Overrides">Configuration values that differ from the task's file.</param>
public sealed record Variant(string Name, string Title, OperatorKind Operator, bool ActsWhileLearning, bool UntilSuccess, bool MatchesEnvSteps,
    bool MatchesHumanSteps, IReadOnlyList<string> Overrides)
{
    public static readonly Variant Interventions = new(
        Name: "interventions", Title: "RLPD with interventions", Operator: OperatorKind.Scripted,
        ActsWhileLearning: true, UntilSuccess: true, MatchesEnvSteps: false, MatchesHumanSteps: false, Overrides: []);

    /// <summary>The one with interventions comes first: the others take their steps from it.</summary>
    public static IReadOnlyList<Variant> All { get; } =
    [
        Interventions,
        new(
            Name: "demonstrations", Title: "RLPD, demonstrations only", Operator: OperatorKind.None,
            ActsWhileLearning: true, UntilSuccess: false, MatchesEnvSteps: true, MatchesHumanSteps: false, Overrides: []),
        // Demonstrations until the human steps are used up; then as many cloning steps as the other arms take learner steps.
        new(
            Name: "cloning", Title: "behaviour cloning", Operator: OperatorKind.Scripted,
            ActsWhileLearning: false, UntilSuccess: false, MatchesEnvSteps: false, MatchesHumanSteps: true,
            Overrides: ["learner.method=behaviour_cloning", "operator.demonstrations=10000", "learner.pretrain_steps=5000"]),
        new(
            Name: "hg-dagger", Title: "HG-DAgger", Operator: OperatorKind.Scripted,
            ActsWhileLearning: true, UntilSuccess: true, MatchesEnvSteps: false, MatchesHumanSteps: true,
            Overrides: ["learner.method=hg_dagger", "learner.pretrain_steps=2000"]),
    ];
}

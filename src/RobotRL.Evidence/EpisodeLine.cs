using System.Globalization;
using System.Text.Json.Serialization;
using RobotRL.Episodes;
using RobotRL.Model;

namespace RobotRL.Evidence;

/// <summary>An episode in a list.</summary>
public sealed record EpisodeLine(
    int Episode, string Kind, string Outcome, bool Excluded, int Steps, double Return, int HumanSteps, int LimitedSteps,
    long FirstPolicyVersion, long LastPolicyVersion, ulong Seed, long Bytes)
{
    /// <summary>The arm whose stop ended it; null where none is named.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? StoppedArm { get; init; }

    public const string Heads = "episode  kind           outcome      steps  return  human  limited  policy version   bytes";

    public static EpisodeLine Of(Episode episode, long bytes) => new(
        Episode: episode.Info.Index, Kind: episode.Info.Kind.ToString(), Outcome: episode.Outcome.ToString(), Excluded: episode.Excluded,
        Steps: episode.Steps.Count, Return: episode.Transitions.Sum(t => t.Reward),
        HumanSteps: episode.Transitions.Count(t => t.IsIntervention),
        LimitedSteps: episode.Transitions.Count(t => t.Action.Limits != LimitFlags.None),
        FirstPolicyVersion: episode.Steps.Count == 0 ? -1 : episode.Steps[0].PolicyVersion,
        LastPolicyVersion: episode.Steps.Count == 0 ? -1 : episode.Steps[^1].PolicyVersion,
        Seed: episode.Info.Seed, Bytes: bytes)
    {
        StoppedArm = episode.StoppedArm.Length > 0 ? episode.StoppedArm : null,
    };

    public override string ToString()
    {
        var policy = LastPolicyVersion < 0 ? "–" : FirstPolicyVersion == LastPolicyVersion ? $"{LastPolicyVersion}"
            : $"{FirstPolicyVersion} to {LastPolicyVersion}";
        return string.Create(CultureInfo.InvariantCulture, $"{Episode,7}  {Kind,-13}  {Outcome,-11}  {Steps,5}  {Return,6:G3}  {HumanSteps,5}  " +
            $"{LimitedSteps,7}  {policy,-15}  {Bytes}{(StoppedArm is { } arm ? $"  stopped by the {arm} arm" : "")}{(Excluded ? "  excluded" : "")}");
    }
}

/// <summary>A step as people and scripts read it.</summary>
public sealed record StepLine(
    int Step, double TimeS, string Source, float[] Policy, float[] Proposed, float[] Executed, float[]? Impedance, string Gripper,
    string Limits, float Reward, bool Terminated, bool Truncated, string Stop, long PolicyVersion)
{
    /// <summary>Wrench beside the spring of each arm as proposed, then as executed; null where there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public float[]? Wrench { get; init; }

    /// <summary>The arm that stopped; null where none is named.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? StoppedArm { get; init; }

    public const string Heads = "step    time, s  source  proposed, executed where it differs (x y z, rx ry rz)";

    /// <param name="step">As recorded.</param>
    /// <param name="index">Its number in the episode.</param>
    /// <param name="arms">How many arms the cell has: their motions stand one after the other.</param>
    /// <param name="stoppedArm">The arm whose stop ended the episode; empty for none.</param>
    public static StepLine Of(EpisodeStep step, int index, int arms, string stoppedArm = "")
    {
        var t = step.Transition;
        return new(
            Step: index, TimeS: t.Observation.Time.Seconds, Source: t.Action.Source.ToString(),
            Policy: Motions(t.Action.Policy, arms), Proposed: Motions(t.Action.Proposed, arms), Executed: Motions(t.Action.Executed, arms),
            Impedance: ImpedanceOf(t.Action),
            Gripper: string.Join(' ', Enumerable.Range(0, arms).Select(arm => t.Action.Executed[arm].Gripper)),
            Limits: t.Action.Limits.ToString(), Reward: t.Reward, Terminated: t.Terminated, Truncated: t.Truncated,
            Stop: t.Stop.ToString(), PolicyVersion: step.PolicyVersion)
        {
            Wrench = WrenchOf(t.Action, arms),
            StoppedArm = t.Stop != FaultCode.None && stoppedArm.Length > 0 ? stoppedArm : null,
        };
    }

    public override string ToString()
    {
        var executed = Executed.SequenceEqual(Proposed) ? "" : $" → {Text(Executed)}";
        var rest = string.Join(", ", new[]
        {
            Impedance is null ? "" : $"stiffness, damping {Text(Impedance[..2])}",
            Impedance is null || Impedance.AsSpan(0, 2).SequenceEqual(Impedance.AsSpan(2)) ? "" : $"executed {Text(Impedance[2..])}",
            Wrench is null ? "" : $"wrench {Text(Wrench[..(Wrench.Length / 2)])}",
            Wrench is null || Wrench.AsSpan(0, Wrench.Length / 2).SequenceEqual(Wrench.AsSpan(Wrench.Length / 2)) ? ""
                : $"exerted {Text(Wrench[(Wrench.Length / 2)..])}",
            Gripper.Split(' ').All(g => g == nameof(GripperCommand.Stay)) ? "" : $"gripper {Gripper}",
            Limits == nameof(LimitFlags.None) ? "" : $"limits {Limits}",
            Reward == 0 ? "" : $"reward {Reward.ToString(CultureInfo.InvariantCulture)}", Terminated ? "terminated" : Truncated ? "truncated" : "",
            Stop == nameof(FaultCode.None) ? "" : $"stopped by {Stop}{(StoppedArm is { } arm ? $" of the {arm} arm" : "")}",
        }.Where(t => t.Length > 0));
        return string.Create(CultureInfo.InvariantCulture, $"{Step,4}  {TimeS,9:F3}  {Source,-6}  {Text(Proposed)}{executed}  {rest}");
    }

    /// <summary>Stiffness and damping as proposed, then as executed; null where the policy chooses neither.</summary>
    private static float[]? ImpedanceOf(in ExecutedAction action)
    {
        float[] impedance = [action.Proposed[0].Stiffness, action.Proposed[0].Damping, action.Executed[0].Stiffness, action.Executed[0].Damping];
        return impedance.AsSpan().ContainsAnyExcept(0f) ? impedance : null;
    }

    private static float[]? WrenchOf(ExecutedAction action, int arms)
    {
        float[] wrench = [.. Of(action.Proposed), .. Of(action.Executed)];
        return wrench.AsSpan().ContainsAnyExcept(0f) ? wrench : null;

        IEnumerable<float> Of(PolicyAction of) => Enumerable.Range(0, arms).SelectMany(arm => Axes(of[arm].Wrench));
    }

    private static float[] Axes(in NormalizedTwist axes) => [.. axes];

    private static float[] Motions(PolicyAction action, int arms) => [.. Enumerable.Range(0, arms).SelectMany(arm => Motion(action[arm]))];

    private static float[] Motion(in ArmAction arm) => [.. arm.Motion];

    private static string Text(float[] motion) => string.Join(' ', motion.Select(x => x.ToString("F2", CultureInfo.InvariantCulture)));
}

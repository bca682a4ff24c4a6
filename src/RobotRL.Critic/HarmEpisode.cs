namespace RobotRL.Critic;

/// <summary>The features that the critic would have seen along one episode, and how the episode ended.</summary>
/// <param name="Steps">Features with the executed action, and the worst constraint margin of the period.</param>
/// <param name="Violated">The last step broke a constraint.</param>
/// <param name="IsDemonstration">An ordinary attempt at the task, by an unsteady hand. False interventions are counted on these.</param>
/// <param name="IsOver">Nothing follows the last step: the task was done. Otherwise the log merely ends there.</param>
public sealed record HarmEpisode(IReadOnlyList<(float[] Features, float Margin)> Steps, bool Violated, bool IsOver, bool IsDemonstration = false)
{
    /// <summary>As the critic learns from it. A last step whose successor nobody saw teaches nothing.</summary>
    public IEnumerable<SafetyTransition> Transitions()
    {
        for (var i = 0; i < Steps.Count; i++)
        {
            var isLast = i == Steps.Count - 1;
            if (isLast && !Violated && !IsOver) yield break;
            yield return new(Steps[i].Features, Steps[i].Margin, isLast && Violated, isLast ? null : Steps[i + 1].Features);
        }
    }
}

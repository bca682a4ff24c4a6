namespace RobotRL.Critic;

/// <summary>The critic's answer at one step of a held-out episode, and whether harm followed within the horizon.</summary>
public readonly record struct ScoredStep(double Risk, double Feasibility, bool HarmAhead);

/// <summary>Thresholds and their effect on held-out data.</summary>
/// <param name="Risk">ε of the risk head.</param>
/// <param name="Feasibility">ε of the feasibility head.</param>
/// <param name="FalseInterventionRate">Share of harmless steps that either head flags.</param>
/// <param name="DetectionRate">Share of the steps before harm that either head flags.</param>
public sealed record SafetyThresholds(double Risk, double Feasibility, double FalseInterventionRate, double DetectionRate);

/// <summary>Sets the thresholds so that no more than a stated share of harmless steps is stopped.</summary>
public static class SafetyCalibration
{
    /// <summary>
    /// Each head gets half of the allowed share; where both flag the same steps the sum is smaller. A threshold never falls below its floor:
    /// a critic that is sure of itself on its own data meets other data on the robot.
    /// </summary>
    public static SafetyThresholds Calibrate(
        IReadOnlyList<ScoredStep> heldOut, double falseInterventionRate, double riskFloor = 0.05, double feasibilityFloor = 0)
    {
        var harmless = heldOut.Where(s => !s.HarmAhead).ToArray();
        if (harmless.Length == 0) throw new ArgumentException("No held-out step is harmless: there is nothing to calibrate on.", nameof(heldOut));
        double Threshold(Func<ScoredStep, double> of, double floor)
        {
            var values = harmless.Select(of).Order().ToArray();
            // Strictly above the threshold is flagged: this one leaves at most the allowed number above it.
            return Math.Max(floor, values[values.Length - 1 - (int)(falseInterventionRate / 2 * values.Length)]);
        }
        return Judge(heldOut, Threshold(s => s.Risk, riskFloor), Threshold(s => s.Feasibility, feasibilityFloor));
    }

    /// <summary>The effect of given thresholds on given steps; NaN where there is no step of the kind.</summary>
    public static SafetyThresholds Judge(IReadOnlyList<ScoredStep> steps, double risk, double feasibility)
    {
        double Share(bool harmAhead) => steps.Where(s => s.HarmAhead == harmAhead)
            .Select(s => s.Risk > risk || s.Feasibility > feasibility ? 1.0 : 0).DefaultIfEmpty(double.NaN).Average();
        return new(risk, feasibility, Share(false), Share(true));
    }

    /// <summary>Marks the steps of one episode after which harm follows within the horizon.</summary>
    /// <param name="answers">The critic's answers, in order.</param>
    /// <param name="violatedAtEnd">Whether the last step broke a constraint.</param>
    /// <param name="horizon">Steps, the harmful one counted.</param>
    public static IEnumerable<ScoredStep> Score(IReadOnlyList<(float Risk, float Feasibility)> answers, bool violatedAtEnd, int horizon) =>
        answers.Select((a, i) => new ScoredStep(a.Risk, a.Feasibility, violatedAtEnd && answers.Count - i <= horizon));
}

namespace RobotRL.Critic;

/// <summary>How pretraining went: the object that <c>safety pretrain --json</c> prints.</summary>
/// <param name="Violations">Transitions that end in a violation.</param>
/// <param name="FalseInterventionRate">Share of the harmless steps of held-out demonstrations that are flagged.</param>
/// <param name="DetectionRate">Share of the held-out steps before harm, within the horizon, that are flagged.</param>
public sealed record PretrainingResult(
    string Task, int Episodes, int Transitions, int Violations, int HeldOutSteps, int Horizon, double RiskThreshold, double FeasibilityThreshold,
    double TargetFalseInterventionRate, double FalseInterventionRate, double DetectionRate, double RiskLoss, double FeasibilityLoss,
    double RecoveryRisk, double WallS, string Out);

/// <summary>Offline training of a safety critic on episodes of harm, and calibration on those that it did not see.</summary>
public static class CriticPretraining
{
    public static PretrainingResult Run(
        string task, SafetyFeatureLayout features, SafetyCriticParameters parameters, IReadOnlyList<HarmEpisode> episodes, int steps,
        CalibrationGoal goal, ulong seed, string folder, string trainedOn, CancellationToken cancel)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var buffer = new SafetyBuffer(1_000_000);
        var (learned, heldOut) = HarmLog.Split(episodes);
        foreach (var transition in learned.SelectMany(e => e.Transitions())) buffer.Add(transition);
        using var learner = new SafetyCriticLearner(features, parameters, seed);
        SafetyMetrics metrics = default;
        for (var step = 1; step <= steps && !cancel.IsCancellationRequested; step++)
        {
            metrics = learner.Step(buffer);
            if (step % 1000 == 0 || step == steps)
                Console.Error.WriteLine($"{task}: step {step} of {steps}, risk loss {metrics.RiskLoss:F4}, "
                    + $"feasibility loss {metrics.FeasibilityLoss:F4}, recovery's risk {metrics.RecoveryRisk:F3}");
        }
        var thresholds = Calibrate(heldOut, learner.Query, goal);
        cancel.ThrowIfCancellationRequested();
        Directory.CreateDirectory(folder);
        HarmLog.Write(folder, episodes);
        SafetyWeightsFile.WriteLearner(folder, learner);
        SafetyWeightsFile.Write(folder, learner, thresholds, trainedOn, DateTimeOffset.UtcNow);
        return new(task, episodes.Count, buffer.Count, buffer.Violations, heldOut.Sum(e => e.Steps.Count), goal.Horizon, thresholds.Risk,
            thresholds.Feasibility, goal.FalseInterventionRate,
            thresholds.FalseInterventionRate, thresholds.DetectionRate, metrics.RiskLoss, metrics.FeasibilityLoss, metrics.RecoveryRisk,
            clock.Elapsed.TotalSeconds, folder);
    }

    /// <summary>
    /// Sets the thresholds on episodes that the critic has not learned from. The rate of false interventions is taken from the demonstrations among them, which
    /// are ordinary attempts at the task. The rate of detection is taken from all of them.
    /// </summary>
    public static SafetyThresholds Calibrate(
        IReadOnlyList<HarmEpisode> heldOut, Func<IReadOnlyList<float[]>, (float Risk, float Feasibility)[]> query, CalibrationGoal goal)
    {
        ScoredStep[] Score(IEnumerable<HarmEpisode> episodes) =>
            [.. episodes.SelectMany(e => SafetyCalibration.Score(query([.. e.Steps.Select(s => s.Features)]), e.Violated, goal.Horizon))];
        var ordinary = Score(heldOut.Where(e => e.IsDemonstration));
        var thresholds = SafetyCalibration.Calibrate(ordinary.Length > 0 ? ordinary : Score(heldOut), goal.FalseInterventionRate,
            goal.RiskFloor, goal.FeasibilityFloor);
        return thresholds with { DetectionRate = SafetyCalibration.Judge(Score(heldOut), thresholds.Risk, thresholds.Feasibility).DetectionRate };
    }
}

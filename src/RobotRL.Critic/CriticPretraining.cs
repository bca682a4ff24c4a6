namespace RobotRL.Critic;

/// <summary>How pretraining went: the object that <c>safety pretrain --json</c> prints.</summary>
/// <param name="Violations">Transitions that end in a violation.</param>
/// <param name="FalseInterventionRate">Share of the harmless steps of held-out demonstrations that are flagged.</param>
/// <param name="DetectionRate">Share of the held-out steps before harm, within the horizon, that are flagged.</param>
public sealed record PretrainingResult(
    string Task, int Episodes, int Transitions, int Violations, int HeldOutSteps, int Horizon, double RiskThreshold, double FeasibilityThreshold,
    double TargetFalseInterventionRate, double FalseInterventionRate, double DetectionRate, double RiskLoss, double FeasibilityLoss,
    double RecoveryRisk, double WallS, string Out);

/// <summary>What is trained, and where it goes.</summary>
public sealed record CriticOrder
{
    /// <summary>Name of the task, for people.</summary>
    public required string Task { get; init; }

    public required SafetyFeatureLayout Features { get; init; }
    public required SafetyCriticParameters Parameters { get; init; }

    /// <summary>Updates of the networks.</summary>
    public required int Steps { get; init; }

    public required CalibrationGoal Goal { get; init; }
    public required ulong Seed { get; init; }

    /// <summary>Folder of the critic; made where there is none.</summary>
    public required string Folder { get; init; }

    /// <summary>What it learns from, for people.</summary>
    public required string TrainedOn { get; init; }
}

/// <summary>Offline training of a safety critic on episodes of harm, and calibration on those that it did not see.</summary>
public static class CriticPretraining
{
    public static PretrainingResult Run(CriticOrder order, IReadOnlyList<HarmEpisode> episodes, CancellationToken cancel)
    {
        var (task, steps, goal, folder) = (order.Task, order.Steps, order.Goal, order.Folder);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var buffer = new SafetyBuffer(1_000_000);
        var (learned, heldOut) = HarmLog.Split(episodes);
        foreach (var transition in learned.SelectMany(e => e.Transitions())) buffer.Add(transition);
        using var learner = new SafetyCriticLearner(order.Features, order.Parameters, order.Seed);
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
        SafetyWeightsFile.Write(folder, learner, thresholds, order.TrainedOn, DateTimeOffset.UtcNow);
        return new(
            Task: task, Episodes: episodes.Count, Transitions: buffer.Count, Violations: buffer.Violations,
            HeldOutSteps: heldOut.Sum(e => e.Steps.Count), Horizon: goal.Horizon,
            RiskThreshold: thresholds.Risk, FeasibilityThreshold: thresholds.Feasibility,
            TargetFalseInterventionRate: goal.FalseInterventionRate, FalseInterventionRate: thresholds.FalseInterventionRate,
            DetectionRate: thresholds.DetectionRate,
            RiskLoss: metrics.RiskLoss, FeasibilityLoss: metrics.FeasibilityLoss, RecoveryRisk: metrics.RecoveryRisk,
            WallS: clock.Elapsed.TotalSeconds, Out: folder);
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

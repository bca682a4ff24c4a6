using RobotRL.Audit;
using RobotRL.Configuration;
using RobotRL.Learning;
using RobotRL.Policy;
using RobotRL.Sessions.Acting;
using RobotRL.Sessions.Auditing;
using RobotRL.Sessions.Evaluation;
using RobotRL.Sessions.Runs;

namespace RobotRL.Cells;

/// <summary>How a policy is to be tried.</summary>
/// <param name="Episodes">How often.</param>
/// <param name="Seed">Of the episodes.</param>
public sealed record EvaluationOrder(int Episodes, ulong Seed)
{
    public Pace Pace { get; init; } = Pace.Lockstep;

    /// <summary>In real time: of a running control process; null to start one.</summary>
    public string? Channel { get; init; }

    /// <summary>File of another cell than the one that the run was trained in; null for that one.</summary>
    public string? Cell { get; init; }

    /// <summary>Values that differ from the run's, by their dotted keys.</summary>
    public IReadOnlyList<(string Key, string Value)> Overrides { get; init; } = [];

    /// <summary>Who answers for it.</summary>
    public OperatorInCharge InCharge { get; init; } = OperatorInCharge.Watching(null, null);
}

/// <summary>The composition root of an evaluation: cell → newest checkpoint → audit log → episodes without help.</summary>
public static class EvaluationRoot
{
    public static EvaluationResult Run(RunDirectory run, EvaluationOrder order, CancellationToken cancel)
    {
        var configuration = RunConfiguration.Load(run.ConfigPath, order.Overrides, order.Cell);
        using var cell = CellRoot.Open(configuration, new(order.Pace, order.Channel, run.Events));
        var (weights, checkpoint) = Weights(run, configuration);
        foreach (var remark in configuration.Remarks) Console.Error.WriteLine(remark);

        var told = new { order.Episodes, order.Seed, Pace = order.Pace.ToString(), Checkpoint = checkpoint, weights.Version };
        var actor = AuditActor.Here(order.InCharge.Name, order.InCharge.Role, "eval");
        using var audit = new AuditTrail(
            SessionAudit.Open(run, configuration, actor, told), configuration, cell.Control, [.. cell.Arms.Select(arm => arm.Records)]);
        return audit.Around(() => DiskFault.Stops(cell, audit, () =>
        {
            using OutstandingStop stop = new(cell.Control, run.OutstandingStop);
            StreamsSeen streams = new();
            var result = Evaluator.Run(cell, weights, order.Episodes, order.Seed, new(summary => streams.Add(summary), audit, stop), cancel);
            if (streams.Text is { } line) Console.Error.WriteLine(line);
            audit.Policies.Evaluated(checkpoint, weights, result);
            return result;
        }));
    }

    private static (WeightSnapshot Weights, string Checkpoint) Weights(RunDirectory run, RunConfiguration configuration)
    {
        using var learner = Learners.Create(configuration, 0);
        var newest = Checkpoint.ReadNewest(run.Checkpoints, learner, Console.Error.WriteLine)
            ?? throw new BadInputException($"{run.Path}: the run has no checkpoint yet; train longer");
        return (learner.Snapshot(), Path.GetFileName(newest));
    }
}

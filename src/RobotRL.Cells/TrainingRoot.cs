using RobotRL.Audit;
using RobotRL.Model;
using RobotRL.Policy;
using RobotRL.Sessions.Acting;
using RobotRL.Sessions.Auditing;
using RobotRL.Sessions.Processes;
using RobotRL.Sessions.Runs;
using RobotRL.Sessions.Training;

namespace RobotRL.Cells;

/// <summary>
/// The composition root of a session that trains or records: cell → operator → run → audit log → session. All that can be refused is built before
/// anything is written.
/// </summary>
public static class TrainingRoot
{
    public static TrainingResult Train(TrainingOrder order, CancellationToken cancel) => InSession(order, session => session.Run(order.Learner, cancel));

    /// <summary>Records so many demonstrations.</summary>
    public static RecordingResult Record(TrainingOrder order, int episodes, CancellationToken cancel) =>
        InSession(order, session => session.Record(episodes, cancel));

    private static T InSession<T>(TrainingOrder order, Func<TrainingSession, T> body)
    {
        var (configuration, inCharge) = (order.Configuration, order.InCharge);
        Operators.Require(order);
        RunFile.RefuseLinks(order.Folder);
        if (configuration.Learner.EncoderWeightsPath is { } weights) using (new ResNet10(weights, TorchSharp.torch.CPU)) { }

        var events = Path.GetFullPath(Path.Combine(order.Folder, RunDirectory.EventsName));
        using var cell = CellRoot.Open(configuration, new(order.Pace, order.Channel, events) { Placement = order.Placement, Lens = order.Lens });
        OutstandingStop? outstanding = null;
        using var operators = Operators.Open(order, cell, () => outstanding?.Ask());

        var run = RunDirectory.OpenOrCreate(order.Folder, order.Identity, configuration);
        using var recording = RunLock.Recording(run);
        using var metrics = new MetricsLog(run.Path);
        var actor = AuditActor.Here(inCharge.Name, inCharge.Role, order.Goal.EnvSteps == 0 ? "record" : "train");
        var told = new { Operator = order.Operator.ToString(), Pace = order.Pace.ToString(), order.Identity.Deterministic, order.Goal, operators.Device };
        using var audit = new AuditTrail(
            SessionAudit.Open(run, configuration, actor, told), configuration, cell.Control, [.. cell.Arms.Select(arm => arm.Records)]);
        using var stop = outstanding = new(cell.Control, run.OutstandingStop);

        var session = new TrainingSession(run, cell, operators.Operator, audit, order.View(operators.Shown), order.Goal)
        {
            Metrics = metrics,
            Log = Console.Error.WriteLine,
            Receipts = order.Receipts,
            InCharge = inCharge,
            Stop = stop,
            LearnerCpus = order.Placement.LearnerCpus,
        };
        return audit.Around(() => DiskFault.Stops(cell, audit, () => body(session)));
    }
}

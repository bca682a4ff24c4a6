using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Recording.Traces;
using RobotRL.Safety;

namespace RobotRL.Sessions.Replaying;

/// <summary>
/// The control loop on recorded inputs: the cycle with its gate, impedance law and reflex, as it runs on a robot. Tick by tick it gets what was
/// measured, asked and offered then.
/// </summary>
public sealed class RecordedLoop : IControlPort, IDisposable
{
    private readonly RecordedRobot _robot;
    private readonly ControlCycle _cycle;
    private readonly RecordedCritics _critics;
    private readonly ulong[] _row = new ulong[TickColumns.Count];
    private DecisionTrace? _trace;
    private ControlRecord _ofNext;
    private CartesianTarget _proposed;
    private long _proposals;
    private int _next, _target;

    /// <param name="robot">The description with the limits to hold.</param>
    /// <param name="endEffectorInFlange">X_FE.</param>
    /// <param name="reflex">As configured; null for none.</param>
    /// <param name="critics">Those that it asks.</param>
    /// <param name="beside">The other arm of the cell; null for none.</param>
    public RecordedLoop(RobotDescription robot, Pose endEffectorInFlange, Reflex? reflex, RecordedCritics critics, ArmBeside? beside = null)
    {
        _robot = new(robot);
        _cycle = new(_robot, _robot, endEffectorInFlange, recordsKept: 1, new() { Reflex = reflex, Beside = beside });
        _critics = critics;
    }

    public RobotDescription Description => _cycle.Description;
    public LatestCell<ControlRecord> Latest => _cycle.Latest;

    /// <summary>What is proposed here is compared with what was; the loop gets what was.</summary>
    public LatestCell<CartesianTarget> Targets { get; } = new();
    public LatestCell<Heartbeat> Heartbeats { get; } = new();

    /// <summary>Called after each tick with its row as recorded and as replayed.</summary>
    public Action<int, ulong[]>? Ticked { get; set; }

    /// <summary>The newest tick.</summary>
    public ref readonly ControlRecord Record => ref _cycle.Records[0];

    /// <summary>The tick that the state of the decision's next observation is of.</summary>
    public ref readonly ControlRecord OfNextObservation => ref _ofNext;

    /// <summary>A decision's recorded ticks are to come, and with an episode's first decision its way to the start pose.</summary>
    public void Begin(DecisionTrace trace)
    {
        (_trace, _next, _target) = (trace, 0, 0);
        _critics.Learn(trace.Critics);
        if (trace.Before is { } before)
        {
            _critics.Offer(before.Reflex.CriticOffer, 0, before.Reflex.Refused);
            _cycle.Resume(before);
        }
        if (trace.NextRows == 0) _ofNext = Record;
    }

    /// <summary>Lets the recorded ticks pass up to a row.</summary>
    public void RunTo(int row)
    {
        while (_next < row) Tick();
    }

    /// <summary>The target that was proposed here since the last one, if any.</summary>
    public bool TryTakeProposed(out CartesianTarget target)
    {
        var isNew = Targets.TryRead(ref _proposed, ref _proposals);
        target = _proposed;
        return isNew;
    }

    /// <summary>The target that the decision's ticks got first; null where none came.</summary>
    public CartesianTarget? RecordedTarget
    {
        get
        {
            foreach (var (row, target) in _trace!.Targets)
                if (row >= _trace.LeadRows) return target;
            return null;
        }
    }

    /// <summary>Lets the recorded ticks of the decision pass, however many they were until its executed action was read.</summary>
    public void Advance(int ticks) => RunTo(_trace!.ExecutedRows);

    public void RequestReset() => throw Refused();
    public void RequestAutomaticReset() => throw Refused();
    public void RequestStop(FaultCode cause) => throw Refused();
    public void RequestRebase() => throw Refused();
    public bool TryChangeLimits(SafetyLimits limits) => false;

    public void Dispose() => _robot.Dispose();

    private void Tick()
    {
        var (now, state, inputs, offer, born) = TickColumns.Inputs(_trace!.Row(_next));
        _robot.Show(now, state, inputs.IsNewState, inputs.BehindNs);
        if (inputs.HasTarget) _cycle.Targets.Publish(_trace.Targets[_target++].Target);
        _cycle.Heartbeats.Publish(inputs.Heartbeat);
        if (inputs.IsAutomaticResetAsked) _cycle.RequestAutomaticReset();
        if (inputs.IsResetAsked) _cycle.RequestReset();
        if (inputs.IsRebaseAsked) _cycle.RequestRebase();
        _cycle.RequestStops(inputs.Stops);
        for (var i = 0; i < inputs.LimitChangesAsked; i++) _cycle.TryChangeLimits(Description.Limits);
        _critics.Offer(offer, now.Since(born), inputs.RefusedWeights);
        _cycle.ShowOther(_trace.Other(_next));
        _cycle.Run(1);
        TickColumns.Write(Record, _row);
        Ticked?.Invoke(_next, _row);
        if (++_next == _trace.NextRows) _ofNext = Record;
    }

    private static InvalidOperationException Refused() => new("What was asked of a recorded loop is recorded: nothing can be added.");
}

using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control;

/// <summary>What a control cycle may be given beside robot and time.</summary>
public sealed record CycleParts
{
    /// <summary>Where commands come from and records go; null for this process's own. What was asked for there before is void.</summary>
    public ControlCells? Cells { get; init; }

    /// <summary>Replaces what a learned critic finds risky; without one the deterministic layer stands alone.</summary>
    public Reflex? Reflex { get; init; }

    /// <summary>Where records are kept; null for a ring of this process's own.</summary>
    public ControlRing? Records { get; init; }

    /// <summary>The other arm of the cell, whose postures a <see cref="CycleGroup"/> shows; null for none.</summary>
    public ArmBeside? Beside { get; init; }
}

/// <summary>
/// The control loop: read, gate the inputs, move the reference, gate it, impedance (of a robot that takes torques), seal, write, record. A tick allocates
/// nothing, takes no lock
/// and never waits for anyone: proposals and signs of life come in, records go out, through latest-value cells.
/// </summary>
public sealed class ControlCycle : IControlPort
{
    private readonly IRobot _robot;
    private readonly IPacer _pacer;
    private readonly ArmKinematics _arm;
    private readonly ReflexGate _gate;
    private readonly ReferenceGenerator _generator;
    private readonly ImpedanceLaw _law;
    private readonly Reflex? _reflex;
    private readonly ControlCells _cells;

    private RobotState _state;
    private CartesianTarget _target;
    private Heartbeat _heartbeat;
    private long _targetsSeen, _beatsSeen;
    private ControlRequests _seen;
    private long _latenessNs, _overruns;
    private bool _restart = true, _isEven, _refusesAutomaticResets;
    private Stamp _even;
    private ControlRecord _record;

    /// <param name="robot">The arm.</param>
    /// <param name="pacer">Its time.</param>
    /// <param name="endEffectorInFlange">X_FE: the point that is controlled.</param>
    /// <param name="recordsKept">Length of the record ring, ticks; the default is 20 s at 1 kHz.</param>
    /// <param name="parts">What else it is made of; null for a cycle that stands alone.</param>
    /// <exception cref="ForeignCommandException">The robot takes another kind of command than its description says.</exception>
    public ControlCycle(IRobot robot, IPacer pacer, Pose endEffectorInFlange, int recordsKept = 20_000, CycleParts? parts = null)
    {
        parts ??= new();
        (_robot, _pacer, _cells, _reflex) = (robot, pacer, parts.Cells ?? new(), parts.Reflex);
        (_seen, _targetsSeen, _beatsSeen) = (_cells.Requests, Targets.Published, Heartbeats.Published);
        _cells.TakeStops();
        Description = robot.Description;
        if (robot.Takes != Description.Command) throw new ForeignCommandException(robot.Takes, Description.Command);
        _arm = new(Description, endEffectorInFlange);
        _gate = new(Description, _arm, parts.Beside);
        _generator = new(Description.ControlPeriodNs);
        _law = new(Description, Description.ControlPeriodNs * 1e-9);
        Records = parts.Records ?? new(recordsKept);
    }

    public RobotDescription Description { get; }

    public LatestCell<CartesianTarget> Targets => _cells.Targets;

    public LatestCell<Heartbeat> Heartbeats => _cells.Heartbeats;

    public LatestCell<ControlRecord> Latest => _cells.Latest;

    public ControlRing Records { get; }

    /// <summary>
    /// The newest tick, as the loop knows it itself: what lies in the ring others may have written to. For the loop's own thread, or once it stands.
    /// </summary>
    public ref readonly ControlRecord Newest => ref _record;

    public void RequestReset() => _cells.RequestReset();

    public void RequestAutomaticReset() => _cells.RequestAutomaticReset();

    public void RequestStop(FaultCode cause) => _cells.RequestStop(cause);

    /// <summary>For several causes at once.</summary>
    public void RequestStops(FaultSet causes) => _cells.RequestStops(causes);

    /// <summary>Stops the robot, and again after each reset, until the cause is over. From any thread.</summary>
    public void HoldStop(FaultCode cause) => _cells.HoldStop(cause);

    /// <summary>A cause that was held is over; what it stopped waits for its reset.</summary>
    public void ReleaseStop(FaultCode cause) => _cells.ReleaseStop(cause);

    public void RequestRebase() => _cells.RequestRebase();

    public bool TryChangeLimits(SafetyLimits limits) => _cells.RefuseLimitChange();

    public void Run(int ticks)
    {
        try
        {
            for (var i = 0; i < ticks; i++)
            {
                Tick();
                Wait();
            }
        }
        catch (Exception e)
        {
            Abandon(e);
            throw;
        }
    }

    /// <inheritdoc/>
    public void Advance(int ticks) => Run(ticks);

    /// <summary>
    /// Has a cycle that has not run yet go on behind a recorded tick. The next tick must start the reference anew, as the recorded one did; from then on
    /// the same inputs make the same decisions.
    /// </summary>
    /// <param name="before">The tick before.</param>
    /// <exception cref="InvalidOperationException">The cycle runs already.</exception>
    public void Resume(in ControlRecord before)
    {
        if (_record.Tick != 0) throw new InvalidOperationException("Only a cycle that has not run yet can go on behind another one's tick.");
        _gate.Resume(new(before.Stiffness, before.TorqueNm, before.Grip, before.Target, before.Tick, before.RefusedLimitChanges)
        {
            SetPoint = before.Sent.SetPoint,
        });
        _reflex?.Resume(before.Reflex);
        (_record, _state, _target, _heartbeat) = (before, before.Measured, before.Inputs.Target, before.Inputs.Heartbeat);
    }

    /// <summary>Runs until cancelled, and ends.</summary>
    public void Run(CancellationToken until)
    {
        while (!until.IsCancellationRequested) Run(1);
        End(FaultCode.OperatorStop);
    }

    /// <summary>Nobody runs the loop any more: the robot's last command removes its power, and the last record says so.</summary>
    /// <param name="cause">Why.</param>
    public void End(FaultCode cause)
    {
        var command = _gate.SealLast(cause);
        _robot.Write(command);
        _record.Inputs.Stops = FaultSet.Of(cause);
        Record(_record.Time, default, command, LimitFlags.None);
    }

    /// <summary>The loop ends by an exception.</summary>
    /// <exception cref="AggregateException">And so did its last command.</exception>
    public void Abandon(Exception because)
    {
        try
        {
            End(FaultCode.LoopEnded);
        }
        catch (Exception e)
        {
            throw new AggregateException("The control loop failed, and so did its last command.", because, e);
        }
    }

    /// <summary>Shows the cycle where the arm beside its own is, for the coming ticks.</summary>
    public void ShowOther(in OtherPosture other) => _record.Inputs.Other = other;

    /// <summary>
    /// Whether the other arm waits for its operator: this one is then no scene's to clear either. What is refused is not recorded as asked for.
    /// </summary>
    internal void RefuseAutomaticResets(bool refuses) => _refusesAutomaticResets = refuses;

    /// <summary>Ends the period: returns at the beginning of the next.</summary>
    internal void Wait() => _pacer.Next();

    /// <summary>One tick, without the wait.</summary>
    internal void Tick()
    {
        var now = _pacer.Now;
        (_latenessNs, _overruns) = (_pacer.LatenessNs, _pacer.Overruns);
        var isNew = _robot.TryRead(ref _state);
        // Without a sensor nobody is told of a wrench, whatever a driver fills in.
        if (Description.ForceSensor is null) _state.ExternalWrenchInEndEffector = Wrench.Zero;
        // The target before the beat: its writer publishes the beat first, so a target never appears without a commander.
        var hasTarget = Targets.TryRead(ref _target, ref _targetsSeen);
        Heartbeats.TryRead(ref _heartbeat, ref _beatsSeen);
        ref var inputs = ref _record.Inputs;
        (inputs.IsNewState, inputs.HasTarget, inputs.Target, inputs.Heartbeat) = (isNew, hasTarget, _target, _heartbeat);
        inputs.RefusedWeights = _reflex?.RefusedWeights ?? 0;

        TakeRequests(ref inputs);
        _gate.ObserveOther(inputs.Other);
        _gate.Observe(now, _state, isNew, _heartbeat);
        _gate.WatchPace(inputs.BehindNs = _pacer.BehindNs);
        _gate.Stop(inputs.Stops = _cells.TakeStops().Union(_robot.Troubles));
        if (_restart && _gate.CanControl) Restart();
        var even = EvenTime(now);
        var limits = LimitFlags.None;
        var wasRunning = _gate.State == GateState.Running;
        if (hasTarget && !_gate.Admit(_target))
        {
            if (wasRunning) limits |= LimitFlags.TargetRefused;
        }
        else if (hasTarget)
        {
            _generator.Retarget(_gate.Reference, _target, even);
            var grip = _target.Grip.IsAsked ? _target.Grip : _record.Target.Grip;
            _record.Target = _target with { Grip = grip };
            _record.LimitsSinceTarget = LimitFlags.None;
            _reflex?.Propose(_target);
        }

        JointTorques proposed = default;
        var (isTorque, beside) = (_gate.Takes == CommandKind.JointTorque, Wrench.Zero);
        if (_gate.CanControl)
        {
            var twist = _gate.MeasuredTwist;
            var demand = _generator.Demand(even);
            _record.PlannedInBase = demand.NextInBase;
            limits |= Interrupt(now, twist, ref demand);
            limits |= _gate.Limit(demand);
            if ((limits & ActionRange.AltersReference) != 0) _generator.LeavePlan();
            if (!_gate.IsCommanded) _generator.Hold(_gate.Reference.PoseInBase); // no old goal is taken up again
            _record.Reference = _gate.Reference;
            _record.PostureRad = _gate.PostureRad;

            if (!_gate.HoldsPosture) _law.Restart(); // what an integral has gathered is a pull
            limits |= _law.Compare(_record.Reference.PoseInBase, _arm.EndEffectorInBase);
            limits |= _gate.Stiffen(_law.StoredPositionM, _law.StoredOrientationRad, _reflex?.StiffnessShare ?? 1);
            limits |= _gate.Push(isReplaced: _reflex is { IsActing: true });
            _record.EndEffector = new(_arm.EndEffectorInBase, twist);
            if (!isTorque) beside = _law.IntegralInBase.And(_gate.FeedForwardInBase);
            else if (_gate.State == GateState.Retreating)
                proposed = ImpedanceLaw.JointTorque(_gate.PostureRad, _state.Position, _state.Velocity, Description.JointCount);
            else
                proposed = _law.Torque((_record.Reference.VelocityInBase, twist), _gate.Stiffness, _arm, _state.Position, _state.Velocity,
                    _gate.HoldsPosture ? _gate.PostureRad : null);
            if (isTorque && _gate.FeedForwardInEndEffector != Wrench.Zero) ImpedanceLaw.AddTo(ref proposed, _gate.FeedForwardInBase, _arm);
        }

        var command = isTorque ? _gate.Seal(proposed, out var lastLimits) : _gate.Seal(beside, out lastLimits);
        _robot.Write(command);
        _record.CommandNs = _pacer.SinceDeadlineNs;
        Record(now, proposed, command, limits | lastLimits);
    }

    /// <summary>
    /// Lets the reflex judge what is in force and, where it acts, replace what is demanded. What comes of it passes the gate like any demand.
    /// </summary>
    private LimitFlags Interrupt(Stamp now, in Twist twist, ref ReferenceDemand demand)
    {
        if (_reflex is not { } reflex || _gate.State != GateState.Running) return LimitFlags.None;
        reflex.Step(now, _state.ExternalWrenchInEndEffector, _arm.EndEffectorInBase, _gate.Reference.PoseInBase, twist, _gate.Stiffness);
        _record.Reflex = reflex.Record;
        if (reflex.Stop != FaultCode.None) _gate.Stop(reflex.Stop, reflex.Record.Estimate.Risk, reflex.Record.RiskThreshold);
        if (!reflex.IsActing) return LimitFlags.None;
        demand = new(reflex.GoalInBase, reflex.GoalInBase, OnPlan: false);
        return LimitFlags.Critic;
    }

    private void TakeRequests(ref TickInputs inputs)
    {
        var asked = Volatile.Read(ref _cells.Requests.LimitChanges);
        _gate.RefuseLimitChanges(inputs.LimitChangesAsked = asked - _seen.LimitChanges);
        _seen.LimitChanges = asked;
        inputs.IsAutomaticResetAsked = IsAsked(ref _cells.Requests.AutomaticResets, ref _seen.AutomaticResets) && !_refusesAutomaticResets;
        if (inputs.IsAutomaticResetAsked && _gate.TryResetAutomatically()) _record.AutomaticResets += Restarts();
        inputs.IsResetAsked = IsAsked(ref _cells.Requests.Resets, ref _seen.Resets);
        if (inputs.IsResetAsked && _gate.TryReset()) _record.OperatorResets += Restarts();
        inputs.IsRebaseAsked = IsAsked(ref _cells.Requests.Rebases, ref _seen.Rebases);
        if (inputs.IsRebaseAsked && _gate.TryRebase()) _record.Rebases += Restarts();
    }

    /// <summary>The reference starts anew, once more.</summary>
    private int Restarts()
    {
        _restart = true;
        return 1;
    }

    private static bool IsAsked(ref int asked, ref int seen)
    {
        var now = Volatile.Read(ref asked);
        if (now == seen) return false;
        seen = now;
        return true;
    }

    private void Restart()
    {
        (_restart, _isEven) = (false, false);
        _generator.Hold(_gate.Reference.PoseInBase);
        _law.Restart();
        _reflex?.Restart();
    }

    /// <summary>
    /// The time that the plan is followed by: a period further each tick. A loop that keeps to the wall clock wakes a little late, now more and now less, and
    /// a plan that were looked up at those instants would ask for a trembling motion. Whoever missed a whole period goes on from the present.
    /// </summary>
    private Stamp EvenTime(Stamp now)
    {
        var (next, period) = (_even.Plus(Description.ControlPeriodNs), Description.ControlPeriodNs);
        var isNear = now.Since(next) > -period && now.Since(next) < period;
        (_even, _isEven) = (_isEven && isNear ? next : now, true);
        return _even;
    }

    private void Record(Stamp now, in JointTorques proposed, in SafeCommand command, LimitFlags limits)
    {
        _record.Tick++;
        _record.Time = now;
        (_record.LatenessNs, _record.Overruns) = (_latenessNs, _overruns);
        _record.Measured = _state;
        _record.ProposedTorqueNm = proposed;
        _record.TorqueNm = command.TorqueNm;
        if (command.Kind != CommandKind.JointTorque) _record.Sent = new(command, _gate.SetPoint);
        _record.Grip = command.Grip;
        _record.Stiffness = _gate.Stiffness;
        _record.FeedForwardInEndEffector = _gate.FeedForwardInEndEffector;
        _record.TankJ = _gate.TankJ;
        if (_gate.State != GateState.Running) limits |= LimitFlags.Stopping;
        _record.Limits = limits;
        _record.LimitsSinceTarget |= limits;
        if (_gate.State != GateState.Running) _record.Target = _record.Target with { Grip = _gate.GripAsked };
        _record.Gate = _gate.State;
        _record.Fault = _gate.Fault;
        (_record.Causes, _record.NeedsOperator) = (_gate.Causes, _gate.NeedsOperator);
        _record.RefusedLimitChanges = _gate.RefusedLimitChanges;
        Records.Add(_record);
        Latest.Publish(_record);
    }
}

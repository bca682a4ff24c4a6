using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>How far a stop has come.</summary>
public enum GateState : byte
{
    Running,

    /// <summary>A fault is latched; motion or torque is being taken away.</summary>
    Stopping,

    /// <summary>At rest, powered and compliant.</summary>
    Held,

    /// <summary>Torque is zero, brakes are requested.</summary>
    PowerRemoved,
}

/// <summary>
/// Stands between every proposal and the robot. A tick calls, in this order: <see cref="Observe"/> (inputs, commander, measured limits),
/// <see cref="Admit"/> for a new target, <see cref="Limit"/> (reference), <see cref="Stiffen"/>, <see cref="Seal"/> (torque; the only maker of commands).
/// Faults latch, and every cause with them: a deliberate act of an operator clears them, <see cref="TryReset"/>; what the robot's description lists may
/// also be cleared without. The limits are those given at construction.
/// </summary>
public sealed class ReflexGate
{
    private const double StandstillRadS = 0.05;
    private const double HoldBrokenShare = 0.25;
    private const long ControlledStopMaxNs = 500_000_000;

    private readonly SafetyLimits _limits;
    private readonly JointLimits[] _joints;
    private readonly ArmKinematics _arm, _soon;
    private readonly double _gripperMaxM;
    private readonly (double M, double Rad) _reach;
    private readonly InputWatch _inputs;
    private readonly CommanderWatch _commander;
    private readonly StopLatch _stops;
    private readonly MotionLimiter _motion;
    private readonly StiffnessGovernor _stiffness;
    private readonly TorqueLimiter _torque;

    private Stamp _now, _stopTime;
    private RobotState _state;
    private Twist _measuredTwist;
    private (Wrench Wrench, double Severity) _contact;
    private CartesianStiffness _wantedStiffness;
    private double _gripperWidthM;
    private Pose _holdInBase;
    private bool _following, _placed;
    private long _sequence;

    public ReflexGate(RobotDescription robot, ArmKinematics arm)
    {
        LimitsCheck.Require(robot);
        var periodS = robot.ControlPeriodNs * 1e-9;
        // A copy: whoever holds the lists of the description cannot reach what is enforced.
        _limits = robot.Limits with { Joints = [.. robot.Limits.Joints], KeepOut = [.. robot.Limits.KeepOut] };
        _joints = [.. _limits.Joints];
        (_arm, _soon) = (arm, arm.Another());
        _gripperMaxM = robot.GripperMaxWidthM;
        _reach = (robot.Impedance.TranslationClipM, robot.Impedance.RotationClipRad);
        _inputs = new(_limits, robot.ControlPeriodNs);
        _commander = new(_limits);
        _stops = new(robot.AutoClear);
        _motion = new(_limits, periodS);
        _wantedStiffness = CartesianStiffness.Of(robot.Impedance);
        _stiffness = new(_limits.Stiffness, _wantedStiffness, periodS);
        _torque = new(_joints, periodS);
    }

    public GateState State { get; private set; }

    /// <summary>The latched fault; of several, the one whose stop is most severe, and of those the first.</summary>
    public Fault Fault => _stops.Fault;

    /// <summary>Every cause since the last clearing, whatever stop each would take.</summary>
    public FaultSet Causes => _stops.Causes;

    /// <summary>Whether one of the causes is an operator's to clear.</summary>
    public bool NeedsOperator => _stops.NeedsOperator;

    /// <summary>The reference after all limits.</summary>
    public Reference Reference => _motion.Reference;

    public CartesianStiffness Stiffness => _stiffness.Current;
    public double TankJ => _stiffness.TankJ;

    /// <summary>Whether there is a state to compute torques from. Without one, <see cref="Seal"/> ignores what it is given.</summary>
    public bool CanControl => _placed && _stops.IsStateTrusted && State != GateState.PowerRemoved;

    /// <summary>Attempts to change limits, all refused.</summary>
    public int RefusedLimitChanges { get; private set; }

    /// <summary>Limits cannot change while the gate lives. Counts the attempt and refuses it.</summary>
    public bool TryChangeLimits(SafetyLimits limits)
    {
        RefusedLimitChanges++;
        return false;
    }

    /// <summary>Takes the inputs of a tick: clock, state, commander. Anything wrong with them, or measured beyond a limit, latches a fault.</summary>
    public void Observe(Stamp now, in RobotState state, bool isNew, in Heartbeat heartbeat)
    {
        var previous = _now;
        _now = now;
        var wrong = _inputs.Check(now, state, isNew, _motion.Reference.PoseInBase);
        if (wrong.Code == FaultCode.ClockBackward) _now = previous;
        if (!wrong.IsNone) Latch(wrong);
        // Whatever the sensors do, somebody may press stop.
        if (_commander.Check(_now, heartbeat, State == GateState.Running) is { IsNone: false } silence) Latch(silence);
        if (!wrong.IsNone || !isNew) return;
        _state = state;
        _arm.Update(state.Position);
        LookAhead();
        _measuredTwist = _arm.TwistOf(state.Velocity);
        if (!_placed)
        {
            _motion.Place(_arm.EndEffectorInBase);
            _gripperWidthM = Math.Clamp(state.GripperWidthM, 0, _gripperMaxM);
            _placed = true;
        }
        WatchMeasured();
        WatchWrench();
    }

    /// <summary>Whether a target may be followed. A malformed or outdated one stops the robot; while stopped none is taken.</summary>
    public bool Admit(in CartesianTarget target)
    {
        if (State != GateState.Running) return false;
        if (!target.IsFinite || !IsRotation(target.PoseInBase.Orientation)) return Refuse(FaultCode.NonFiniteCommand);
        if (_commander.Admit(_now, target) is { IsNone: false } late)
        {
            Latch(late);
            return false;
        }
        _wantedStiffness = target.Stiffness;
        _gripperWidthM = Math.Clamp(target.GripperWidthM, 0, _gripperMaxM);
        return true;
    }

    /// <summary>Moves the reference one period toward the demand, within all limits. The flags say which ones changed it.</summary>
    /// <remarks>
    /// A stop brings it to rest. An arm that was pushed further from there than its spring reaches would creep back, soft as it is then, for seconds:
    /// the reference goes to the arm instead, for as long as a controlled stop may take, and then stays, so that a lasting push meets a spring; never out of the workspace.
    /// </remarks>
    public LimitFlags Limit(in ReferenceDemand demand)
    {
        if (State == GateState.Running) return _motion.Step(demand, stop: false, _contact, _arm, _soon, _state.Position);
        var follows = State == GateState.Stopping && _now.Since(_stopTime) <= ControlledStopMaxNs && (_following || (_motion.IsAtRest && IsOutOfReach));
        if (follows && _motion.Barrier.Overrun(_arm.EndEffectorInBase.Position) == 0) (_following, _holdInBase) = (true, _arm.EndEffectorInBase);
        var hold = new ReferenceDemand(_holdInBase, _holdInBase, OnPlan: false);
        return LimitFlags.Stopping | _motion.Step(hold, stop: !_following, _contact, _arm, _soon, _state.Position);
    }

    /// <summary>Moves stiffness and damping one period toward what is wanted, softer in contact, softest when stopped.</summary>
    /// <param name="errorM">Position error whose half square is what the spring stores per unit of stiffness, m.</param>
    /// <param name="errorRad">The orientation error likewise, rad.</param>
    /// <param name="share">What a reflex leaves of the stiffness above the softest, in [0, 1].</param>
    public LimitFlags Stiffen(in Vector3D errorM, in Vector3D errorRad, double share = 1)
    {
        var wanted = State != GateState.Running ? _stiffness.Softest : _wantedStiffness.Softened(_stiffness.Softest, _contact.Severity).Softened(_stiffness.Softest, 1 - share);
        return _stiffness.Step(wanted, errorM, errorRad, _measuredTwist);
    }

    /// <summary>Limits a torque and seals it into the tick's command.</summary>
    public SafeCommand Seal(in JointTorques proposed, out LimitFlags flags)
    {
        flags = LimitFlags.None;
        var torque = proposed;
        if (!_placed && State == GateState.Running) torque = default;
        else if (CanControl && !PowerIsDue())
        {
            if (!IsFinite(proposed))
            {
                Stop(FaultCode.NonFiniteCommand);
                torque = default;
            }
            flags = _torque.Step(ref torque, _state.Position, _state.Velocity);
            if (State == GateState.Stopping && Fault.Category == StopCategory.Category2 && IsAtRest) State = GateState.Held;
        }
        else if (State == GateState.PowerRemoved || Fault.Category == StopCategory.Category0 || _torque.RampDown(ref torque))
        {
            torque = default;
            _torque.Restart();
            State = GateState.PowerRemoved;
        }
        StopCategory? stop = State == GateState.Running ? null : Fault.Category;
        return new SafeCommand(torque, _gripperWidthM, _now, ++_sequence, stop, State == GateState.PowerRemoved);
    }

    /// <summary>
    /// The last command of a loop that ends: no torque, and power removed. The robot stays so until an operator's reset in a loop that runs again.
    /// </summary>
    /// <param name="cause">Why the loop ends.</param>
    public SafeCommand SealLast(FaultCode cause)
    {
        Stop(cause);
        _torque.Restart();
        State = GateState.PowerRemoved;
        return new SafeCommand(default, _gripperWidthM, _now, ++_sequence, Fault.Category, removePower: true);
    }

    /// <summary>Stops the robot. Anyone may, at any time; nobody may prevent it. A code that is no fault's is a cause that nobody knows.</summary>
    public void Stop(FaultCode code, double value = double.NaN, double limit = double.NaN, int index = -1)
    {
        var known = FaultSet.Known(code);
        Latch(new Fault(known, StopCategories.Of(known), _now, known == code ? value : (double)code, limit, index));
    }

    /// <summary>For each of the causes. The worst of them decides how.</summary>
    public void Stop(FaultSet causes)
    {
        for (; !causes.IsEmpty; causes = causes.Rest) Stop(causes.First);
    }

    /// <summary>A tick that begins so long after it was due stops the robot, where that is longer than allowed.</summary>
    public void WatchPace(long behindNs)
    {
        if (behindNs > _limits.LoopMaxLateNs) Stop(FaultCode.LoopLate, behindNs, _limits.LoopMaxLateNs);
    }

    /// <summary>
    /// Clears the fault and its causes by an operator's deliberate act, once the stop is complete; the reference starts anew from the measured pose. A
    /// cause that lasts stops the robot again in the next tick.
    /// </summary>
    public bool TryReset()
    {
        if (State is not (GateState.Held or GateState.PowerRemoved)) return false;
        State = GateState.Running;
        _stops.Clear();
        _commander.Restart();
        _inputs.RestartClock();
        Begin();
        return true;
    }

    /// <summary>The same without an operator, for whoever sets a simulated scene up anew: refused while one of the causes is an operator's to clear.</summary>
    public bool TryResetAutomatically() => !NeedsOperator && TryReset();

    /// <summary>
    /// Starts the reference anew from the measured pose, for an arm that was moved by other means while nobody commanded: guided by hand, or placed
    /// by a simulation. Refused while someone commands, while a fault is latched, and while the reference moves.
    /// </summary>
    public bool TryRebase()
    {
        if (State != GateState.Running || _commander.State != CommandingState.SignedOff || !_motion.IsAtRest) return false;
        Begin();
        return true;
    }

    /// <summary>
    /// Has a gate that has not run yet go on where another one was before its reference started anew: of all that the other had seen, no more than this
    /// outlasts <see cref="TryRebase"/>. For a replay of what was recorded.
    /// </summary>
    /// <param name="memory">What is left.</param>
    /// <exception cref="InvalidOperationException">The gate runs already.</exception>
    public void Resume(in GateMemory memory)
    {
        if (_sequence != 0 || _placed) throw new InvalidOperationException("Only a gate that has not run yet can take up what another one remembered.");
        _stiffness.Resume(memory.Stiffness);
        (_sequence, _gripperWidthM) = (memory.Commands, memory.GripperWidthM);
        RefusedLimitChanges = memory.RefusedLimitChanges;
        if (memory.Admitted.Sequence == 0) return;
        _commander.Resume(memory.Admitted.IssueTime);
        _wantedStiffness = memory.Admitted.Stiffness;
    }

    private void Begin()
    {
        _placed = false;
        _contact = default;
        _inputs.Restart();
        _torque.Restart();
        _stiffness.Refill();
    }

    private bool IsAtRest => _motion.IsAtRest && !IsMoving;

    private bool IsMoving => ((ReadOnlySpan<double>)_state.Velocity)[.._joints.Length].ContainsAnyExceptInRange(-StandstillRadS, StandstillRadS);

    private bool IsOutOfReach
    {
        get
        {
            var (reference, measured) = (_motion.Reference.PoseInBase, _arm.EndEffectorInBase);
            return (reference.Position - measured.Position).Length > _reach.M ||
                (reference.Orientation * measured.Orientation.Inverse).ToVector().Length > _reach.Rad;
        }
    }

    private bool PowerIsDue() =>
        State == GateState.Stopping && Fault.Category < StopCategory.Category2 && (IsAtRest || _now.Since(_stopTime) > ControlledStopMaxNs);

    private void LookAhead()
    {
        var soon = _state.Position;
        for (var i = 0; i < _joints.Length; i++) soon[i] += _state.Velocity[i] * MotionLimiter.LookS;
        _soon.Update(soon);
    }

    private void WatchMeasured()
    {
        for (var i = 0; i < _joints.Length; i++)
        {
            var (joint, q, speed) = (_joints[i], _state.Position[i], Math.Abs(_state.Velocity[i]));
            if (q < joint.PositionMinRad) Stop(FaultCode.JointPositionExceeded, q, joint.PositionMinRad, i);
            if (q > joint.PositionMaxRad) Stop(FaultCode.JointPositionExceeded, q, joint.PositionMaxRad, i);
            var limit = joint.VelocityRadS * (State == GateState.Held ? HoldBrokenShare : 1);
            if (speed > limit) Stop(FaultCode.JointVelocityExceeded, speed, limit, i);
        }
        var linear = _measuredTwist.Linear.Length;
        var angular = _measuredTwist.Angular.Length;
        if (linear > _limits.Translation.Velocity) Stop(FaultCode.CartesianVelocityExceeded, linear, _limits.Translation.Velocity);
        if (angular > _limits.Rotation.Velocity) Stop(FaultCode.CartesianVelocityExceeded, angular, _limits.Rotation.Velocity);
        var over = _motion.Barrier.Overrun(_arm.EndEffectorInBase.Position);
        if (over > 0) Stop(FaultCode.WorkspaceExceeded, over, 0);
    }

    private void WatchWrench()
    {
        var wrench = _state.ExternalWrenchInEndEffector;
        var (force, torque) = (wrench.Force.Length, wrench.Torque.Length);
        if (force > _limits.CollisionForceN) Stop(FaultCode.CollisionForce, force, _limits.CollisionForceN);
        if (torque > _limits.CollisionTorqueNm) Stop(FaultCode.CollisionForce, torque, _limits.CollisionTorqueNm);
        var severity = Math.Max(
            (force - _limits.ContactForceN) / (_limits.CollisionForceN - _limits.ContactForceN),
            (torque - _limits.ContactTorqueNm) / (_limits.CollisionTorqueNm - _limits.ContactTorqueNm));
        _contact = (wrench.Rotated(_arm.EndEffectorInBase.Orientation), Math.Clamp(severity, 0, 1));
    }

    private bool Refuse(FaultCode code, double value = double.NaN, double limit = double.NaN)
    {
        Stop(code, value, limit);
        return false;
    }

    private void Latch(in Fault fault)
    {
        if (!_stops.Take(fault)) return;
        if (State == GateState.PowerRemoved) return;
        if (State != GateState.Stopping) (_stopTime, _following) = (_now, false);
        State = GateState.Stopping;
    }

    private static bool IsRotation(in Rotation r) => Math.Abs(r.X * r.X + r.Y * r.Y + r.Z * r.Z + r.W * r.W - 1) < 1e-3;

    private bool IsFinite(in JointTorques torque)
    {
        var sum = 0.0;
        for (var i = 0; i < _joints.Length; i++) sum += torque[i];
        return double.IsFinite(sum);
    }
}

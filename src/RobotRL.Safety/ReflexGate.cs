using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>
/// Stands between every proposal and the robot. A tick calls, in this order: <see cref="Observe"/> (inputs, commander, measured limits),
/// <see cref="Admit"/> for a new target, <see cref="Limit"/> (reference), <see cref="Stiffen"/>, and at last
/// <see cref="Seal(in JointTorques, out LimitFlags)"/>
/// or, for a robot that closes its own loop, <see cref="Seal(in Wrench, out LimitFlags)"/>: the only makers of commands.
/// Faults latch, and every cause with them: a deliberate act of an operator clears them, <see cref="TryReset"/>; what the robot's description lists may
/// also be cleared without. The limits are those given at construction.
/// </summary>
public sealed partial class ReflexGate
{
    private const double StandstillRadS = 0.05;
    private const double HoldBrokenShare = 0.25;

    /// <summary>What a controlled stop may take, before power is taken or the arm is watched for standing.</summary>
    internal const long ControlledStopMaxNs = 500_000_000;

    private const int SoonEvery = 4;

    private readonly SafetyLimits _limits;
    private readonly JointLimits[] _joints;
    private readonly ArmKinematics _arm, _soon;
    private readonly GripLimiter _grip;
    private readonly (double M, double Rad) _reach;
    private readonly InputWatch _inputs;
    private readonly CommanderWatch _commander;
    private readonly StopLatch _stops;
    private readonly SensorWatch _sensors;
    private readonly MotionLimiter _motion;
    private readonly PostureReference _posture;
    private readonly OrientationBarrier _orientation;
    private readonly OtherArm? _other, _othersReference;
    private readonly BodyModel _body;
    private readonly Clearance _clearance;
    private readonly RetreatWay _retreat;
    private readonly RetreatHold _retreatHold;
    private readonly StandstillWatch _standstill;
    private readonly TargetCheck _targets;
    private readonly CartesianStiffness _configured;
    private readonly StiffnessGovernor _stiffness;
    private readonly TorqueLimiter _torque;
    private readonly SetPointLimiter? _setPoints; // of a robot that closes its own loop
    private int _placements;

    private Stamp _now, _stopTime;
    private RobotState _state;
    private Twist _measuredTwist;
    private (Wrench Wrench, double Severity) _contact;
    private CartesianStiffness _wantedStiffness;
    private Pose _holdInBase;
    private bool _following, _placed;
    private readonly double _periodS;
    private int _soonAge;
    private long _sequence;

    /// <param name="robot">The arm and its limits.</param>
    /// <param name="arm">At the measured posture: updated here.</param>
    /// <param name="beside">The other arm of the cell; null for none.</param>
    public ReflexGate(RobotDescription robot, ArmKinematics arm, ArmBeside? beside = null)
    {
        LimitsCheck.Require(robot);
        var periodS = _periodS = robot.ControlPeriodNs * 1e-9;
        // A copy: whoever holds the lists of the description cannot reach what is enforced.
        _limits = robot.Limits with { Joints = [.. robot.Limits.Joints], KeepOut = [.. robot.Limits.KeepOut] };
        _joints = [.. _limits.Joints];
        (_arm, _soon) = (arm, arm.Another());
        _grip = new(robot.GripperMaxWidthM, _limits.Grip, periodS);
        _reach = (robot.Impedance.TranslationClipM, robot.Impedance.RotationClipRad);
        _inputs = new(_limits, robot.ControlPeriodNs);
        _commander = new(_limits);
        if (beside is not null) (_other, _othersReference) = (new(robot, beside, arm.Another()), new(robot, beside, arm.Another()));
        // What stopped the other arm decides who may clear both.
        _stops = new(_other is null ? robot.AutoClear : robot.AutoClear.With(FaultCode.OtherArmStopped));
        _sensors = new(robot, arm.EndEffectorInTip);
        _body = new(robot with { Limits = _limits }, _other);
        // A motion is kept away from where the other arm is meant to be, which is ahead of where it is measured while it moves.
        _motion = new(_limits, periodS, _othersReference is null ? _body : new(robot with { Limits = _limits }, _othersReference));
        _posture = new(_limits, arm.Another(), periodS);
        _orientation = new(_limits.Orientation, _limits.BarrierRate);
        _clearance = new(_body);
        _retreat = new(_limits, _body);
        _retreatHold = new(_limits);
        _standstill = new(_limits, _joints.Length);
        _targets = new(_limits, _motion.Barrier, _grip);
        _configured = _wantedStiffness = CartesianStiffness.Of(robot.Impedance);
        _stiffness = new(_limits.Stiffness, _wantedStiffness, periodS);
        _torque = new(_joints, periodS);
        _wrench = new(_limits, periodS);
        Takes = robot.Command;
        if (Takes != CommandKind.JointTorque) _setPoints = new(Takes, _limits, _reach, periodS);
    }

    /// <summary>The kind of command that is sealed.</summary>
    public CommandKind Takes { get; }

    public GateState State { get; private set; }

    /// <summary>The latched fault; of several, the one whose stop is most severe, and of those the first.</summary>
    public Fault Fault => _stops.Fault;

    /// <summary>Every cause since the last clearing, whatever stop each would take.</summary>
    public FaultSet Causes => _stops.Causes;

    /// <summary>Whether one of the causes is an operator's to clear.</summary>
    public bool NeedsOperator => _stops.NeedsOperator;

    /// <summary>The reference after all limits.</summary>
    public Reference Reference => _motion.Reference;

    /// <summary>The posture that the arm is meant to be in, rad.</summary>
    public ref readonly JointPositions PostureRad => ref _posture.PositionRad;

    /// <summary>Whether the null space pulls toward that posture. A stopped or held arm is damped there and pulled nowhere.</summary>
    public bool HoldsPosture => State is GateState.Running or GateState.Retreating;

    /// <summary>Of the end effector, base axes.</summary>
    public ref readonly Twist MeasuredTwist => ref _measuredTwist;

    public CartesianStiffness Stiffness => _stiffness.Current;
    public double TankJ => _stiffness.TankJ;

    /// <summary>What the gripper was asked for last.</summary>
    public Grip GripAsked => _grip.Asked;

    /// <summary>
    /// Torque on each joint that neither its motor, the arm's own motion nor the wrist's sensor explain, Nm: a push from outside, wherever it
    /// touches.
    /// </summary>
    public ref readonly JointTorques UnexplainedNm => ref _sensors.UnexplainedNm;

    /// <summary>Whether there is a state to compute torques from. Without one, what is to be sealed is ignored.</summary>
    public bool CanControl => _placed && _stops.IsStateTrusted && State != GateState.PowerRemoved;

    /// <summary>Attempts to change limits, all refused.</summary>
    public int RefusedLimitChanges { get; private set; }

    /// <summary>Limits cannot change while the gate lives. Counts the attempt and refuses it.</summary>
    public bool TryChangeLimits(SafetyLimits limits)
    {
        RefuseLimitChanges(1);
        return false;
    }

    /// <summary>Counts so many attempts, all refused.</summary>
    public void RefuseLimitChanges(int attempts) => RefusedLimitChanges += attempts;

    /// <summary>Takes where the arm beside this one is; before <see cref="Observe"/>.</summary>
    public void ObserveOther(in OtherPosture other)
    {
        _other?.Show(other.MeasuredRad);
        _othersReference?.Show(other.ReferenceRad);
    }

    /// <summary>Takes the inputs of a tick: clock, state, commander. Anything wrong with them, or measured beyond a limit, latches a fault.</summary>
    public void Observe(Stamp now, in RobotState state, bool isNew, in Heartbeat heartbeat)
    {
        // Whatever stops the arm in this tick, it was held until then.
        var wasHeld = State == GateState.Held;
        var previous = _now;
        _now = now;
        var wrong = _inputs.Check(now, state, isNew, _motion.PoseInBase);
        if (wrong.Code == FaultCode.ClockBackward) _now = previous;
        if (!wrong.IsNone) Latch(wrong);
        // Whatever the sensors do, somebody may press stop.
        if (_commander.Check(_now, heartbeat, State == GateState.Running) is { IsNone: false } silence) Latch(silence);
        if (!wrong.IsNone || !isNew) return;
        _state = state;
        _arm.Update(state.Position);
        _measuredTwist = _arm.TwistOf(state.Velocity);
        if (_setPoints is not null && state.Placements != _placements) TakePlacement(state.Placements);
        if (!_placed)
        {
            Place();
            _placed = true;
        }
        WatchRetreat(heartbeat);
        var dead = _sensors.Check(now, state, _arm, hasPower: State != GateState.PowerRemoved);
        if (!dead.IsNone) Latch(dead);
        WatchMeasured(wasHeld);
        WatchWrench();
    }

    /// <summary>Whether a target may be followed. A malformed or outdated one stops the robot; while stopped none is taken.</summary>
    public bool Admit(in CartesianTarget target)
    {
        if (State != GateState.Running) return false;
        if (_targets.Check(target) is { Code: not FaultCode.None } wrong)
        {
            Stop(wrong.Code, wrong.Value, wrong.Limit);
            return false;
        }
        if (_commander.Admit(_now, target) is { IsNone: false } late)
        {
            Latch(late);
            return false;
        }
        _wantedStiffness = target.Stiffness;
        _grip.Ask(target.Grip);
        _wrench.Ask(target.FeedForwardInEndEffector);
        if (target.MovesPosture) _posture.Head(target.PostureRad);
        else _posture.Rest();
        return true;
    }

    /// <summary>Moves the reference one period toward the demand, within all limits. The flags say which ones changed it.</summary>
    /// <remarks>
    /// A stop brings it to rest. An arm that was pushed further from there than its spring reaches would creep back, soft as it is then, for seconds:
    /// the reference goes to the arm instead, for as long as a controlled stop may take, and then stays, so that a lasting push meets a spring; never
    /// out of the workspace.
    /// </remarks>
    public LimitFlags Limit(in ReferenceDemand demand)
    {
        var flags = State == GateState.Retreating ? Retreat() : State != GateState.Running ? ComeToRest() : IsGuided ? Guide() : Follow(demand);
        if (!_motion.PoseInBase.IsFinite || !double.IsFinite(Sum(_posture.PositionRad))) Stop(FaultCode.NonFiniteInternal);
        return flags;
    }

    /// <summary>Whether someone commands targets. Where nobody does, the reference comes to rest and goes nowhere.</summary>
    public bool IsCommanded => State == GateState.Running && _commander.State == CommandingState.Commanding;

    /// <summary>
    /// Whether the arm can be led by hand: what is commanded has a spring that can be soft. Joints that hold angles or velocities stay where they are
    /// instead.
    /// </summary>
    public bool IsCompliant => Takes is CommandKind.JointTorque or CommandKind.CartesianImpedance;

    private bool IsGuided => _commander.State == CommandingState.Guiding && IsCompliant;

    private LimitFlags Follow(in ReferenceDemand demand)
    {
        if (IsCommanded) return Move(demand, stop: false);
        _posture.Rest();
        return Move(demand, stop: true) & ~LimitFlags.Stopping;
    }

    /// <summary>
    /// Moves the tool's reference and the posture with it. What a motion asks of the joints is asked of the posture: the measured one is the
    /// environment's doing as well.
    /// </summary>
    private LimitFlags Move(in ReferenceDemand demand, bool stop)
    {
        // A posture a few ticks old will do for how the Jacobian turns, as long as it is known how far it is ahead by now: taken for a constant, what turns
        // would seem to change by a third from tick to tick, and the reference would tremble with it.
        var aheadS = MotionLimiter.LookS + 0.5 * SoonEvery * _periodS;
        var age = _soonAge++ % SoonEvery;
        if (age == 0) _soon.UpdateAhead(_posture.Arm, _posture.VelocityRadS, aheadS);
        var soonS = Math.Max(0.25 * MotionLimiter.LookS, aheadS - age * _periodS);
        var flags = _motion.Step(demand, stop, _contact, new(_posture.Arm, _soon, soonS), _state.Position, _posture);
        return flags | _posture.Step(_motion.PoseInBase, _motion.OwnShare);
    }

    /// <summary>Led by hand: the reference is where the arm is, within the workspace, and the arm is soft.</summary>
    private LimitFlags Guide()
    {
        var at = _arm.EndEffectorInBase;
        Place(at with { Position = _motion.Barrier.Inside(at.Position) });
        return LimitFlags.None;
    }

    /// <summary>The posture is led along the way back, and the tool's reference with it.</summary>
    private LimitFlags Retreat()
    {
        _retreat.Find(_arm, _state.Position);
        _retreat.Lead(_state.Position, _posture.PositionRad, out var way);
        _posture.Lead(way);
        _motion.Place(_posture.Arm.EndEffectorInBase);
        return LimitFlags.Stopping | LimitFlags.Posture;
    }

    private LimitFlags ComeToRest()
    {
        _posture.Rest();
        var follows = IsCompliant && State == GateState.Stopping && Fault.Category == StopCategory.Category2 &&
            _now.Since(_stopTime) <= ControlledStopMaxNs && (_following || (_motion.IsAtRest && IsOutOfReach));
        if (follows && _motion.Barrier.Overrun(_arm.EndEffectorInBase.Position) == 0) (_following, _holdInBase) = (true, _arm.EndEffectorInBase);
        var hold = new ReferenceDemand(_holdInBase, _holdInBase, OnPlan: false);
        return LimitFlags.Stopping | Move(hold, stop: !_following);
    }

    /// <summary>Moves stiffness and damping one period toward what is wanted, softer in contact, softest when stopped.</summary>
    /// <param name="errorM">Position error whose half square is what the spring stores per unit of stiffness, m.</param>
    /// <param name="errorRad">The orientation error likewise, rad.</param>
    /// <param name="share">What a reflex leaves of the stiffness above the softest, in [0, 1].</param>
    public LimitFlags Stiffen(in Vector3D errorM, in Vector3D errorRad, double share = 1)
    {
        var wanted = State == GateState.Retreating ? _configured
            : IsSoft ? _stiffness.Softest : _wantedStiffness.Softened(_stiffness.Softest, _contact.Severity).Softened(_stiffness.Softest, 1 - share);
        return _stiffness.Step(wanted, errorM, errorRad, _measuredTwist);
    }

    /// <summary>
    /// Led by hand, held, stopping. Of an arm whose spring is the robot's own only that spring brakes it: it stays as it is, softer in contact alone, until
    /// the arm stands.
    /// </summary>
    private bool IsSoft => State == GateState.Stopping ? Takes != CommandKind.CartesianImpedance
        : State != GateState.Running || _commander.State == CommandingState.Guiding;

    private bool IsFinite(in JointTorques torque) => double.IsFinite(Sum(torque));

    private double Sum(ReadOnlySpan<double> values)
    {
        var sum = 0.0;
        for (var i = 0; i < _joints.Length; i++) sum += values[i];
        return sum;
    }
}

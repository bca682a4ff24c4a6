using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>
/// The reflex above the deterministic envelope: asks the critic every tick about the way still to go to the target in force, and replaces a risky one.
/// <code>
/// Following ── risky for the trigger time ──▶ Recovering ── risky again, or done ──▶ Hold ── not calm ──▶ Exhausted (stop)
///     │  ▲                                      │   no recovery acceptable ▲           │
///     │  └────── a new target, acceptable ──────┴───────────────────────────────────┘
///     └──────────────────────────────────────────────────────────────────┘
/// </code>
/// A recovery is judged once before it begins (the learned one first, then the way back), so nothing is re-checked without end. It only chooses where
/// the reference heads and how soft the arm is; both pass the same envelope as every target. In shadow mode it decides all the same and acts never.
/// </summary>
public sealed class Reflex
{
    private readonly SafetyLayerParameters _parameters;
    private readonly CriticSeat _seat;
    private readonly SafetyFeatures _features;
    private readonly Leash _leash;
    private readonly CartesianStiffness _softest;
    private readonly RecentPath _path;
    private readonly int _triggerTicks, _decisionTicks, _recoveryTicks;
    private readonly double _retrace;
    private readonly long _holdNs;
    private readonly float[] _x = new float[SafetyFeatures.Count];
    private readonly float[] _action = new float[ActionSpace.Axes];
    private readonly bool[] _driven = new bool[ActionSpace.Axes];

    private CartesianTarget _target;
    private bool _hasTarget, _isNew;
    private int _riskyTicks, _elapsed, _standing, _sinceAction;
    private Pose _here = Pose.Identity, _from, _to; // _here: where an action is counted from, now
    private Stamp _calmAt;
    private ReflexRecord _record;

    public Reflex(SafetyLayerParameters parameters, TaskDescription task, RobotDescription robot, CriticCell critics)
    {
        _parameters = parameters;
        foreach (var axis in task.Actions.ActiveAxes) _driven[axis] = true;
        var period = robot.ControlPeriodNs;
        _seat = new(parameters, critics);
        var limits = robot.Limits.Stiffness;
        _features = new(task, limits);
        _leash = Leash.Of(robot.Impedance);
        _softest = new(limits.TranslationMinNM, limits.RotationMinNmRad, limits.DampingRatioMax);
        _triggerTicks = Math.Max(1, (int)(parameters.TriggerNs / period));
        _decisionTicks = (int)(task.DecisionPeriodNs / period);
        _recoveryTicks = Math.Max(1, (int)(parameters.Recovery.DurationS * 1e9 / period));
        var pathTicks = Math.Max(1, (int)(parameters.Recovery.PathS * 1e9 / period));
        _path = new(pathTicks + 1);
        _retrace = (double)pathTicks / _recoveryTicks;
        _holdNs = (long)(parameters.HoldS * 1e9);
        _record.Estimate = RiskEstimate.Unknown;
    }

    /// <summary>The reflex of a configuration; none where there is no <c>safety</c> section or its mode is off.</summary>
    public static Reflex? Of(SafetyLayerParameters? parameters, TaskDescription task, RobotDescription robot, CriticCell critics) =>
        parameters is null or { Mode: CriticMode.Off } ? null : new(parameters, task, robot, critics);

    public ref readonly ReflexRecord Record => ref _record;

    /// <summary>Whether the motion of this tick is the reflex's and not the target's.</summary>
    public bool IsActing => _record.IsActing;

    /// <summary>Where the reference shall head while the reflex acts.</summary>
    public Pose GoalInBase { get; private set; }

    /// <summary>What the reflex leaves of the stiffness above the softest: 1 all of it, 0 nothing.</summary>
    public double StiffnessShare => !IsActing ? 1 : _record.State == ReflexState.Recovering ? _parameters.Recovery.StiffnessShare : 0;

    /// <summary>The stop that the reflex asks for in this tick, or none.</summary>
    public FaultCode Stop { get; private set; }

    /// <summary>A target that the gate has admitted in this tick.</summary>
    public void Propose(in CartesianTarget target)
    {
        _target = target;
        _hasTarget = _isNew = true;
    }

    /// <summary>How many sets of weights were refused so far, by whoever loads them or by this.</summary>
    public int RefusedWeights => _seat.Refused;

    /// <summary>
    /// Has a reflex that has not been asked yet go on where another one was before the reference started anew. The critic that was in use then must have been
    /// published. For a replay of what was recorded.
    /// </summary>
    public void Resume(in ReflexRecord before)
    {
        _record = before;
        if (before.CriticOffer > 0) _seat.Resume(before.CriticBornAt, failed: before.Critic == CriticStatus.Rejected);
    }

    /// <summary>The reference starts anew where the arm is: what was before is of no concern any more.</summary>
    public void Restart()
    {
        _hasTarget = _isNew = false;
        _riskyTicks = 0;
        _path.Clear();
        if (_record.State != ReflexState.Following) Enter(ReflexState.Following, ReflexReason.Reset);
        _record.IsActing = false;
    }

    /// <summary>One tick, while the gate runs.</summary>
    /// <param name="now">Its time.</param>
    /// <param name="wrench">External wrench in the end-effector frame.</param>
    /// <param name="pose">Measured X_BE.</param>
    /// <param name="reference">X_BE of the reference.</param>
    /// <param name="twistInBase">Measured twist of the end effector.</param>
    /// <param name="stiffness">In force.</param>
    public void Step(Stamp now, in Wrench wrench, in Pose pose, in Pose reference, in Twist twistInBase, in CartesianStiffness stiffness)
    {
        Stop = FaultCode.None;
        _here = _leash.Hold(reference, pose);
        _seat.Update(now);
        if (_record.State == ReflexState.Following) _path.Push(pose);
        _record.Estimate = RiskEstimate.Unknown;
        var isReset = _hasTarget && _target.Source == ActionSource.Reset;
        if (_seat.Critic is { } critic && _hasTarget && !isReset)
        {
            _features.WriteState(_x, wrench, pose, twistInBase, _target.StartInBase);
            if (!TryDecide(critic, now, pose, stiffness)) Fail();
        }
        else WithoutCritic(now, pose, isReset);
        _isNew = false;
        _record.IsActing = _parameters.Mode == CriticMode.On && _record.State != ReflexState.Following;
        _record.Critic = _seat.Status;
        _record.CriticVersion = _seat.Version;
        (_record.CriticOffer, _record.CriticBornAt) = (_seat.Offer, _seat.BornAt);
        _record.Refused = _seat.Refused;
        (_record.RiskThreshold, _record.FeasibilityThreshold) = (_seat.RiskThreshold, _seat.FeasibilityThreshold);
    }

    /// <summary>False when the critic answered with what is not a number.</summary>
    private bool TryDecide(ICritic critic, Stamp now, in Pose pose, in CartesianStiffness stiffness)
    {
        if (_record.State == ReflexState.Following || _isNew)
        {
            if (!TryJudge(critic, _target.PoseInBase, stiffness)) return false;
            if (_record.State == ReflexState.Following) return !IsTriggered(_record.Estimate) || TryRecover(critic, now, pose);
            if (IsAcceptable(_record.Estimate))
            {
                Follow(ReflexReason.TargetAccepted);
                return true;
            }
        }
        switch (_record.State)
        {
            case ReflexState.Recovering:
                _elapsed++;
                if (_record.Recovery == RecoveryMotion.Learned && ++_sinceAction >= _decisionTicks && !TryLearned(critic)) return false;
                if (!TryJudge(critic, Heading(), Softened())) return false;
                if (IsTriggered(_record.Estimate)) Hold(now, pose, ReflexReason.RiskDuringRecovery);
                else if (IsRecovered) Hold(now, pose, ReflexReason.RecoveryComplete);
                else GoalInBase = Goal();
                return true;
            case ReflexState.Hold:
                if (!TryJudge(critic, _here, stiffness)) return false;
                if (!IsRisky(_record.Estimate)) _calmAt = now;
                else if (now.Since(_calmAt) >= _holdNs) Exhaust();
                return true;
            default:
                return true;
        }
    }

    /// <summary>Without anyone to judge, targets are followed again, a new one first: a motion that was interrupted is not taken up where it was.</summary>
    private void WithoutCritic(Stamp now, in Pose pose, bool isReset)
    {
        _riskyTicks = 0;
        if (_record.State == ReflexState.Following) return;
        if (_isNew) Follow(isReset ? ReflexReason.Reset : ReflexReason.CriticLost);
        else if (_record.State == ReflexState.Recovering && !isReset) Hold(now, pose, ReflexReason.CriticLost);
    }

    /// <summary>The learned recovery where there is one and it is acceptable, else the way back where that is, else a hold. Each is judged once.</summary>
    private bool TryRecover(ICritic critic, Stamp now, in Pose pose)
    {
        var risky = _record.Estimate;
        var reason = risky.Risk > _seat.RiskThreshold ? ReflexReason.RiskAboveThreshold : ReflexReason.MarginAboveThreshold;
        _record.Reflexes++;
        (_elapsed, _riskyTicks, _standing) = (0, 0, _path.Standing(pose));
        foreach (var recovery in (ReadOnlySpan<RecoveryMotion>)[RecoveryMotion.Learned, RecoveryMotion.Analytic])
        {
            if (recovery == RecoveryMotion.Learned && (_parameters.Recovery.Kind != RecoveryKind.Learned || !critic.HasRecovery)) continue;
            _record.Recovery = recovery;
            if (recovery == RecoveryMotion.Learned && !TryLearned(critic)) return false;
            if (!TryJudge(critic, Heading(), Softened())) return false;
            if (IsRisky(_record.Estimate)) continue;
            GoalInBase = Goal();
            Enter(ReflexState.Recovering, reason);
            _record.Estimate = risky;
            return true;
        }
        _record.Recovery = RecoveryMotion.None;
        Hold(now, pose, ReflexReason.RecoveryAlsoRisky);
        _record.Estimate = risky;
        return true;
    }

    private bool TryLearned(ICritic critic)
    {
        critic.Recover(_x.AsSpan(0, SafetyFeatures.StateCount), _action);
        for (var axis = 0; axis < ActionSpace.Axes; axis++)
        {
            if (!float.IsFinite(_action[axis])) return false;
            if (!_driven[axis]) _action[axis] = 0;
        }
        (_from, _to, _sinceAction) = (_here, _features.TargetOf(_action, _here), 0);
        return true;
    }

    private bool TryJudge(ICritic critic, in Pose heading, in CartesianStiffness stiffness)
    {
        _features.WriteAction(_x, _here, heading);
        _features.WriteStiffness(_x, stiffness);
        _record.Estimate = critic.Query(_x);
        return _record.Estimate.IsFinite;
    }

    /// <summary>What a recovery moves toward within one decision: what the critic judges.</summary>
    private Pose Heading() => _record.Recovery == RecoveryMotion.Learned ? _to : _path.Back(Retraced + (int)(_decisionTicks * _retrace));

    /// <summary>Where the reference heads in this tick. A learned action takes as long as a decision's plan does, two periods.</summary>
    private Pose Goal()
    {
        if (_record.Recovery == RecoveryMotion.Analytic) return _path.Back(Retraced);
        var share = Math.Min(1, (_sinceAction + 1) / (2.0 * _decisionTicks));
        return new(
            _from.Position + (_to.Position - _from.Position) * share,
            _from.Orientation * Rotation.FromVector((_from.Orientation.Inverse * _to.Orientation).ToVector() * share));
    }

    private int Retraced => _standing + (int)(_elapsed * _retrace);

    private bool IsRecovered => _elapsed >= _recoveryTicks || (_record.Recovery == RecoveryMotion.Analytic && Retraced >= _path.Count);

    private CartesianStiffness Softened() => _target.Stiffness.Softened(_softest, 1 - _parameters.Recovery.StiffnessShare);

    private bool IsRisky(in RiskEstimate e) => e.Risk > _seat.RiskThreshold || e.Feasibility > _seat.FeasibilityThreshold;

    private bool IsAcceptable(in RiskEstimate e) =>
        e.Risk <= _seat.RiskThreshold * (1 - _parameters.Hysteresis) && e.Feasibility <= _seat.FeasibilityThreshold - _parameters.Hysteresis;

    private bool IsTriggered(in RiskEstimate e)
    {
        _riskyTicks = IsRisky(e) ? _riskyTicks + 1 : 0;
        return _riskyTicks >= _triggerTicks;
    }

    private void Follow(ReflexReason reason)
    {
        if (_record.Recovery == RecoveryMotion.Analytic) _path.Drop(Retraced);
        Enter(ReflexState.Following, reason);
    }

    private void Hold(Stamp now, in Pose pose, ReflexReason reason)
    {
        (GoalInBase, _calmAt) = (pose, now);
        Enter(ReflexState.Hold, reason);
    }

    private void Exhaust()
    {
        Enter(ReflexState.Exhausted, ReflexReason.HoldNotCalm);
        if (_parameters.Mode == CriticMode.On) Stop = FaultCode.RecoveryExhausted;
    }

    /// <summary>A critic that fails while its reflex moves the robot leaves nobody who knows why: stop. One that fails otherwise is only dismissed.</summary>
    private void Fail()
    {
        _seat.Fail();
        _record.Estimate = RiskEstimate.Unknown;
        if (_record.State == ReflexState.Following) return;
        if (_parameters.Mode == CriticMode.On) Stop = FaultCode.CriticFailure;
        Enter(_parameters.Mode == CriticMode.On ? ReflexState.Exhausted : ReflexState.Following, ReflexReason.CriticFailed);
    }

    private void Enter(ReflexState state, ReflexReason reason)
    {
        (_record.State, _record.Reason) = (state, reason);
        if (state is ReflexState.Following) _record.Recovery = RecoveryMotion.None;
        _riskyTicks = 0;
        _record.Transitions++;
    }
}

using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>
/// What pushes on the joints, from the motors' measured torque alone: a generalised-momentum observer (De Luca and Mattone, 2003). Momentum that no
/// known torque put
/// there must come from outside, wherever on the arm it touches; no acceleration is needed. What a wrist sensor feels counts as known.
/// </summary>
/// <remarks>
/// ṗ = τ + Cᵀ q̇ − g − friction + Jᵀ F + r. With the implicit step r = (r₀ + K (Δp − known Δt)) / (1 + K Δt) it follows a sudden push with time
/// constant 1/K and is stable at every rate.
/// </remarks>
internal sealed class MomentumObserver
{
    private readonly JointLimits[] _joints;
    private readonly double[] _collisionNm, _frictionNmS;
    private readonly double _marginNm, _ratePerS;
    private readonly long _longestGapNs;
    private readonly bool _feelsWrist;
    private readonly ArmMomentum _arm;

    private bool _hasLast;
    private Stamp _last;
    private JointTorques _momentum, _known;
    private JointTorques _unexplained, _motor;

    public MomentumObserver(RobotDescription robot)
    {
        (_marginNm, _ratePerS, _frictionNmS) = (robot.Limits.MeasuredTorqueMarginNm, robot.Dynamics.ObserverRatePerS, [.. robot.Dynamics.ViscousFrictionNmS]);
        (_joints, _collisionNm) = ([.. robot.Limits.Joints], [.. robot.Limits.JointCollisionNm]);
        _feelsWrist = robot.ForceSensor is not null;
        _longestGapNs = Math.Max(robot.Limits.StateMaxAgeNs, robot.ControlPeriodNs) * 2;
        _arm = new(robot, includesTool: !_feelsWrist);
    }

    /// <summary>r: torque on each joint that is not explained, Nm; zero until two states were seen.</summary>
    public ref readonly JointTorques UnexplainedNm => ref _unexplained;

    /// <summary>The motors' own part of the torque last measured, gravity and Coriolis terms taken off, Nm.</summary>
    public ref readonly JointTorques MotorNm => ref _motor;

    /// <summary>Forgets what was seen: the arm was put elsewhere, or its brakes held it.</summary>
    public void Restart()
    {
        _hasLast = false;
        (_unexplained, _motor) = (default, default);
    }

    /// <summary>What is wrong with the joints' torques, or none.</summary>
    /// <param name="now">Of the tick.</param>
    /// <param name="state">New, finite and in order.</param>
    /// <param name="arm">At that state's posture.</param>
    public Fault Check(Stamp now, in RobotState state, ArmKinematics arm)
    {
        _arm.Update(arm, state.Velocity);
        JointTorques wrist = default;
        if (_feelsWrist) wrist = arm.TorqueOf(state.ExternalWrenchInEndEffector.Rotated(arm.EndEffectorInBase.Orientation));
        var dtNs = state.CaptureTime.Since(_last);
        if (_hasLast && dtNs <= 0) return default;
        if (_hasLast && dtNs > _longestGapNs) Restart();
        double dt = dtNs * 1e-9, gain = _ratePerS, settled = 1 / (1 + gain * dt);
        Fault worst = default;
        for (var i = 0; i < _joints.Length; i++)
        {
            // Effort and wrist belong to the period that ended with this state, whose beginning and end the rest is the mean of.
            var inner = _arm.Change[i] - _arm.Gravity[i] - _frictionNmS[i] * state.Velocity[i];
            if (_hasLast)
            {
                var known = state.Effort[i] + wrist[i] + 0.5 * (inner + _known[i]);
                _unexplained[i] = (_unexplained[i] + gain * (_arm.Momentum[i] - _momentum[i] - known * dt)) * settled;
            }
            _known[i] = inner;
            _motor[i] = state.Effort[i] - _arm.Bias[i];
            if (!_hasLast) continue;
            var (motor, most, push) = (Math.Abs(_motor[i]), _joints[i].TorqueNm + _marginNm, Math.Abs(_unexplained[i]));
            if (motor > most && worst.Code != FaultCode.TorqueExceeded) worst = Of(FaultCode.TorqueExceeded, now, motor, most, i);
            if (push > _collisionNm[i] && worst.IsNone) worst = Of(FaultCode.JointCollision, now, push, _collisionNm[i], i);
        }
        _momentum = _arm.Momentum;
        (_last, _hasLast) = (state.CaptureTime, true);
        return worst;
    }

    private static Fault Of(FaultCode code, Stamp now, double value, double limit, int joint) => new(code, StopCategories.Of(code), now, value, limit, joint);
}

using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>
/// Whether each joint's sensors can be believed: position must integrate velocity, a joint that moves must not repeat itself to the bit, one that is driven
/// while the others move must not stand, and none may be elsewhere sooner than it can go there.
/// </summary>
/// <remarks>Whole states that repeat are the business of <see cref="InputWatch"/>.</remarks>
internal sealed class JointSensorWatch(RobotDescription robot)
{
    private readonly JointSensorParameters _sensors = robot.JointSensors;
    private readonly JointLimits[] _joints = [.. robot.Limits.Joints];
    private readonly double[] _breakawayNm = [.. robot.Dynamics.BreakawayNm];
    private readonly long _periodNs = robot.ControlPeriodNs;

    private bool _hasLast;
    private Stamp _last;
    private JointPositions _position;
    private JointVelocities _velocity;

    /// <summary>Way that position went beyond what velocity accounts for, forgotten over the window, rad.</summary>
    private JointPositions _unaccounted;

    /// <summary>How long position and velocity have repeated while the joint read as moving, and both while others moved and its motor pulled, ns.</summary>
    private Durations _positionRepeats, _velocityRepeats, _stands;

    /// <summary>Forgets what was seen: the arm was put elsewhere.</summary>
    public void Restart()
    {
        _hasLast = false;
        (_unaccounted, _positionRepeats, _velocityRepeats, _stands) = (default, default, default, default);
    }

    /// <summary>Whether any joint reads as moving.</summary>
    public bool IsMoving(in JointVelocities velocity) =>
        ((ReadOnlySpan<double>)velocity)[.._joints.Length].ContainsAnyExceptInRange(-_sensors.MovingRadS, _sensors.MovingRadS);

    /// <summary>What is wrong with a joint's sensors, or none.</summary>
    /// <param name="now">Of the tick.</param>
    /// <param name="state">New, finite and in order.</param>
    /// <param name="motorNm">What the motors gave, gravity and Coriolis terms taken off, as far as it was measured before; Nm.</param>
    public Fault Check(Stamp now, in RobotState state, in JointTorques motorNm)
    {
        var dtNs = state.CaptureTime.Since(_last);
        if (!_hasLast)
        {
            Keep(state);
            return default;
        }
        if (dtNs <= 0) return default;
        Fault found = default;
        var dt = dtNs * 1e-9;
        var kept = Math.Max(0, 1 - dt / (_sensors.WindowNs * 1e-9));
        var moving = MovingJoints(state.Velocity);
        for (var i = 0; i < _joints.Length && found.IsNone; i++)
        {
            double q = state.Position[i], v = state.Velocity[i], way = q - _position[i];
            bool samePosition = q == _position[i], sameVelocity = v == _velocity[i], moves = Math.Abs(v) > _sensors.MovingRadS;
            // A period more than has passed: stamps come a little early or late.
            var reach = _joints[i].VelocityRadS * (dtNs + _periodNs) * 1e-9;
            if (Math.Abs(way) > reach && Math.Abs(v) <= _joints[i].VelocityRadS) found = Of(FaultCode.SensorError, now, Math.Abs(way), reach, i);

            _unaccounted[i] = kept * _unaccounted[i] + way - 0.5 * (v + _velocity[i]) * dt;
            if (Math.Abs(_unaccounted[i]) > _sensors.ToleranceRad && found.IsNone)
                found = Of(FaultCode.FrozenState, now, Math.Abs(_unaccounted[i]), _sensors.ToleranceRad, i);

            _positionRepeats[i] = samePosition && moves ? _positionRepeats[i] + dtNs : 0;
            _velocityRepeats[i] = sameVelocity && moves ? _velocityRepeats[i] + dtNs : 0;
            var othersMove = moving - (moves ? 1 : 0) > 0;
            if (!samePosition || !sameVelocity) _stands[i] = 0;
            else if (othersMove && Math.Abs(motorNm[i]) > _breakawayNm[i]) _stands[i] += dtNs;
            var longest = Math.Max(_stands[i], Math.Max(_positionRepeats[i], _velocityRepeats[i]));
            if (longest > _sensors.RepeatMaxNs && found.IsNone) found = Of(FaultCode.FrozenState, now, longest, _sensors.RepeatMaxNs, i);
        }
        Keep(state);
        return found;
    }

    private void Keep(in RobotState state)
    {
        (_last, _position, _velocity, _hasLast) = (state.CaptureTime, state.Position, state.Velocity, true);
    }

    private int MovingJoints(in JointVelocities velocity)
    {
        var count = 0;
        for (var i = 0; i < _joints.Length; i++)
            if (Math.Abs(velocity[i]) > _sensors.MovingRadS) count++;
        return count;
    }

    private static Fault Of(FaultCode code, Stamp now, double value, double limit, int joint) => new(code, StopCategories.Of(code), now, value, limit, joint);

    [System.Runtime.CompilerServices.InlineArray(Joints.Max)]
    private struct Durations
    {
        private long _first;
    }
}

using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>
/// The posture that the arm is meant to be in: it starts where the arm is measured and moves by command alone. A motion of the tool's reference takes
/// it along by the
/// pseudo-inverse, a commanded posture moves it within the tool's null space, within limits of its own; together within each joint's limits.
/// </summary>
internal sealed class PostureReference
{
    /// <summary>At this rate the posture closes in on the pose that it belongs to: rounding and what limits took off, 1/s.</summary>
    private const double FollowRate = 20;
    private const double RestRadS = 1e-9;

    /// <summary>What stays between the posture and the end of a joint, rad: a jerk that is limited lets it pass what it aims at by a little.</summary>
    private const double EndInsetRad = 0.005;
    private const int ExactEvery = 32;

    /// <summary>Rounding moves nothing: square of a speed, m/s and rad/s.</summary>
    private const double Still = 1e-18;

    /// <summary>Of a joint's speed limit: a jerk that is limited lets the speed pass what it aims at by a little.</summary>
    private const double VelocityShare = 0.95;

    private readonly ArmKinematics _arm;
    private readonly JointLimits[] _joints;
    private readonly double _dt, _kappa, _lead, _step;
    private readonly BrakingCurve _approach;
    private readonly BrakingCurve[] _braking;

    private JointPositions _q, _goal;
    private JointVelocities _velocity, _change, _v, _w; // of the posture; its change a tick; the null-space cascade's outputs
    private Pose _pose = Pose.Identity;
    private bool _hasGoal, _isMoving;
    private int _sinceExact;

    /// <param name="limits">Of the posture and of each joint.</param>
    /// <param name="arm">Its own: always at the posture.</param>
    /// <param name="periodS">Control period, s.</param>
    public PostureReference(SafetyLimits limits, ArmKinematics arm, double periodS)
    {
        var p = limits.Posture;
        (_arm, _joints, _dt) = (arm, [.. limits.Joints], periodS);
        var k = Math.Min(0.25 / periodS, p.Jerk / (2 * p.Acceleration));
        _kappa = k * periodS;
        _lead = periodS * (1 - _kappa) / _kappa;
        _step = Math.Min(p.Acceleration / k, p.Jerk / (2 * k * k));
        _braking = [.. limits.Joints.Select(j => new BrakingCurve(FollowRate, 0.4 * j.AccelerationRadS2, VelocityShare * j.VelocityRadS))];
        _approach = new(Math.Min(k / 8, 5), 0.4 * p.Acceleration, p.Velocity);
    }

    /// <summary>The posture, rad.</summary>
    public ref readonly JointPositions PositionRad => ref _q;

    /// <summary>The arm in that posture.</summary>
    public ArmKinematics Arm => _arm;

    /// <summary>Its velocity, rad/s.</summary>
    public ref readonly JointVelocities VelocityRadS => ref _velocity;

    /// <summary>Largest speed of the commanded posture's part, rad/s each joint; the rest follows the tool.</summary>
    public ref readonly JointVelocities OwnRadS => ref _v;

    /// <summary>From where the posture has the tool to the tool's reference: a way in m and a turn in rad.</summary>
    public Twist Behind
    {
        get
        {
            var here = _arm.EndEffectorInBase;
            return new(_pose.Position - here.Position, (_pose.Orientation * here.Orientation.Inverse).ToVector());
        }
    }

    /// <summary>Stands where the arm is.</summary>
    public void Place(in JointPositions measured, in Pose pose)
    {
        (_q, _pose, _hasGoal, _isMoving) = (measured, pose, false, false);
        _velocity = _change = _v = _w = default;
        _arm.Update(_q);
        _sinceExact = 0;
    }

    /// <summary>Commands a posture.</summary>
    public void Head(in JointPositions goal) => (_goal, _hasGoal) = (goal, true);

    /// <summary>Commands none: what moves comes to rest.</summary>
    public void Rest() => _hasGoal = false;

    /// <summary>One period.</summary>
    /// <param name="reference">The tool's reference at its end.</param>
    /// <param name="ownShare">What is left of the commanded posture's motion, in [0, 1].</param>
    public LimitFlags Step(in Pose reference, double ownShare)
    {
        var own = Own(ownShare);
        var moved = new Twist((reference.Position - _pose.Position) / _dt, (reference.Orientation * _pose.Orientation.Inverse).ToVector() / _dt);
        _pose = reference;
        if (!own && !_isMoving && moved.Linear.LengthSquared < Still && moved.Angular.LengthSquared < Still) return LimitFlags.None;

        var toward = moved + Closing();
        var wanted = _arm.MotionOf(own ? toward - _arm.TwistOf(_v) : toward);
        var (flags, moving) = (LimitFlags.None, own);
        for (var i = 0; i < _joints.Length; i++)
        {
            var most = VelocityShare * _joints[i].VelocityRadS;
            Move(i, Math.Clamp(wanted[i] + _v[i], -most, most));
            moving |= Math.Abs(_velocity[i]) > RestRadS;
        }
        _isMoving = moving;
        if (own && ownShare < 1) flags |= LimitFlags.Posture;
        Follow();
        return flags;
    }

    /// <summary>One period of a slow motion that the joints are led in directly, whatever the tool does; the tool's reference goes along.</summary>
    /// <param name="speed">Wanted, rad/s.</param>
    public void Lead(in JointVelocities speed)
    {
        _hasGoal = false;
        _v = _w = default;
        _isMoving = true;
        for (var i = 0; i < _joints.Length; i++) Move(i, speed[i]);
        Follow();
        _pose = _arm.EndEffectorInBase;
    }

    /// <summary>
    /// The tool's motion that closes in on its reference, no faster than each joint can brake: beyond that the posture would swing past it, and wider
    /// each time.
    /// </summary>
    private Twist Closing()
    {
        var behind = Behind;
        var left = _arm.MotionOf(behind);
        var rate = FollowRate;
        for (var i = 0; i < _joints.Length; i++)
        {
            var way = Math.Abs(left[i]);
            var speed = _braking[i].Limit(FollowRate * way, way);
            if (speed < FollowRate * way) rate = Math.Min(rate, speed / way);
        }
        return behind * rate;
    }

    /// <summary>The arm follows by the step alone, and by the posture itself before rounding has added up.</summary>
    private void Follow()
    {
        if (++_sinceExact < ExactEvery)
        {
            JointVelocities step = default;
            for (var i = 0; i < _joints.Length; i++) step[i] = _velocity[i] * _dt;
            _arm.Advance(step);
            return;
        }
        _sinceExact = 0;
        _arm.Update(_q);
    }

    private void Move(int joint, double speed)
    {
        ref readonly var limit = ref _joints[joint];
        // Toward its end a joint of the posture slows as the joint itself can.
        speed = speed > 0 ? _braking[joint].Limit(speed, limit.PositionMaxRad - EndInsetRad - _q[joint])
            : -_braking[joint].Limit(-speed, _q[joint] - limit.PositionMinRad - EndInsetRad);
        var most = limit.AccelerationRadS2 * _dt;
        var jerk = limit.JerkRadS3 * _dt * _dt;
        var change = Math.Clamp(speed - _velocity[joint], Math.Max(-most, _change[joint] - jerk), Math.Min(most, _change[joint] + jerk));
        (_change[joint], _velocity[joint]) = (change, _velocity[joint] + change);
        _q[joint] += _velocity[joint] * _dt;
    }

    /// <summary>The commanded posture's own motion, by the same cascade of lags as the tool's reference. True while there is any.</summary>
    private bool Own(double share)
    {
        var moving = false;
        for (var i = 0; i < _joints.Length; i++)
        {
            var s = 0.0;
            if (_hasGoal)
            {
                var left = _goal[i] - (_q[i] + (_v[i] + _w[i]) * _lead);
                s = share * Math.CopySign(_approach.Speed(Math.Abs(left)), left);
            }
            s = Math.Clamp(s, _w[i] - _step, _w[i] + _step);
            _w[i] += (s - _w[i]) * _kappa;
            _v[i] += (_w[i] - _v[i]) * _kappa;
            if (Math.Abs(_v[i]) < RestRadS && Math.Abs(_w[i]) < RestRadS && s == 0) (_v[i], _w[i]) = (0, 0);
            moving |= _v[i] != 0;
        }
        return moving;
    }
}

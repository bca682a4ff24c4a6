using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>
/// The last look at joint set-points before they are sent: each joint within its position limits by a margin, its speed, and its acceleration as the
/// difference from one period to the next. What is inside passes to the bit. It remembers what was sent: the next starts from there.
/// </summary>
/// <param name="joints">Their limits.</param>
/// <param name="nearRad">An arm measured further than this from what was sent was moved by other means: what is sent starts anew where it is, rad.</param>
/// <param name="periodS">Control period, s.</param>
internal sealed class JointSetPointLimiter(JointLimits[] joints, double nearRad, double periodS)
{
    /// <summary>Less than what the posture reference keeps from a joint's end, so that this binds only where that one failed.</summary>
    internal const double MarginRad = 0.002;

    /// <summary>Share of a limit that differences of angles may be above it by rounding.</summary>
    private const double Rounding = 1e-6;

    /// <summary>So slow is at rest, rad/s.</summary>
    private const double RestRadS = 1e-3;

    private JointPositions _position, _asked;
    private JointVelocities _velocity;

    /// <summary>Whether anything was sent that is still in force.</summary>
    public bool HasSetPoint { get; private set; }

    /// <summary>Sent last, rad; of a robot that takes velocities, where it was when this began.</summary>
    public ref readonly JointPositions PositionRad => ref _position;

    /// <summary>Sent last, or the way from the last angles to these by the period, rad/s.</summary>
    public ref readonly JointVelocities VelocityRadS => ref _velocity;

    public bool IsAtRest => !((ReadOnlySpan<double>)_velocity)[..joints.Length].ContainsAnyExceptInRange(-RestRadS, RestRadS);

    /// <summary>Nothing is in force.</summary>
    public void Restart()
    {
        HasSetPoint = false;
        (_position, _velocity) = (default, default);
    }

    /// <summary>What was sent stands still there.</summary>
    public void Rest() => _velocity = default;

    /// <summary>These were sent last.</summary>
    public void Resume(in JointPositions position, in JointVelocities velocity) => (_position, _velocity, HasSetPoint) = (position, velocity, true);

    /// <summary>
    /// The reference starts anew where the arm is measured. Without a set-point in force, or with one that is far from the arm, the first one sent is the
    /// measured
    /// posture; else what was sent moves there within the limits. What was sent beyond a joint's margin goes no further out.
    /// </summary>
    /// <param name="measured">Of a robot that takes velocities only this counts.</param>
    /// <param name="sends">Whether angles are what is sent.</param>
    public void Place(in JointPositions measured, bool sends = true)
    {
        var isAnew = !HasSetPoint || (sends && !IsNear(measured));
        HasSetPoint = true;
        // A driver may leave anything beyond its joints.
        for (var i = 0; i < joints.Length; i++)
        {
            if (isAnew) (_position[i], _velocity[i]) = (measured[i], 0);
            _asked[i] = measured[i];
        }
    }

    /// <summary>Angles for the end of the coming period, rad. What was sent and is elsewhere closes in on them without passing them.</summary>
    public LimitFlags Move(in JointPositions wanted)
    {
        var flags = LimitFlags.None;
        for (var i = 0; i < joints.Length; i++)
        {
            ref readonly var joint = ref joints[i];
            var there = (wanted[i] - _position[i]) / periodS;
            var (asked, gap, change) = (there, _asked[i] - _position[i], joint.AccelerationRadS2 * periodS * (1 + Rounding));
            if (Math.Abs(there - _velocity[i]) > change || Math.Abs(gap) > change * periodS)
            {
                var own = Math.Clamp((wanted[i] - _asked[i]) / periodS, -joint.VelocityRadS, joint.VelocityRadS);
                asked = own + Math.CopySign(SetPointBraking.Speed(Math.Abs(gap), SetPointBraking.Share * joint.AccelerationRadS2, periodS), gap);
                flags |= LimitFlags.JointAcceleration;
            }
            var speed = Limited(i, asked, _position[i], ref flags);
            _position[i] = speed == there ? wanted[i] : _position[i] + speed * periodS;
            _velocity[i] = speed;
        }
        _asked = wanted;
        return flags;
    }

    /// <summary>Velocities for the coming period, rad/s, of an arm at a measured posture, rad.</summary>
    public LimitFlags Turn(in JointVelocities wanted, in JointPositions measured)
    {
        var flags = LimitFlags.None;
        for (var i = 0; i < joints.Length; i++) _velocity[i] = Limited(i, wanted[i], measured[i], ref flags);
        return flags;
    }

    /// <summary>Every joint toward rest as it can brake, for a stop without a state to go by. True once all rest.</summary>
    public bool RampDown()
    {
        var done = true;
        for (var i = 0; i < joints.Length; i++)
        {
            var change = joints[i].AccelerationRadS2 * periodS;
            _velocity[i] = Math.Abs(_velocity[i]) <= change ? 0 : _velocity[i] - Math.CopySign(change, _velocity[i]);
            _position[i] += _velocity[i] * periodS;
            done &= _velocity[i] == 0;
        }
        return done;
    }

    private bool IsNear(in JointPositions measured)
    {
        for (var i = 0; i < joints.Length; i++)
            if (!(Math.Abs(measured[i] - _position[i]) <= nearRad)) return false;
        return true;
    }

    private double Limited(int i, double asked, double at, ref LimitFlags flags)
    {
        ref readonly var joint = ref joints[i];
        var speed = asked;
        if (Math.Abs(speed) > joint.VelocityRadS * (1 + Rounding))
        {
            speed = Math.CopySign(joint.VelocityRadS, speed);
            flags |= LimitFlags.JointVelocity;
        }
        var room = speed > 0 ? joint.PositionMaxRad - MarginRad - at : at - joint.PositionMinRad - MarginRad;
        if (Math.Abs(speed) > SetPointBraking.Speed(room, joint.AccelerationRadS2, periodS))
        {
            speed = Math.CopySign(SetPointBraking.Speed(room, joint.AccelerationRadS2, periodS), speed);
            flags |= LimitFlags.JointPosition;
        }
        var (last, change) = (_velocity[i], joint.AccelerationRadS2 * periodS);
        if (Math.Abs(speed - last) > change * (1 + Rounding))
        {
            speed = Math.Clamp(speed, last - change, last + change);
            flags |= LimitFlags.JointAcceleration;
        }
        return speed;
    }
}

/// <summary>How fast a set-point may go toward an end, period by period, that it must not pass.</summary>
internal static class SetPointBraking
{
    /// <summary>Of the acceleration: what closes in on something that moves needs some for that motion.</summary>
    public const double Share = 0.5;

    /// <summary>The largest speed after which so much room still suffices to brake: v Δt + v²/2a ≤ room.</summary>
    public static double Speed(double room, double deceleration, double periodS) =>
        room <= 0 ? 0 : deceleration * (Math.Sqrt(periodS * periodS + 2 * room / deceleration) - periodS);
}

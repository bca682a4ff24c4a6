using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>
/// The last look at a pose before it is sent: inside the workspace, its speed within the Cartesian limits, and its acceleration as the difference from one
/// period to the next. What is inside passes to the bit. It remembers what was sent: the next starts from there.
/// </summary>
/// <param name="limits">The envelope.</param>
/// <param name="near">An arm measured further than this from what was sent, m and rad, was moved by other means: what is sent starts anew where it is.</param>
/// <param name="periodS">Control period, s.</param>
internal sealed class PoseSetPointLimiter(SafetyLimits limits, (double M, double Rad) near, double periodS)
{
    private const double Rounding = 1e-6;

    /// <summary>So slow is at rest, m/s and rad/s.</summary>
    private const double RestMS = 1e-4, RestRadS = 1e-3;

    private readonly MotionLimits _translation = limits.Translation, _rotation = limits.Rotation;
    private readonly Box _workspace = limits.Workspace;

    /// <summary>All three axes may have to brake at once.</summary>
    private readonly double _axisMS2 = limits.Translation.Acceleration / Math.Sqrt(3);

    private Pose _pose = Pose.Identity, _asked = Pose.Identity;
    private Twist _twist;

    /// <summary>Whether anything was sent that is still in force.</summary>
    public bool HasSetPoint { get; private set; }

    /// <summary>Sent last, and how it came from the one before, in base.</summary>
    public ref readonly Pose PoseInBase => ref _pose;
    public ref readonly Twist TwistInBase => ref _twist;

    public bool IsAtRest => _twist.Linear.Length < RestMS && _twist.Angular.Length < RestRadS;

    /// <summary>Nothing is in force.</summary>
    public void Restart() => (HasSetPoint, _pose, _twist) = (false, Pose.Identity, Twist.Zero);

    /// <summary>What was sent stands still there.</summary>
    public void Rest() => _twist = Twist.Zero;

    /// <summary>This was sent last.</summary>
    public void Resume(in Pose pose) => (_pose, _twist, HasSetPoint) = (pose, Twist.Zero, true);

    /// <summary>
    /// The reference starts anew at a pose. Without a set-point in force, or with one that is far from it, the first one sent is that pose; else what was sent
    /// moves there within the limits. What was sent outside the workspace goes no further out.
    /// </summary>
    public void Place(in Pose pose)
    {
        if (!HasSetPoint || !IsNear(pose)) (_pose, _twist) = (pose, Twist.Zero);
        (HasSetPoint, _asked) = (true, pose);
    }

    /// <summary>The pose for the end of the coming period. What was sent and is elsewhere closes in on it without passing it.</summary>
    public LimitFlags Move(in Pose wanted)
    {
        var flags = LimitFlags.None;
        var (there, gap) = (Between(_pose, wanted) * (1 / periodS), Between(_pose, _asked));
        var own = Between(_asked, wanted) * (1 / periodS);
        _asked = wanted;
        var linear = Closing(there.Linear, gap.Linear, own.Linear, _twist.Linear, _translation, ref flags);
        var angular = Closing(there.Angular, gap.Angular, own.Angular, _twist.Angular, _rotation, ref flags);
        linear = Slowed(linear, _translation.Velocity, ref flags);
        angular = Slowed(angular, _rotation.Velocity, ref flags);
        var boxed = new Vector3D(Braked(0, linear.X), Braked(1, linear.Y), Braked(2, linear.Z));
        if (boxed != linear) flags |= LimitFlags.Workspace;
        // What every axis can do at once: brake. From there as far toward what is wanted as one period's acceleration goes.
        var braking = _axisMS2 * periodS;
        var possible = new Vector3D(Braking(0), Braking(1), Braking(2));
        linear = Reached(possible, boxed, _twist.Linear, _translation.Acceleration * periodS, ref flags);
        angular = Reached(_twist.Angular, angular, _twist.Angular, _rotation.Acceleration * periodS, ref flags);

        _pose = flags == LimitFlags.None ? wanted
            : new(_pose.Position + linear * periodS, (Rotation.FromVector(angular * periodS) * _pose.Orientation).Normalized);
        _twist = new(linear, angular);
        return flags;

        double Braking(int axis)
        {
            var last = _twist.Linear[axis];
            return Math.Abs(last) <= braking ? 0 : last - Math.CopySign(braking, last);
        }
    }

    /// <summary>Toward rest as fast as the limits let it, for a stop without a state to go by. True once it rests.</summary>
    public bool RampDown()
    {
        _twist = new(Ramped(_twist.Linear, _translation.Acceleration * periodS), Ramped(_twist.Angular, _rotation.Acceleration * periodS));
        _pose = new(_pose.Position + _twist.Linear * periodS, (Rotation.FromVector(_twist.Angular * periodS) * _pose.Orientation).Normalized);
        return _twist == Twist.Zero;
    }

    private static Twist Between(in Pose from, in Pose to) => new(to.Position - from.Position, (to.Orientation * from.Orientation.Inverse).ToVector());

    /// <summary>What takes the set-point to what is wanted, where one period's acceleration suffices for that; else what brakes in time.</summary>
    private Vector3D Closing(in Vector3D there, in Vector3D gap, in Vector3D own, in Vector3D last, MotionLimits limit, ref LimitFlags flags)
    {
        var change = limit.Acceleration * periodS * (1 + Rounding);
        var (distance, with) = (gap.Length, own.ClampLength(limit.Velocity));
        if ((there - last).Length <= change && distance <= change * periodS) return there;
        flags |= LimitFlags.CartesianAcceleration;
        return distance == 0 ? with : with + gap * (SetPointBraking.Speed(distance, SetPointBraking.Share * limit.Acceleration, periodS) / distance);
    }

    private bool IsNear(in Pose pose) =>
        (pose.Position - _pose.Position).Length <= near.M && (pose.Orientation * _pose.Orientation.Inverse).ToVector().Length <= near.Rad;

    private double Braked(int axis, double speed)
    {
        var room = speed > 0 ? _workspace.Max[axis] - _pose.Position[axis] : _pose.Position[axis] - _workspace.Min[axis];
        var most = SetPointBraking.Speed(room, _axisMS2, periodS);
        return Math.Abs(speed) > most ? Math.CopySign(most, speed) : speed;
    }

    private static Vector3D Slowed(in Vector3D speed, double most, ref LimitFlags flags)
    {
        if (speed.Length <= most * (1 + Rounding)) return speed;
        flags |= LimitFlags.CartesianVelocity;
        return speed.ClampLength(most);
    }

    private static Vector3D Ramped(in Vector3D v, double change) => v.Length <= change ? Vector3D.Zero : v - v * (change / v.Length);

    /// <summary>From what is possible toward what is wanted, within a distance of what was.</summary>
    private static Vector3D Reached(in Vector3D possible, in Vector3D wanted, in Vector3D last, double change, ref LimitFlags flags)
    {
        if ((wanted - last).Length <= change * (1 + Rounding)) return wanted;
        flags |= LimitFlags.CartesianAcceleration;
        Vector3D a = possible - last, b = wanted - possible;
        double ab = Vector3D.Dot(a, b), bb = b.LengthSquared, rest = change * change - a.LengthSquared;
        return rest <= 0 || bb == 0 ? possible : possible + b * Math.Clamp((Math.Sqrt(ab * ab + bb * rest) - ab) / bb, 0, 1);
    }
}

using System.Runtime.Intrinsics;
using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>
/// Keeps the reference within the Cartesian, joint and workspace limits.
/// <para>
/// The reference is the output of three equal first-order lags in a row, v ← w ← s, driven by the velocity s of a set-point. Undisturbed,
/// s is chosen so that the reference follows the plan exactly (the cascade is inverted), hence inside the limits nothing changes. Every limit is
/// put on s as a convex set; a lag's output stays in any convex set that holds its input, so the limit then holds for the reference as well,
/// with acceleration k(w − v) and jerk k²((s − w) − (w − v)) bounded by bounding s − w, and without any look-ahead: with s = 0 the reference comes
/// to rest where the set-point is, inside every barrier.
/// </para>
/// </summary>
internal sealed partial class MotionLimiter
{
    // The reference's share of a velocity limit: the measured velocity, which stops the robot at the whole limit, oscillates about it.
    private const double VelocityShare = 0.9;

    // A joint's share is smaller: while a motion slows, the posture moves on, and with it what the same motion asks of the joint. What that comes to
    // is looked for ahead, along a straight line; the share is for the rest. Measured, not proved.
    private const double JointVelocityShare = 0.75;
    private const double JointVelocityLookS = 0.048;

    // q̈ = J⁺ a + (J⁺)˙ v: what changes a motion has one share of a joint's acceleration, what the same motion asks as the Jacobian turns has
    // the rest. A posture of which more was asked saturated, and fell up to 28 mm behind its reference in the middle of the workspace; so it
    // stays within 1 mm unless the arm is stretched. Measured, not proved.
    // The Jacobian also turns while the lags pass a motion on: an acceleration is bounded with what it is now and with what it will be then.
    private const double JointAccelerationShare = 0.8, JointTurningShare = 0.2;

    /// <summary>How far ahead of the posture the other one lies that a step is given, s: two lags.</summary>
    public const double LookS = 0.008;

    // Of what is possible along one axis: three may have to brake at once, besides whatever else moves.
    private const double BrakingShare = 0.4;
    private const double JointPositionInsetRad = 0.03;
    private const double InsetM = 0.005;

    /// <summary>What stays between the body of the reference's posture and whatever it may not touch: the measured posture oscillates about that one.</summary>
    private const double BodyInsetM = 0.015;
    private const int BrakingEvery = 4;

    /// <summary>How far the posture may be behind the tool's reference: a way, a turn; and how steeply the reference is held back, 1/s.</summary>
    private const double BehindMostM = 0.01, BehindMostRad = 0.05, BehindRate = 200;

    private readonly double _dt, _k, _kappa, _lead, _approachRate;
    private readonly double _topLinear, _topAngular, _stepLinear, _stepAngular;
    private readonly LimitFlags _accelerationFlag, _jointAccelerationFlag;
    private readonly JointLimits[] _joints;
    private readonly double[] _jointAcceleration;
    private readonly Vector512<double> _perJointAcceleration, _laneAcceleration, _laneVelocity, _laneTurning;
    private readonly BrakingCurve[] _jointBarrier;

    private Pose _pose = Pose.Identity;
    private Twist _v, _w, _acceleration, _lastAcceleration, _behind, _braking;
    private int _brakingAge;

    private readonly OrientationBarrier _orientation;
    private readonly Clearance? _clearance;
    private readonly int _shares; // of a distance: one, or a half where something else moves too
    private readonly MotionBounds _bounds;
    private readonly double[] _byJoint;
    private readonly Vector512<double> _reach;
    private readonly double _bodyRate;
    private readonly BrakingCurve _postureCurve;

    /// <param name="limits">The envelope.</param>
    /// <param name="periodS">Control period, s.</param>
    /// <param name="body">What of the arm may not come near what; none for the tool's point alone.</param>
    public MotionLimiter(SafetyLimits limits, double periodS, BodyModel? body = null)
    {
        var (t, r) = (limits.Translation, limits.Rotation);
        _dt = periodS;
        _joints = [.. limits.Joints];
        _k = Math.Min(0.25 / periodS, Math.Min(t.Jerk / (2 * t.Acceleration), r.Jerk / (2 * r.Acceleration)));
        _kappa = _k * periodS;
        _lead = periodS * (1 - _kappa) / _kappa;
        _approachRate = Math.Min(_k / 8, 20);
        _topLinear = VelocityShare * t.Velocity;
        _topAngular = VelocityShare * r.Velocity;
        // |s − w| bounds the acceleration by k|s − w| and the jerk by 2k²|s − w|.
        _stepLinear = Math.Min(t.Acceleration / _k, t.Jerk / (2 * _k * _k));
        _stepAngular = Math.Min(r.Acceleration / _k, r.Jerk / (2 * _k * _k));
        _accelerationFlag = t.Acceleration / _k < t.Jerk / (2 * _k * _k) ? LimitFlags.CartesianAcceleration : LimitFlags.CartesianJerk;
        _jointAcceleration = [.. _joints.Select(j => JointAccelerationShare * Math.Min(j.AccelerationRadS2, j.JerkRadS3 / (2 * _k)))];
        _laneAcceleration = Lanes(_jointAcceleration, double.PositiveInfinity);
        _perJointAcceleration = Vector512<double>.One / _laneAcceleration;
        _laneVelocity = Lanes([.. _joints.Select(j => JointVelocityShare * j.VelocityRadS)], double.PositiveInfinity);
        _laneTurning = Lanes([.. _joints.Select(j => JointTurningShare * j.AccelerationRadS2)], double.PositiveInfinity);
        _jointAccelerationFlag = _joints.Any(j => j.AccelerationRadS2 > j.JerkRadS3 / (2 * _k)) ? LimitFlags.JointJerk : LimitFlags.JointAcceleration;
        _jointBarrier = [.. _joints.Select((j, i) =>
            new BrakingCurve(VelocityShare * limits.BarrierRate, BrakingShare * _jointAcceleration[i], JointVelocityShare * j.VelocityRadS))];
        _orientation = new(limits.Orientation, VelocityShare * limits.BarrierRate);
        (_clearance, _shares) = (body is null ? null : new(body), body?.Other is null ? 1 : 2);
        _bounds = new(3 + 2 + (body?.Pairs.Length ?? 0));
        _byJoint = new double[_joints.Length];
        _reach = Lanes(body is null ? [] : [.. Enumerable.Range(0, body.Joints).Select(body.Reach)], 0);
        _bodyRate = VelocityShare * limits.BarrierRate;
        // What a commanded posture can count on: its own acceleration at half an arm's length.
        _postureCurve = new(_bodyRate, BrakingShare * 0.5 * limits.Posture.Acceleration, double.PositiveInfinity);
        Barrier = new BoxBarrier(limits.Workspace, [.. limits.KeepOut], VelocityShare * limits.BarrierRate, InsetM);
    }

    private static Vector512<double> Lanes(ReadOnlySpan<double> values, double otherwise)
    {
        var lanes = Vector512.Create(otherwise);
        for (var i = 0; i < values.Length; i++) lanes = lanes.WithElement(i, values[i]);
        return lanes;
    }

    public BoxBarrier Barrier { get; }

    public bool IsAtRest => _v.Linear.Length < 1e-4 && _v.Angular.Length < 1e-3 && _w.Linear.Length < 1e-4 && _w.Angular.Length < 1e-3;

    /// <summary>The reference as it is now, with velocity and acceleration carried from the middle of the last step to its end.</summary>
    public Reference Reference => new(
        _pose, _v + (_acceleration + (_acceleration - _lastAcceleration) * 0.75) * (0.5 * _dt), _acceleration * 2 - _lastAcceleration);

    /// <summary>The pose alone.</summary>
    public ref readonly Pose PoseInBase => ref _pose;

    /// <summary>Stands still at a pose.</summary>
    public void Place(in Pose pose)
    {
        _pose = pose;
        _v = _w = _acceleration = _lastAcceleration = Twist.Zero;
        Barrier.Place(pose.Position);
        _clearance?.Restart();
        OwnShare = 1;
        _brakingAge = 0;
    }

    /// <summary>What is left of the commanded posture's own motion by whatever the body is near to, in [0, 1].</summary>
    public double OwnShare { get; private set; } = 1;

    /// <summary>One period toward the demand. The flags say which limits changed the motion.</summary>
    /// <param name="demand">What is asked.</param>
    /// <param name="stop">Come to rest instead.</param>
    /// <param name="contact">External wrench at the end effector in base, and in [0, 1] how far it is between contact and collision.</param>
    /// <param name="look">Kinematics of the posture that moves along.</param>
    /// <param name="q">Measured posture, rad.</param>
    /// <param name="posture">Where the body is meant to be.</param>
    public LimitFlags Step(
        in ReferenceDemand demand, bool stop, in (Wrench Wrench, double Severity) contact, in PostureLook look,
        in JointPositions q, PostureReference? posture = null)
    {
        var (arm, soon, _) = look;
        var flags = stop ? LimitFlags.Stopping : LimitFlags.None;
        var ahead = _pose.Position + _v.Linear * _lead;
        var setPoint = ahead + _w.Linear * _lead;
        Barrier.Select(_pose.Position, ahead, setPoint);
        // What the posture can brake by changes as slowly as the posture.
        if (_brakingAge++ % BrakingEvery == 0) _braking = BrakingAlongAxes(arm);
        var braking = _braking;
        var bounds = Barrier.BoundsAt(setPoint, braking.Linear, out var workspace);

        var s = stop ? Twist.Zero : demand.OnPlan ? Follow(demand.NextInBase) : Approach(demand.GoalInBase, setPoint, braking);
        if (contact.Severity > 0) s = Yield(s, contact, ref flags);
        var clamped = bounds.Clamp(s.Linear);
        if (clamped != s.Linear)
        {
            flags |= clamped == workspace.Clamp(s.Linear) ? LimitFlags.Workspace : LimitFlags.KeepOut;
            s = s with { Linear = clamped };
        }
        var possible = _w with { Linear = bounds.Clamp(_w.Linear) };
        Collect(s, possible, arm, braking, posture);
        if (!_bounds.IsEmpty)
        {
            s = Within(s, bounds, ref flags);
            var ignored = LimitFlags.None;
            possible = PullBack(Within(possible, bounds, ref ignored), possible, arm, soon, ref ignored);
        }
        s = ScaleToJoints(s, look, q, posture is null ? q : posture.PositionRad, ref flags);
        s = PullBack(s, possible, arm, soon, ref flags);

        Advance(s, demand.OnPlan && flags == LimitFlags.None ? demand.NextInBase : null);
        return flags;
    }

    /// <summary>The set-point velocity with which the cascade's output lands on the planned pose.</summary>
    private Twist Follow(in Pose next)
    {
        var v = new Twist((next.Position - _pose.Position) / _dt, (next.Orientation * _pose.Orientation.Inverse).ToVector() / _dt);
        var w = _v + (v - _v) * (1 / _kappa);
        return _w + (w - _w) * (1 / _kappa);
    }

    /// <summary>Toward a goal, off any plan: the set-point closes in without passing it.</summary>
    private Twist Approach(in Pose goal, in Vector3D setPoint, in Twist braking)
    {
        var linear = goal.Position - setPoint;
        var orientation = Rotation.FromVector((_v.Angular + _w.Angular) * _lead) * _pose.Orientation;
        var angular = (goal.Orientation * orientation.Inverse).ToVector();
        return new(
            Toward(linear, new(_approachRate, Least(braking.Linear), _topLinear)),
            Toward(angular, new(_approachRate, Least(braking.Angular), _topAngular)));
    }

    private static Vector3D Toward(in Vector3D error, in BrakingCurve curve)
    {
        var distance = error.Length;
        return distance == 0 ? Vector3D.Zero : error * (curve.Speed(distance) / distance);
    }

    /// <summary>In contact, the part of the motion that pushes against the external wrench slows; the part that gives way does not.</summary>
    private static Twist Yield(in Twist s, in (Wrench Wrench, double Severity) contact, ref LimitFlags flags)
    {
        var yielded = new Twist(
            Slow(s.Linear, contact.Wrench.Force, contact.Severity), Slow(s.Angular, contact.Wrench.Torque, contact.Severity));
        if (yielded != s) flags |= LimitFlags.ContactForce;
        return yielded;
    }

    private static Vector3D Slow(in Vector3D motion, in Vector3D push, double severity)
    {
        var against = Vector3D.Dot(motion, push);
        return against >= 0 ? motion : motion - push * (severity * against / push.LengthSquared);
    }

    /// <summary>Scales the motion as a whole, so that its direction stays, to what each joint's speed, acceleration and distance to its limits allow.</summary>
    private Twist ScaleToJoints(
        in Twist s, in PostureLook look, in JointPositions q, in JointPositions meant, ref LimitFlags flags)
    {
        var (arm, soon, soonS) = look;
        var speed = arm.MotionOf(s);
        var later = soon.MotionOf(s);
        var fastest = Vector512.Max(Vector512.Abs(speed), Vector512.Abs(speed + (later - speed) * (JointVelocityLookS / soonS)));
        var scale = 1.0;
        var flag = LimitFlags.None;
        if (Vector512.GreaterThanAny(fastest, _laneVelocity)) Lower(1 / Largest(fastest / _laneVelocity), LimitFlags.JointVelocity);
        var turning = Vector512.Abs(later - speed) * (1 / soonS);
        if (Vector512.GreaterThanAny(turning, _laneTurning)) Lower(1 / Largest(turning / _laneTurning), LimitFlags.JointAcceleration);
        for (var i = 0; i < _joints.Length; i++)
        {
            ref readonly var joint = ref _joints[i];
            var moving = Math.Abs(speed[i]);
            var free = speed[i] > 0
                ? joint.PositionMaxRad - Math.Max(q[i], meant[i])
                : Math.Min(q[i], meant[i]) - joint.PositionMinRad;
            var room = free - JointPositionInsetRad;
            var allowed = _jointBarrier[i].Limit(moving, room);
            if (moving > allowed) Lower(allowed / moving, LimitFlags.JointPosition);
        }
        flags |= flag;
        return scale < 1 ? s * scale : s;

        void Lower(double to, LimitFlags why)
        {
            if (to >= scale) return;
            (scale, flag) = (to, why);
        }
    }

    /// <summary>Deceleration to count on along and about each axis of base in the present posture, m/s² and rad/s².</summary>
    private Twist BrakingAlongAxes(ArmKinematics arm)
    {
        return new(new(Along(arm, 0), Along(arm, 1), Along(arm, 2)), new(Along(arm, 3), Along(arm, 4), Along(arm, 5)));
    }

    private double Along(ArmKinematics arm, int axis)
    {
        // The joint with the least acceleration for what the axis asks of it. Lanes without a joint bound nothing.
        var most = 1 / Largest(Vector512.Abs(arm.MotionAlong(axis)) * _perJointAcceleration);
        return BrakingShare * Math.Min(most, _k * (axis < 3 ? _stepLinear : _stepAngular));
    }

    private static double Largest(in Vector512<double> v)
    {
        var four = Vector256.Max(v.GetLower(), v.GetUpper());
        var two = Vector128.Max(four.GetLower(), four.GetUpper());
        return Math.Max(two[0], two[1]);
    }

    private static double Least(in Vector3D v) => Math.Min(v.X, Math.Min(v.Y, v.Z));

    /// <summary>From a motion that is always possible, as far as the speed and acceleration limits let it toward the wanted one.</summary>
    private Twist PullBack(in Twist wanted, in Twist possible, ArmKinematics arm, ArmKinematics soon, ref LimitFlags flags)
    {
        var change = wanted - possible;
        var start = possible - _w;
        var part = 1.0;
        var flag = LimitFlags.None;
        Lower(Reach(possible.Linear, change.Linear, _topLinear), LimitFlags.CartesianVelocity);
        Lower(Reach(possible.Angular, change.Angular, _topAngular), LimitFlags.CartesianVelocity);
        Lower(Reach(start.Linear, change.Linear, _stepLinear), _accelerationFlag);
        Lower(Reach(start.Angular, change.Angular, _stepAngular), _accelerationFlag);
        LowerToJoints(arm);
        LowerToJoints(soon);
        flags |= flag;
        return part < 1 ? possible + change * part : wanted;

        void LowerToJoints(ArmKinematics posture)
        {
            var (at, along) = (posture.MotionOf(start) * _k, posture.MotionOf(change) * _k);
            if (!Vector512.GreaterThanAny(Vector512.Abs(at + along), _laneAcceleration)) return;
            for (var i = 0; i < _joints.Length; i++)
            {
                var (a, b) = (at[i], along[i]);
                if (Math.Abs(a + b) <= _jointAcceleration[i] || b == 0) continue;
                Lower(Math.Max(0, ((b > 0 ? _jointAcceleration[i] : -_jointAcceleration[i]) - a) / b), _jointAccelerationFlag);
            }
        }

        void Lower(double to, LimitFlags why)
        {
            if (to >= part) return;
            (part, flag) = (to, why);
        }
    }

    /// <summary>The largest part t in [0, 1] with |a + t b| ≤ r; 0 where a itself is outside.</summary>
    private static double Reach(in Vector3D a, in Vector3D b, double r)
    {
        if ((a + b).LengthSquared <= r * r) return 1;
        var bb = b.LengthSquared;
        var ab = Vector3D.Dot(a, b);
        var rest = r * r - a.LengthSquared;
        return rest <= 0 ? 0 : Math.Min(1, (Math.Sqrt(ab * ab + bb * rest) - ab) / bb);
    }

    private void Advance(in Twist s, Pose? planned)
    {
        _w += (s - _w) * _kappa;
        var v = _v + (_w - _v) * _kappa;
        _lastAcceleration = _acceleration;
        _acceleration = (v - _v) * (1 / _dt);
        _v = v;
        _pose = planned ?? new(
            _pose.Position + v.Linear * _dt, (Rotation.FromVector(v.Angular * _dt) * _pose.Orientation).Normalized);
    }
}

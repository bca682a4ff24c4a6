using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RobotRL.Model;
using static RobotRL.Safety.DampedInverse;

namespace RobotRL.Safety;

/// <summary>
/// Forward kinematics and geometric Jacobian of a serial arm given by modified (Craig) Denavit–Hartenberg rows, for one posture at a time.
/// Twists and wrenches are at the end-effector origin in base axes. Allocates only when constructed.
/// </summary>
/// <remarks>
/// A posture is given once and asked many times, so the damped pseudo-inverse is worked out whole: what a motion asks of the joints is then six products.
/// One lane holds one joint. Products and sums are separate operations, never fused, so that every machine comes to the same bits.
/// </remarks>
public sealed class ArmKinematics
{
    /// <summary>Up to this angle a sine's series is exact to the last bits.</summary>
    private const double SmallRad = 0.05;

    private readonly (double A, double D, double Sin, double Cos)[] _links;
    private readonly Pose _flange, _endEffectorInTip;
    private readonly Frame[] _frames;
    private readonly double[] _sin = new double[Lanes], _cos = new double[Lanes];

    // J by columns, a column a joint; J by rows and J⁺ by columns, a row of each an axis, a lane a joint.
    private readonly double[] _columns, _rows = new double[Axes * Lanes], _inverse = new double[Axes * Lanes];

    private Pose _endEffector;
    private Vector3D _position;
    private bool _isPoseCurrent, _isInverseCurrent;

    public ArmKinematics(RobotDescription robot, Pose endEffectorInFlange)
    {
        if (robot.JointCount is 0 or > Joints.Max)
            throw new ArgumentException($"{robot.Name}: {robot.JointCount} joints; 1 to {Joints.Max} are possible.", nameof(robot));
        _links = [.. robot.Kinematics.Select(l => (l.A, l.D, Math.Sin(l.Alpha), Math.Cos(l.Alpha)))];
        (_flange, _endEffectorInTip) = (robot.Flange, robot.Flange * endEffectorInFlange);
        (_frames, _columns) = (new Frame[_links.Length], new double[_links.Length * Lanes]);
    }

    private ArmKinematics(ArmKinematics like)
    {
        (_links, _flange, _endEffectorInTip) = (like._links, like._flange, like._endEffectorInTip);
        (_frames, _columns) = (new Frame[_links.Length], new double[_links.Length * Lanes]);
    }

    /// <summary>A link's frame in base: its axes and its origin. The joint turns about <paramref name="Z"/>.</summary>
    public readonly record struct Frame(Vector3D X, Vector3D Y, Vector3D Z, Vector3D Origin)
    {
        /// <summary>The coordinates in base of a point given in the link's frame.</summary>
        public Vector3D Transform(in Vector3D p) => Origin + X * p.X + Y * p.Y + Z * p.Z;

        /// <summary>A direction given in the link's frame, in base axes.</summary>
        public Vector3D Turn(in Vector3D v) => X * v.X + Y * v.Y + Z * v.Z;

        /// <summary>A direction given in base axes, in the link's frame.</summary>
        public Vector3D TurnBack(in Vector3D v) => new(Vector3D.Dot(X, v), Vector3D.Dot(Y, v), Vector3D.Dot(Z, v));
    }

    /// <summary>The coordinates in base of a point given in the flange's frame.</summary>
    public Vector3D FromFlange(in Vector3D p) => _frames[^1].Transform(_flange.Transform(p));

    /// <summary>The two ends of a part's line in base.</summary>
    public (Vector3D From, Vector3D To) Line(BodyPart part) =>
        part.Link == 0 ? (part.From, part.To)
        : part.Link > _frames.Length ? (FromFlange(part.From), FromFlange(part.To))
        : (_frames[part.Link - 1].Transform(part.From), _frames[part.Link - 1].Transform(part.To));

    /// <summary>The same arm, for another posture.</summary>
    public ArmKinematics Another() => new(this);

    public int JointCount => _links.Length;

    /// <summary>The links' frames, base to tip.</summary>
    public ReadOnlySpan<Frame> Frames => _frames;

    /// <summary>The end effector in the last joint's frame.</summary>
    public Pose EndEffectorInTip => _endEffectorInTip;

    /// <summary>X_BE of the posture last given.</summary>
    public Pose EndEffectorInBase
    {
        get
        {
            if (_isPoseCurrent) return _endEffector;
            var (x, y, z, _) = _frames[^1];
            var tip = Rotation.FromAxes(x, y, z);
            _isPoseCurrent = true;
            return _endEffector = new(_position, tip * _endEffectorInTip.Orientation);
        }
    }

    /// <summary>Takes a posture, rad.</summary>
    public void Update(in JointPositions q)
    {
        var (sin, cos) = LaneSines.Of(Laid(q));
        Store(sin, _sin, 0);
        Store(cos, _cos, 0);
        Update();
    }

    /// <summary>Moves on by a small step of each joint, rad. Rounding adds up: a posture is given anew now and then.</summary>
    internal void Advance(in JointVelocities step) => UpdateAhead(this, step, 1);

    /// <summary>Takes the posture that another one will be in so long, at a steady speed.</summary>
    public void UpdateAhead(ArmKinematics of, in JointVelocities velocity, double seconds)
    {
        var angle = Laid(velocity) * seconds;
        var square = angle * angle;
        var (s, c) = Vector512.LessThanOrEqualAll(square, Vector512.Create(SmallRad * SmallRad))
            ? (angle * (Ones - square * (1.0 / 6) * (Ones - square * (1.0 / 20))),
                Ones - square * 0.5 * (Ones - square * (1.0 / 12) * (Ones - square * (1.0 / 30))))
            : LaneSines.Of(angle);
        var (sin, cos) = (Row(of._sin, 0), Row(of._cos, 0));
        Store(sin * c + cos * s, _sin, 0);
        Store(cos * c - sin * s, _cos, 0);
        Update();
    }

    /// <summary>J q̇.</summary>
    public Twist TwistOf(in JointVelocities velocity)
    {
        var sum = Vector512<double>.Zero;
        for (var i = 0; i < _links.Length; i++) sum += Row(_columns, i) * velocity[i];
        return Gathered(sum);
    }

    /// <summary>Jᵀ F.</summary>
    public JointTorques TorqueOf(in Wrench wrench)
    {
        var sum = Combined(_rows, new(wrench.Force, wrench.Torque));
        JointTorques torque = default;
        for (var i = 0; i < _links.Length; i++) torque[i] = sum[i];
        return torque;
    }

    /// <summary>J⁺ V, damped: the smallest joint motion that moves the end effector so. Serves velocities, accelerations and jerks alike.</summary>
    public JointVelocities JointMotionOf(in Twist motion)
    {
        var sum = MotionOf(motion);
        JointVelocities q = default;
        for (var i = 0; i < _links.Length; i++) q[i] = sum[i];
        return q;
    }

    /// <summary>The same with a joint a lane; lanes beyond the joints are 0.</summary>
    internal Vector512<double> MotionOf(in Twist motion) => Combined(Inverse, motion);

    /// <summary>The joint motion that moves the end effector by 1 along one axis of base (0–2) or about it (3–5), a joint a lane.</summary>
    internal Vector512<double> MotionAlong(int axis) => Row(Inverse, axis);

    /// <summary>What of a change that the joints bring about, given by what each contributes, a motion of the end effector brings about: (J⁺)ᵀ g.</summary>
    internal Twist GradientOf(ReadOnlySpan<double> byJoint)
    {
        Span<double> sum = stackalloc double[Axes];
        var inverse = Inverse;
        for (var axis = 0; axis < Axes; axis++)
            for (var i = 0; i < byJoint.Length; i++) sum[axis] += inverse[axis * Lanes + i] * byJoint[i];
        return new(new(sum[0], sum[1], sum[2]), new(sum[3], sum[4], sum[5]));
    }

    /// <summary>(I − J⁺J) τ: what of a joint torque leaves the end effector alone.</summary>
    public JointTorques NullspaceOf(in JointTorques torque)
    {
        JointVelocities direction = default;
        for (var i = 0; i < _links.Length; i++) direction[i] = torque[i];
        var task = MotionOf(TwistOf(direction));
        JointTorques rest = default;
        for (var i = 0; i < _links.Length; i++) rest[i] = torque[i] - task[i];
        return rest;
    }

    private void Update()
    {
        // Columns of R and the origin of the frame reached so far. Row i: RotX(α) TransX(a) RotZ(q) TransZ(d).
        Vector3D x = new(1, 0, 0), y = new(0, 1, 0), z = new(0, 0, 1), p = Vector3D.Zero;
        for (var i = 0; i < _links.Length; i++)
        {
            var (a, d, sa, ca) = _links[i];
            var (sq, cq) = (_sin[i], _cos[i]);
            p += x * a;
            var y1 = y * ca + z * sa;
            z = z * ca - y * sa;
            y = y1 * cq - x * sq;
            x = x * cq + y1 * sq;
            p += z * d;
            _frames[i] = new(x, y, z, p);
        }
        _position = _frames[^1].Transform(_endEffectorInTip.Position);
        _isPoseCurrent = false;
        for (var i = 0; i < _links.Length; i++)
        {
            var axis = _frames[i].Z;
            var arm = _position - _frames[i].Origin;
            Span<double> column = _columns.AsSpan(i * Lanes, Axes);
            column[0] = axis.Y * arm.Z - axis.Z * arm.Y;
            column[1] = axis.Z * arm.X - axis.X * arm.Z;
            column[2] = axis.X * arm.Y - axis.Y * arm.X;
            (column[3], column[4], column[5]) = (axis.X, axis.Y, axis.Z);
            for (var r = 0; r < Axes; r++) _rows[r * Lanes + i] = column[r];
        }
        _isInverseCurrent = false;
    }

    /// <summary>J⁺ by columns, worked out for the posture when it is first asked for.</summary>
    private double[] Inverse
    {
        get
        {
            if (!_isInverseCurrent) Solve(_columns, _rows, _inverse);
            _isInverseCurrent = true;
            return _inverse;
        }
    }

    private static Vector512<double> Ones => Vector512<double>.One;

    /// <summary>A joint a lane; lanes beyond the joints are 0.</summary>
    private static Vector512<double> Laid(ReadOnlySpan<double> joints)
    {
        Span<double> lanes = stackalloc double[Lanes];
        joints.CopyTo(lanes);
        return Row(lanes, 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Combined(double[] rows, in Twist t) =>
        Row(rows, 0) * t.Linear.X + Row(rows, 1) * t.Linear.Y + Row(rows, 2) * t.Linear.Z +
        Row(rows, 3) * t.Angular.X + Row(rows, 4) * t.Angular.Y + Row(rows, 5) * t.Angular.Z;

    private static Twist Gathered(in Vector512<double> v) => new(new(v[0], v[1], v[2]), new(v[3], v[4], v[5]));
}

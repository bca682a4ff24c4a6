using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>
/// Forward kinematics and geometric Jacobian of a serial arm given by modified (Craig) Denavit–Hartenberg rows, for one posture at a time.
/// Twists and wrenches are at the end-effector origin in base axes. Allocates only when constructed.
/// </summary>
public sealed class ArmKinematics
{
    // Damping of the pseudo-inverse: it acts where a singular value comes down to about a hundredth.
    private const double DampingSquared = 1e-4;

    private readonly (double A, double D, double Sin, double Cos)[] _links;
    private readonly Pose _endEffectorInTip;
    private readonly Vector3D[] _origin;
    private readonly Vector3D[] _linear;
    private readonly Vector3D[] _angular;
    private readonly double[] _factor = new double[36];

    public ArmKinematics(RobotDescription robot, Pose endEffectorInFlange)
    {
        if (robot.JointCount is 0 or > Joints.Max)
            throw new ArgumentException($"{robot.Name}: {robot.JointCount} joints; 1 to {Joints.Max} are possible.", nameof(robot));
        _links = [.. robot.Kinematics.Select(l => (l.A, l.D, Math.Sin(l.Alpha), Math.Cos(l.Alpha)))];
        _endEffectorInTip = robot.Flange * endEffectorInFlange;
        (_origin, _linear, _angular) = (new Vector3D[_links.Length], new Vector3D[_links.Length], new Vector3D[_links.Length]);
    }

    private ArmKinematics(ArmKinematics like)
    {
        (_links, _endEffectorInTip) = (like._links, like._endEffectorInTip);
        (_origin, _linear, _angular) = (new Vector3D[_links.Length], new Vector3D[_links.Length], new Vector3D[_links.Length]);
    }

    /// <summary>The same arm, for another posture.</summary>
    public ArmKinematics Another() => new(this);

    public int JointCount => _links.Length;

    /// <summary>The end effector in the last joint's frame.</summary>
    public Pose EndEffectorInTip => _endEffectorInTip;

    /// <summary>X_BE of the posture last given.</summary>
    public Pose EndEffectorInBase { get; private set; }

    /// <summary>Takes a posture, rad.</summary>
    public void Update(in JointPositions q)
    {
        // Columns of R and the origin of the frame reached so far. Row i: RotX(α) TransX(a) RotZ(q) TransZ(d).
        Vector3D x = new(1, 0, 0), y = new(0, 1, 0), z = new(0, 0, 1), p = Vector3D.Zero;
        for (var i = 0; i < _links.Length; i++)
        {
            var (a, d, sa, ca) = _links[i];
            var (sq, cq) = Math.SinCos(q[i]);
            p += x * a;
            var y1 = y * ca + z * sa;
            z = z * ca - y * sa;
            y = y1 * cq - x * sq;
            x = x * cq + y1 * sq;
            p += z * d;
            _angular[i] = z;
            _origin[i] = p;
        }
        var tip = new Pose(p, Rotation.FromMatrix(x.X, y.X, z.X, x.Y, y.Y, z.Y, x.Z, y.Z, z.Z));
        EndEffectorInBase = tip * _endEffectorInTip;
        for (var i = 0; i < _links.Length; i++) _linear[i] = Vector3D.Cross(_angular[i], EndEffectorInBase.Position - _origin[i]);
        Factorize();
    }

    /// <summary>J q̇.</summary>
    public Twist TwistOf(in JointVelocities velocity)
    {
        Twist sum = default;
        for (var i = 0; i < _links.Length; i++) sum += new Twist(_linear[i], _angular[i]) * velocity[i];
        return sum;
    }

    /// <summary>Jᵀ F.</summary>
    public JointTorques TorqueOf(in Wrench wrench)
    {
        JointTorques torque = default;
        for (var i = 0; i < _links.Length; i++) torque[i] = Vector3D.Dot(_linear[i], wrench.Force) + Vector3D.Dot(_angular[i], wrench.Torque);
        return torque;
    }

    /// <summary>J⁺ V, damped: the smallest joint motion that moves the end effector so. Serves velocities, accelerations and jerks alike.</summary>
    public JointVelocities JointMotionOf(in Twist motion)
    {
        var (force, torque) = Solve(motion);
        JointVelocities q = default;
        for (var i = 0; i < _links.Length; i++) q[i] = Vector3D.Dot(_linear[i], force) + Vector3D.Dot(_angular[i], torque);
        return q;
    }

    /// <summary>(I − J⁺J) τ: what of a joint torque leaves the end effector alone.</summary>
    public JointTorques NullspaceOf(in JointTorques torque)
    {
        JointVelocities direction = default;
        for (var i = 0; i < _links.Length; i++) direction[i] = torque[i];
        var task = JointMotionOf(TwistOf(direction));
        JointTorques rest = default;
        for (var i = 0; i < _links.Length; i++) rest[i] = torque[i] - task[i];
        return rest;
    }

    /// <summary>Cholesky factor of J Jᵀ + λ² I, lower triangle.</summary>
    private void Factorize()
    {
        Span<double> column = stackalloc double[6];
        Span<double> l = _factor;
        l.Clear();
        for (var r = 0; r < 6; r++) l[r * 7] = DampingSquared;
        for (var i = 0; i < _links.Length; i++)
        {
            Spread(new(_linear[i], _angular[i]), column);
            for (var r = 0; r < 6; r++)
                for (var c = 0; c <= r; c++) l[r * 6 + c] += column[r] * column[c];
        }
        for (var r = 0; r < 6; r++)
            for (var c = 0; c <= r; c++)
            {
                var sum = l[r * 6 + c];
                for (var k = 0; k < c; k++) sum -= l[r * 6 + k] * l[c * 6 + k];
                l[r * 6 + c] = r == c ? Math.Sqrt(sum) : sum / l[c * 7];
            }
    }

    private (Vector3D, Vector3D) Solve(in Twist right)
    {
        Span<double> x = stackalloc double[6];
        Span<double> l = _factor;
        Spread(right, x);
        for (var r = 0; r < 6; r++)
        {
            for (var k = 0; k < r; k++) x[r] -= l[r * 6 + k] * x[k];
            x[r] /= l[r * 7];
        }
        for (var r = 5; r >= 0; r--)
        {
            for (var k = r + 1; k < 6; k++) x[r] -= l[k * 6 + r] * x[k];
            x[r] /= l[r * 7];
        }
        return (new(x[0], x[1], x[2]), new(x[3], x[4], x[5]));
    }

    private static void Spread(in Twist t, Span<double> v)
    {
        v[0] = t.Linear.X; v[1] = t.Linear.Y; v[2] = t.Linear.Z;
        v[3] = t.Angular.X; v[4] = t.Angular.Y; v[5] = t.Angular.Z;
    }
}

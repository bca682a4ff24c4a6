using RobotRL.Model;

namespace RobotRL.Control.Contract;

/// <summary>An arm's geometry by 4×4 matrices, differences and samples, of the tests' own: nothing here is the gate's.</summary>
internal sealed class Skeleton
{
    private const int Samples = 12;
    private const int Neighbours = 2;

    /// <summary>The gate's own: in a singular posture an undamped inverse asks for everything.</summary>
    private const double DampingSquared = 1e-4;

    private readonly RobotDescription _robot;
    private readonly double[,] _toFlange, _toTip;
    private readonly double[][,] _frames;
    private readonly List<(int Part, int Other, string Kind)> _pairs = [];
    private readonly double[] _gaps;
    private readonly (Vector3D From, Vector3D To)[] _lines;

    public Skeleton(RobotDescription robot, Pose endEffectorInFlange)
    {
        _robot = robot;
        _toFlange = Matrix(robot.Flange);
        _toTip = Product(_toFlange, Matrix(endEffectorInFlange));
        _frames = new double[robot.JointCount + 1][,];
        _lines = new (Vector3D, Vector3D)[robot.Body.Parts.Count];
        for (var a = 0; a < robot.Body.Parts.Count; a++)
        {
            var part = robot.Body.Parts[a];
            if (part.Link > 0)
            {
                _pairs.Add((a, -1, "cell"));
                for (var box = 0; box < robot.Limits.KeepOut.Count; box++) _pairs.Add((a, box, "keep-out"));
            }
            for (var b = 0; b < a; b++)
            {
                var other = robot.Body.Parts[b];
                var apart = Math.Abs(Math.Min(part.Link, robot.JointCount) - Math.Min(other.Link, robot.JointCount));
                if (apart > Neighbours && !robot.Body.MayTouch.Any(m => m == (part.Name, other.Name) || m == (other.Name, part.Name)))
                    _pairs.Add((a, b, "part"));
            }
        }
        _gaps = new double[_pairs.Count];
    }

    public Pose EndEffector { get; private set; }

    /// <summary>The line that a part is all around.</summary>
    public (Vector3D From, Vector3D To) LineOf(int part) => _lines[part];

    public string NameOf(int pair)
    {
        var (part, other, kind) = _pairs[pair];
        return $"{_robot.Body.Parts[part].Name} to {kind} {(kind == "part" ? _robot.Body.Parts[other].Name : "")}";
    }

    public void Update(in JointPositions q)
    {
        _frames[0] = Matrix(Pose.Identity);
        for (var i = 0; i < _robot.JointCount; i++)
        {
            var (a, d, alpha) = _robot.Kinematics[i];
            double ct = Math.Cos(q[i]), st = Math.Sin(q[i]), ca = Math.Cos(alpha), sa = Math.Sin(alpha);
            _frames[i + 1] = Product(_frames[i],
                new[,] { { ct, -st, 0, a }, { st * ca, ct * ca, -sa, -sa * d }, { st * sa, ct * sa, ca, ca * d }, { 0, 0, 0, 1 } });
        }
        var flange = Product(_frames[^1], _toFlange);
        var tip = Product(_frames[^1], _toTip);
        EndEffector = new(new(tip[0, 3], tip[1, 3], tip[2, 3]), FromMatrix(tip));
        for (var i = 0; i < _lines.Length; i++)
        {
            var part = _robot.Body.Parts[i];
            var frame = part.Link > _robot.JointCount ? flange : _frames[part.Link];
            _lines[i] = (Apply(frame, part.From), Apply(frame, part.To));
        }
    }

    /// <summary>What is left of every distance, m.</summary>
    public ReadOnlySpan<double> Gaps()
    {
        for (var i = 0; i < _pairs.Count; i++)
        {
            var (index, other, kind) = _pairs[i];
            var (from, to) = _lines[index];
            var radius = _robot.Body.Parts[index].RadiusM;
            var least = double.PositiveInfinity;
            for (var k = 0; k <= Samples; k++)
            {
                var p = from + (to - from) * ((double)k / Samples);
                least = Math.Min(least, kind switch
                {
                    "cell" => Inside(p, _robot.Limits.Cell),
                    "keep-out" => Outside(p, _robot.Limits.KeepOut[other]),
                    _ => ToSegment(p, _lines[other].From, _lines[other].To) - _robot.Body.Parts[other].RadiusM - _robot.Limits.SelfDistanceM,
                });
            }
            _gaps[i] = least - radius;
        }
        return _gaps;
    }

    public Twist TwistOf(in JointVelocities velocity)
    {
        Vector3D linear = default, angular = default;
        for (var i = 0; i < _robot.JointCount; i++)
        {
            var f = _frames[i + 1];
            Vector3D axis = new(f[0, 2], f[1, 2], f[2, 2]), arm = EndEffector.Position - new Vector3D(f[0, 3], f[1, 3], f[2, 3]);
            angular += axis * velocity[i];
            linear += new Vector3D(axis.Y * arm.Z - axis.Z * arm.Y, axis.Z * arm.X - axis.X * arm.Z, axis.X * arm.Y - axis.Y * arm.X) * velocity[i];
        }
        return new(linear, angular);
    }

    /// <summary>The least joint motion that moves the end effector so, rad/s: q̇ = Jᵀ (J Jᵀ + λ² I)⁻¹ V, by elimination with the largest pivot.</summary>
    public double[] JointMotionOf(in Twist motion)
    {
        var columns = new double[_robot.JointCount][];
        for (var i = 0; i < columns.Length; i++)
        {
            JointVelocities one = default;
            one[i] = 1;
            var t = TwistOf(one);
            columns[i] = [t.Linear.X, t.Linear.Y, t.Linear.Z, t.Angular.X, t.Angular.Y, t.Angular.Z];
        }
        var a = new double[6, 7];
        for (var r = 0; r < 6; r++)
        {
            for (var c = 0; c < 6; c++) a[r, c] = columns.Sum(j => j[r] * j[c]) + (r == c ? DampingSquared : 0);
            a[r, 6] = r < 3 ? motion.Linear[r] : motion.Angular[r - 3];
        }
        for (var k = 0; k < 6; k++)
        {
            var best = k;
            for (var r = k + 1; r < 6; r++)
                if (Math.Abs(a[r, k]) > Math.Abs(a[best, k])) best = r;
            for (var c = 0; c < 7; c++) (a[k, c], a[best, c]) = (a[best, c], a[k, c]);
            for (var r = 0; r < 6; r++)
            {
                if (r == k) continue;
                var factor = a[r, k] / a[k, k];
                for (var c = k; c < 7; c++) a[r, c] -= factor * a[k, c];
            }
        }
        return [.. columns.Select(j => Enumerable.Range(0, 6).Sum(r => j[r] * a[r, 6] / a[r, r]))];
    }

    /// <summary>Angle between the z axes, and the turn that is left about z once the shortest way from one axis to the other is undone.</summary>
    public static (double Tilt, double Yaw) TiltAndYaw(in Rotation nominal, in Rotation orientation)
    {
        Vector3D z0 = nominal.Rotate(new(0, 0, 1)), x0 = nominal.Rotate(new(1, 0, 0)), y0 = nominal.Rotate(new(0, 1, 0));
        Vector3D z = orientation.Rotate(new(0, 0, 1)), x = orientation.Rotate(new(1, 0, 0));
        var cosine = Math.Clamp(Dot(z0, z), -1, 1);
        // Rodrigues' turn that takes z onto z0, applied to x.
        var axis = new Vector3D(z.Y * z0.Z - z.Z * z0.Y, z.Z * z0.X - z.X * z0.Z, z.X * z0.Y - z.Y * z0.X);
        var cross = new Vector3D(axis.Y * x.Z - axis.Z * x.Y, axis.Z * x.X - axis.X * x.Z, axis.X * x.Y - axis.Y * x.X);
        var turned = x * cosine + cross + axis * (Dot(axis, x) / (1 + cosine));
        return (Math.Acos(cosine), Math.Atan2(Dot(turned, y0), Dot(turned, x0)));
    }

    private static double Dot(in Vector3D a, in Vector3D b) => a.X * b.X + a.Y * b.Y + a.Z * b.Z;

    private static double Inside(in Vector3D p, in Box box)
    {
        var least = double.PositiveInfinity;
        for (var axis = 0; axis < 3; axis++) least = Math.Min(least, Math.Min(p[axis] - box.Min[axis], box.Max[axis] - p[axis]));
        return least;
    }

    private static double Outside(in Vector3D p, in Box box)
    {
        double squared = 0, depth = double.PositiveInfinity;
        for (var axis = 0; axis < 3; axis++)
        {
            var beyond = Math.Max(box.Min[axis] - p[axis], p[axis] - box.Max[axis]);
            if (beyond > 0) squared += beyond * beyond;
            depth = Math.Min(depth, -beyond);
        }
        return squared > 0 ? Math.Sqrt(squared) : -depth;
    }

    private static double ToSegment(in Vector3D p, in Vector3D a, in Vector3D b)
    {
        var d = b - a;
        var t = d.LengthSquared == 0 ? 0 : Math.Clamp(Dot(p - a, d) / d.LengthSquared, 0, 1);
        return (p - a - d * t).Length;
    }

    private static double[,] Matrix(in Pose pose)
    {
        Vector3D x = pose.Orientation.Rotate(new(1, 0, 0)), y = pose.Orientation.Rotate(new(0, 1, 0)), z = pose.Orientation.Rotate(new(0, 0, 1));
        var p = pose.Position;
        return new[,] { { x.X, y.X, z.X, p.X }, { x.Y, y.Y, z.Y, p.Y }, { x.Z, y.Z, z.Z, p.Z }, { 0, 0, 0, 1 } };
    }

    private static double[,] Product(double[,] a, double[,] b)
    {
        var c = new double[4, 4];
        for (var i = 0; i < 4; i++)
            for (var j = 0; j < 4; j++) c[i, j] = a[i, 0] * b[0, j] + a[i, 1] * b[1, j] + a[i, 2] * b[2, j] + a[i, 3] * b[3, j];
        return c;
    }

    private static Vector3D Apply(double[,] m, in Vector3D p) => new(
        m[0, 0] * p.X + m[0, 1] * p.Y + m[0, 2] * p.Z + m[0, 3],
        m[1, 0] * p.X + m[1, 1] * p.Y + m[1, 2] * p.Z + m[1, 3],
        m[2, 0] * p.X + m[2, 1] * p.Y + m[2, 2] * p.Z + m[2, 3]);

    private static Rotation FromMatrix(double[,] m)
    {
        // The largest of the four components first (Shepperd).
        double trace = m[0, 0] + m[1, 1] + m[2, 2];
        double[] squares = [1 + 2 * m[0, 0] - trace, 1 + 2 * m[1, 1] - trace, 1 + 2 * m[2, 2] - trace, 1 + trace];
        var k = Array.IndexOf(squares, squares.Max());
        var s = 2 * Math.Sqrt(squares[k]);
        var r = k switch
        {
            0 => new Rotation(s / 4, (m[0, 1] + m[1, 0]) / s, (m[0, 2] + m[2, 0]) / s, (m[2, 1] - m[1, 2]) / s),
            1 => new Rotation((m[0, 1] + m[1, 0]) / s, s / 4, (m[1, 2] + m[2, 1]) / s, (m[0, 2] - m[2, 0]) / s),
            2 => new Rotation((m[0, 2] + m[2, 0]) / s, (m[1, 2] + m[2, 1]) / s, s / 4, (m[1, 0] - m[0, 1]) / s),
            _ => new Rotation((m[2, 1] - m[1, 2]) / s, (m[0, 2] - m[2, 0]) / s, (m[1, 0] - m[0, 1]) / s, s / 4),
        };
        return r.Normalized;
    }
}

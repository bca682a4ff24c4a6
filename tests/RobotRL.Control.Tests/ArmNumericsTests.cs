using System.Runtime.Intrinsics;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control.Tests;

/// <summary>
/// Compares kinematics, inverse, dynamics and curves with computations that share nothing with them: matrices, differences, dense elimination.
/// The arms have one to seven joints.
/// </summary>
public class ArmNumericsTests
{
    private static RobotDescription Arm(Random r, int n, Vector3D gravity)
    {
        double U(double a) => a * (2 * r.NextDouble() - 1);
        RigidBody Body()
        {
            var m = r.NextDouble() * 4;
            return new RigidBody(m, new(U(0.1), U(0.1), U(0.1)), new(0.03 * m, 0.04 * m, 0.035 * m, U(0.004) * m, U(0.004) * m, U(0.004) * m));
        }
        return TestArm.Description with
        {
            Kinematics = [.. Enumerable.Range(0, n).Select(_ => new DhLink(U(0.4), U(0.4), U(Math.PI)))],
            Flange = new(new(U(0.1), U(0.1), U(0.2)), Rotation.FromVector(new(U(2), U(1), U(2)))),
            Limits = TestArm.Limits with { Joints = [.. TestArm.Limits.Joints.Take(n)], JointCollisionNm = [.. TestArm.Limits.JointCollisionNm.Take(n)] },
            HomeRad = [.. TestArm.Description.HomeRad.Take(n)],
            Body = new([], []),
            Dynamics = TestArm.Dynamics with
            {
                Links = [.. Enumerable.Range(0, n).Select(_ => Body())],
                ToolInFlange = Body(),
                RotorInertiaKgM2 = [.. Enumerable.Range(0, n).Select(_ => r.NextDouble() * 0.5)],
                ViscousFrictionNmS = new double[n],
                BreakawayNm = [.. TestArm.Dynamics.BreakawayNm.Take(n)],
                GravityMS2 = gravity,
            },
        };
    }

    // 4×4, row-major.
    private static double[,] Mul(double[,] a, double[,] b)
    {
        var c = new double[4, 4];
        for (var i = 0; i < 4; i++) for (var j = 0; j < 4; j++) for (var k = 0; k < 4; k++) c[i, j] += a[i, k] * b[k, j];
        return c;
    }

    private static double[,] Of(Pose p)
    {
        var m = new double[4, 4];
        for (var j = 0; j < 3; j++)
        {
            var e = p.Orientation.Rotate(new(j == 0 ? 1 : 0, j == 1 ? 1 : 0, j == 2 ? 1 : 0));
            (m[0, j], m[1, j], m[2, j]) = (e.X, e.Y, e.Z);
        }
        (m[0, 3], m[1, 3], m[2, 3], m[3, 3]) = (p.Position.X, p.Position.Y, p.Position.Z, 1);
        return m;
    }

    private static double[][,] Fk(RobotDescription robot, ReadOnlySpan<double> q)
    {
        var all = new double[robot.JointCount][,];
        double[,] t = { { 1, 0, 0, 0 }, { 0, 1, 0, 0 }, { 0, 0, 1, 0 }, { 0, 0, 0, 1 } };
        for (var i = 0; i < robot.JointCount; i++)
        {
            var (a, d, al) = (robot.Kinematics[i].A, robot.Kinematics[i].D, robot.Kinematics[i].Alpha);
            double sa = Math.Sin(al), ca = Math.Cos(al), s = Math.Sin(q[i]), c = Math.Cos(q[i]);
            // Craig: Rot_x(α) Trans_x(a) Rot_z(q) Trans_z(d)
            double[,] row = { { c, -s, 0, a }, { s * ca, c * ca, -sa, -d * sa }, { s * sa, c * sa, ca, d * ca }, { 0, 0, 0, 1 } };
            all[i] = t = Mul(t, row);
        }
        return all;
    }

    private static (double M, Vector3D C, InertiaTensor I) Carried(RobotDescription robot, int i, bool tool)
    {
        var b = robot.Dynamics.Links[i];
        if (tool && i == robot.JointCount - 1) b += robot.Dynamics.ToolInFlange.In(robot.Flange);
        return (b.MassKg, b.CenterOfMassM, b.Inertia);
    }

    private static double Potential(RobotDescription robot, ReadOnlySpan<double> q)
    {
        var t = Fk(robot, q);
        var (g, u) = (robot.Dynamics.GravityMS2, 0.0);
        for (var i = 0; i < t.Length; i++)
        {
            var (m, c, _) = Carried(robot, i, true);
            double P(int k) => t[i][k, 0] * c.X + t[i][k, 1] * c.Y + t[i][k, 2] * c.Z + t[i][k, 3];
            u -= m * (g.X * P(0) + g.Y * P(1) + g.Z * P(2));
        }
        return u;
    }

    private static double[,] Mass(RobotDescription robot, ReadOnlySpan<double> q, bool tool)
    {
        var t = Fk(robot, q);
        var n = t.Length;
        var mass = new double[n, n];
        for (var i = 0; i < n; i++)
        {
            var (m, c, I) = Carried(robot, i, tool);
            Vector3D com = new(t[i][0, 0] * c.X + t[i][0, 1] * c.Y + t[i][0, 2] * c.Z + t[i][0, 3],
                t[i][1, 0] * c.X + t[i][1, 1] * c.Y + t[i][1, 2] * c.Z + t[i][1, 3],
                t[i][2, 0] * c.X + t[i][2, 1] * c.Y + t[i][2, 2] * c.Z + t[i][2, 3]);
            var (jv, jw) = (new Vector3D[n], new Vector3D[n]);
            for (var k = 0; k <= i; k++)
            {
                Vector3D z = new(t[k][0, 2], t[k][1, 2], t[k][2, 2]), o = new(t[k][0, 3], t[k][1, 3], t[k][2, 3]);
                jv[k] = Vector3D.Cross(z, com - o);
                // in link axes
                jw[k] = new(
                    t[i][0, 0] * z.X + t[i][1, 0] * z.Y + t[i][2, 0] * z.Z,
                    t[i][0, 1] * z.X + t[i][1, 1] * z.Y + t[i][2, 1] * z.Z,
                    t[i][0, 2] * z.X + t[i][1, 2] * z.Y + t[i][2, 2] * z.Z);
            }
            for (var a = 0; a <= i; a++)
                for (var b = 0; b <= i; b++)
                {
                    Vector3D w = new(
                        I.XX * jw[b].X + I.XY * jw[b].Y + I.XZ * jw[b].Z,
                        I.XY * jw[b].X + I.YY * jw[b].Y + I.YZ * jw[b].Z,
                        I.XZ * jw[b].X + I.YZ * jw[b].Y + I.ZZ * jw[b].Z);
                    mass[a, b] += m * Vector3D.Dot(jv[a], jv[b]) + Vector3D.Dot(jw[a], w);
                }
        }
        return mass;
    }

    [Fact]
    public void Dynamics_are_those_of_dense_matrices()
    {
        var r = new Random(1);
        var (worstP, worstC, worstG, worstB) = (0.0, 0.0, 0.0, 0.0);
        for (var run = 0; run < 300; run++)
        {
            var n = 1 + run % 7;
            var g = run % 3 == 0 ? new Vector3D(0, 0, -9.81) : new Vector3D(10 * r.NextDouble() - 5, 10 * r.NextDouble() - 5, 10 * r.NextDouble() - 5);
            var robot = Arm(r, n, g);
            if (run % 5 == 0) robot = robot with { Dynamics = robot.Dynamics with { ToolInFlange = RigidBody.None } };
            var arm = new ArmKinematics(robot, TestArm.Task.EndEffectorInFlange);
            foreach (var tool in (bool[])[true, false])
            {
                var model = new ArmMomentum(robot, tool);
                JointPositions q = default;
                JointVelocities v = default;
                for (var i = 0; i < n; i++) (q[i], v[i]) = (6 * r.NextDouble() - 3, 4 * r.NextDouble() - 2);
                arm.Update(q);
                model.Update(arm, v);
                var mass = Mass(robot, q, tool);
                const double h = 1e-5;
                var dM = new double[n][,];
                var dMT = new double[n][,];
                for (var k = 0; k < n; k++)
                {
                    var (a, b) = (q, q);
                    a[k] += h;
                    b[k] -= h;
                    var (ma, mb) = (Mass(robot, a, tool), Mass(robot, b, tool));
                    var (ta, tb) = (Mass(robot, a, true), Mass(robot, b, true));
                    (dM[k], dMT[k]) = (new double[n, n], new double[n, n]);
                    for (var i = 0; i < n; i++)
                        for (var j = 0; j < n; j++)
                            (dM[k][i, j], dMT[k][i, j]) = ((ma[i, j] - mb[i, j]) / (2 * h), (ta[i, j] - tb[i, j]) / (2 * h));
                }
                for (var i = 0; i < n; i++)
                {
                    var p = robot.Dynamics.RotorInertiaKgM2[i] * v[i];
                    for (var j = 0; j < n; j++) p += mass[i, j] * v[j];
                    var change = 0.0;
                    for (var a = 0; a < n; a++) for (var b = 0; b < n; b++) change += 0.5 * v[a] * dM[i][a, b] * v[b];
                    var (qa, qb) = (q, q);
                    qa[i] += h;
                    qb[i] -= h;
                    var gravity = (Potential(robot, qa) - Potential(robot, qb)) / (2 * h);
                    var bias = gravity;
                    for (var j = 0; j < n; j++) for (var k = 0; k < n; k++) bias += (dMT[k][i, j] - 0.5 * dMT[i][j, k]) * v[j] * v[k];
                    worstP = Math.Max(worstP, Math.Abs(p - model.Momentum[i]));
                    worstC = Math.Max(worstC, Math.Abs(change - model.Change[i]));
                    worstG = Math.Max(worstG, Math.Abs(gravity - model.Gravity[i]));
                    worstB = Math.Max(worstB, Math.Abs(bias - model.Bias[i]));
                }
            }
        }
        Assert.True(worstP < 1e-10 && worstC < 1e-6 && worstG < 1e-6 && worstB < 1e-6, $"{worstP} {worstC} {worstG} {worstB}");
    }

    [Fact]
    public void Kinematics_and_inverse_of_any_arm_are_those_of_dense_matrices_whatever_lies_beyond_its_joints()
    {
        var r = new Random(2);
        double[] garbage = [0, double.NaN, double.PositiveInfinity, 1e300, -7, 1e-310];
        var (worstFk, worstJ, worstInv, worstAhead, lanes) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for (var run = 0; run < 4000; run++)
        {
            var n = 1 + run % 7;
            var robot = Arm(r, n, default);
            var arm = new ArmKinematics(robot, TestArm.Task.EndEffectorInFlange);
            JointPositions q = default;
            JointVelocities v = default;
            var singular = run % 4 == 0;
            for (var i = 0; i < 7; i++)
                (q[i], v[i]) = i < n ? (singular ? 0 : 6 * r.NextDouble() - 3, 4 * r.NextDouble() - 2) : (garbage[r.Next(6)], garbage[r.Next(6)]);
            arm.Update(q);
            var fk = Mul(Mul(Fk(robot, q)[^1], Of(robot.Flange)), Of(TestArm.Task.EndEffectorInFlange));
            var at = arm.EndEffectorInBase;
            worstFk = Math.Max(worstFk, (at.Position - new Vector3D(fk[0, 3], fk[1, 3], fk[2, 3])).Length);
            var mine = Of(at);
            for (var i = 0; i < 3; i++) for (var j = 0; j < 3; j++) worstFk = Math.Max(worstFk, Math.Abs(mine[i, j] - fk[i, j]));
            // J by the table.
            var frames = Fk(robot, q);
            var J = new double[6, n];
            for (var i = 0; i < n; i++)
            {
                Vector3D z = new(frames[i][0, 2], frames[i][1, 2], frames[i][2, 2]), o = new(frames[i][0, 3], frames[i][1, 3], frames[i][2, 3]);
                var l = Vector3D.Cross(z, at.Position - o);
                (J[0, i], J[1, i], J[2, i], J[3, i], J[4, i], J[5, i]) = (l.X, l.Y, l.Z, z.X, z.Y, z.Z);
                JointVelocities e = default;
                e[i] = 1;
                for (var k = n; k < 7; k++) e[k] = garbage[r.Next(6)];
                var t = arm.TwistOf(e);
                worstJ = Math.Max(worstJ, (t.Linear - l).Length + (t.Angular - z).Length);
            }
            var A = new double[6, 6];
            for (var a = 0; a < 6; a++) for (var b = 0; b < 6; b++) { for (var i = 0; i < n; i++) A[a, b] += J[a, i] * J[b, i]; if (a == b) A[a, b] += 1e-4; }
            for (var axis = 0; axis < 6; axis++)
            {
                var x = Solve(A, axis);
                var got = arm.MotionAlong(axis);
                for (var i = 0; i < 8; i++)
                {
                    var want = 0.0;
                    if (i < n) for (var a = 0; a < 6; a++) want += J[a, i] * x[a];
                    else lanes = Math.Max(lanes, double.IsNaN(got[i]) ? 1 : Math.Abs(got[i]));
                    if (i < n) worstInv = double.IsNaN(got[i]) ? double.NaN : Math.Max(worstInv, Math.Abs(got[i] - want));
                }
            }
            var ahead = arm.Another();
            var seconds = r.Next(3) switch { 0 => 0.008, 1 => 1.0, _ => 0.03 };
            ahead.UpdateAhead(arm, v, seconds);
            var later = q;
            for (var i = 0; i < n; i++) later[i] += v[i] * seconds;
            var there = arm.Another();
            there.Update(later);
            worstAhead = Math.Max(worstAhead, (ahead.EndEffectorInBase.Position - there.EndEffectorInBase.Position).Length +
                (ahead.EndEffectorInBase.Orientation * there.EndEffectorInBase.Orientation.Inverse).ToVector().Length);
            if (double.IsNaN(ahead.EndEffectorInBase.Position.X)) worstAhead = double.NaN;
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"fk {worstFk} j {worstJ} inv {worstInv} ahead {worstAhead} lanes {lanes}");
        Assert.True(worstFk < 1e-12 && worstJ < 1e-12 && worstInv < 1e-8 && worstAhead < 1e-11 && lanes == 0,
            $"fk {worstFk} j {worstJ} inv {worstInv} ahead {worstAhead} lanes {lanes}");
    }

    private static double[] Solve(double[,] matrix, int axis)
    {
        var a = (double[,])matrix.Clone();
        var b = new double[6];
        b[axis] = 1;
        for (var k = 0; k < 6; k++)
        {
            var p = k;
            for (var i = k + 1; i < 6; i++) if (Math.Abs(a[i, k]) > Math.Abs(a[p, k])) p = i;
            for (var j = 0; j < 6; j++) (a[k, j], a[p, j]) = (a[p, j], a[k, j]);
            (b[k], b[p]) = (b[p], b[k]);
            for (var i = k + 1; i < 6; i++)
            {
                var f = a[i, k] / a[k, k];
                for (var j = k; j < 6; j++) a[i, j] -= f * a[k, j];
                b[i] -= f * b[k];
            }
        }
        for (var k = 5; k >= 0; k--)
        {
            for (var j = k + 1; j < 6; j++) b[k] -= a[k, j] * b[j];
            b[k] /= a[k, k];
        }
        return b;
    }

    [Fact]
    public void Sine_in_lanes_is_a_sine()
    {
        var r = new Random(3);
        var worst = 0.0;
        for (var i = 0; i < 400_000; i++)
        {
            var scale = Math.Pow(10, 12 * r.NextDouble() - 6);
            var x = Vector512.Create(scale * (2 * r.NextDouble() - 1), Math.PI * r.Next(-4, 5) / 2, Math.BitIncrement(Math.PI / 4), 1e-300, -0.0,
                scale, Math.PI * r.Next(-1000, 1000), r.Next(50) == 0 ? double.NaN : 0);
            var (s, c) = Vector512.SinCos(x);
            for (var k = 0; k < 7; k++) worst = Math.Max(worst, Math.Max(Math.Abs(s[k] - Math.Sin(x[k])), Math.Abs(c[k] - Math.Cos(x[k]))));
            if (double.IsNaN(s[0])) worst = double.NaN;
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"worst {worst}");
        Assert.InRange(worst, 0, 1e-15);
    }

    [Fact]
    public void A_limit_is_the_curve_for_any_speed_and_distance()
    {
        var r = new Random(4);
        double[] odd =
        [
            0, -0.0, -1, 1e-320, -1e-320, 1e-9, 1e308, double.MaxValue, double.PositiveInfinity, double.NegativeInfinity, double.NaN, double.Epsilon,
        ];
        for (var i = 0; i < 2_000_000; i++)
        {
            var (rate, a, top) =
                (0.1 + 40 * r.NextDouble(), Math.Pow(10, 6 * r.NextDouble() - 3), r.Next(3) == 0 ? double.PositiveInfinity : 3 * r.NextDouble());
            var curve = new BrakingCurve(rate, a, top);
            var speed = r.Next(6) == 0 ? odd[r.Next(odd.Length)] : Math.Pow(10, 8 * r.NextDouble() - 6) * (r.Next(4) == 0 ? -1 : 1);
            var distance = r.Next(6) == 0 ? odd[r.Next(odd.Length)]
                : r.Next(4) == 0 ? a / (rate * rate)
                : Math.Pow(10, 8 * r.NextDouble() - 6) * (r.Next(4) == 0 ? -1 : 1);
            var knee = a / (rate * rate);
            var most = distance <= 0 ? 0 : Math.Min(distance <= knee ? rate * distance : Math.Sqrt(a * (2 * distance - knee)), top);
            var got = curve.Limit(speed, distance);
            if (double.IsNaN(most) || double.IsNaN(speed))
            {
                Assert.True(double.IsNaN(got) || got <= 0 || double.IsNaN(distance) || double.IsNaN(speed), $"{speed} {distance} {got}");
                if (!double.IsNaN(got)) Assert.False(speed > 0, $"NaN distance let {speed} through as {got}");
                continue;
            }
            var want = speed <= 0 ? speed : Math.Min(speed, most);
            Assert.True(Math.Abs(got - want) <= 1e-13 * Math.Max(1e-300, Math.Abs(want)) || got == want,
                $"rate {rate} a {a} top {top}: {speed} at {distance}: {got}, want {want}");
        }
    }

    [Fact]
    public void Yaw_and_tilt_back_are_the_gradients()
    {
        var r = new Random(5);
        var (worstYaw, worstTilt, worstCross) = (0.0, 0.0, 0.0);
        for (var i = 0; i < 50_000; i++)
        {
            Rotation Any(double most) =>
                Rotation.FromVector(new Vector3D(2 * r.NextDouble() - 1, 2 * r.NextDouble() - 1, 2 * r.NextDouble() - 1) * most).Normalized;
            OrientationLimits limits = new(Any(3), 0.05 + r.NextDouble() * 3, 0.05 + r.NextDouble() * 3);
            OrientationBarrier barrier = new(limits, 10);
            var o = (limits.Nominal * Any(3.1)).Normalized;
            var (tilt, yaw) = limits.Of(o);
            var over = barrier.Overruns(o);
            Assert.Equal(Math.Max(0, tilt - limits.TiltRad), over.TiltRad, 1e-8);
            Assert.Equal(Math.Max(0, Math.Abs(yaw) - limits.YawRad), over.YawRad, 1e-8);
            if (tilt > 3.0 || tilt < 0.01) continue;
            var yb = barrier.YawBack(o);
            var tb = barrier.TiltBack(o);
            const double h = 1e-6;
            for (var axis = 0; axis < 3; axis++)
            {
                Vector3D e = new(axis == 0 ? h : 0, axis == 1 ? h : 0, axis == 2 ? h : 0);
                var (ta, ya) = limits.Of(Rotation.FromVector(e) * o);
                var (tm, ym) = limits.Of(Rotation.FromVector(e * -1) * o);
                worstYaw = Math.Max(worstYaw, Math.Abs(-Math.Sign(yaw) * Math.IEEERemainder(ya - ym, 2 * Math.PI) / (2 * h) - yb[axis]) * (Math.PI - tilt));
                worstTilt = Math.Max(worstTilt, Math.Abs(-(ta - tm) / (2 * h) - tb[axis]));
            }
            worstCross = Math.Max(worstCross, Math.Abs(Vector3D.Dot(yb, tb)));
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"yaw {worstYaw} tilt {worstTilt} cross {worstCross}");
        Assert.True(worstYaw < 1e-5 && worstTilt < 1e-5, $"yaw {worstYaw} tilt {worstTilt} cross {worstCross}");
    }
}

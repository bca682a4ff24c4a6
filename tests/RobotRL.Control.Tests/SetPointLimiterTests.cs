using CsCheck;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control.Tests;

/// <summary>Each kind's last limiter in threes: inside nothing changes, outside something does, and the result obeys.</summary>
public class SetPointLimiterTests
{
    private const double Dt = 0.001, Rounding = 1e-9;
    private static readonly JointLimits[] Limits = [.. TestArm.Limits.Joints];
    private static readonly Gen<double> Wild = Gen.OneOf(Gen.Double[-1, 1], Gen.Double[-50, 50], Gen.Double[-1e6, 1e6], Gen.Const(0.0));
    private static readonly Gen<Vector3D> Anywhere = Gen.Select(Wild, Wild, Wild, (x, y, z) => new Vector3D(x, y, z));

    private static JointPositions Home
    {
        get
        {
            JointPositions q = default;
            for (var i = 0; i < 7; i++) q[i] = TestArm.Description.HomeRad[i];
            return q;
        }
    }

    private static JointSetPointLimiter JointsAt(in JointPositions q, bool sends = true)
    {
        var limiter = new JointSetPointLimiter(Limits, 0.05, Dt);
        limiter.Place(q, sends);
        return limiter;
    }

    [Fact]
    public void Angles_inside_the_limits_pass_to_the_bit()
    {
        var limiter = JointsAt(Home);
        var wanted = Home;
        for (var t = 1; t <= 1000; t++)
        {
            for (var i = 0; i < 7; i++) wanted[i] = TestArm.Description.HomeRad[i] + 0.05 * (1 - Math.Cos(6 * t * Dt));
            Assert.Equal(LimitFlags.None, limiter.Move(wanted));
            Assert.Equal(((ReadOnlySpan<double>)wanted).ToArray(), ((ReadOnlySpan<double>)limiter.PositionRad).ToArray());
        }
    }

    [Theory]
    [InlineData(0.001, LimitFlags.JointAcceleration)]
    [InlineData(0.05, LimitFlags.JointAcceleration)]
    [InlineData(1e6, LimitFlags.JointAcceleration | LimitFlags.JointVelocity | LimitFlags.JointPosition)]
    public void Angles_outside_are_changed_and_say_why(double step, LimitFlags expected)
    {
        var limiter = JointsAt(Home);
        var wanted = Home;
        wanted[0] += step;
        var all = limiter.Move(wanted);
        Assert.True(all.HasFlag(LimitFlags.JointAcceleration), $"{all}");
        Assert.NotEqual(wanted[0], limiter.PositionRad[0]);
        for (var t = 0; t < 3000; t++) all |= limiter.Move(wanted);
        Assert.Equal(expected, all);
    }

    [Fact]
    public void Whatever_angles_are_asked_for_the_result_obeys() =>
        Gen.Select(Gen.Int[0, 6], Wild.Array[20], Gen.Int[1, 200]).Sample((joint, goals, hold) =>
        {
            var (limiter, wanted) = (JointsAt(Home), Home);
            var limit = Limits[joint];
            var (last, v) = (wanted[joint], 0.0);
            foreach (var goal in goals)
                for (var t = 0; t < hold; t++)
                {
                    wanted[joint] = goal;
                    limiter.Move(wanted);
                    var now = limiter.PositionRad[joint];
                    var speed = (now - last) / Dt;
                    if (Math.Abs(speed) > limit.VelocityRadS * 1.000002 || Math.Abs(speed - v) > limit.AccelerationRadS2 * Dt * 1.000002 + Rounding)
                        return false;
                    if (now < limit.PositionMinRad || now > limit.PositionMaxRad) return false;
                    (last, v) = (now, speed);
                }
            return true;
        }, iter: 100);

    [Fact]
    public void Velocities_inside_the_limits_pass_to_the_bit()
    {
        var limiter = JointsAt(Home, sends: false);
        JointVelocities wanted = default;
        for (var t = 1; t <= 1000; t++)
        {
            for (var i = 0; i < 7; i++) wanted[i] = 0.5 * Math.Sin(6 * t * Dt);
            Assert.Equal(LimitFlags.None, limiter.Turn(wanted, Home));
            Assert.Equal(wanted[3], limiter.VelocityRadS[3]);
        }
    }

    /// <summary>The joint follows ideally: toward an end it slows so that it comes to rest before it.</summary>
    [Fact]
    public void Whatever_velocities_are_asked_for_the_result_obeys() =>
        Gen.Select(Gen.Int[0, 6], Wild.Array[20], Gen.Int[1, 400]).Sample((joint, speeds, hold) =>
        {
            var (limiter, q) = (JointsAt(Home, sends: false), Home);
            var (limit, v, changed) = (Limits[joint], 0.0, LimitFlags.None);
            foreach (var asked in speeds)
                for (var t = 0; t < hold; t++)
                {
                    JointVelocities wanted = default;
                    wanted[joint] = asked;
                    changed |= limiter.Turn(wanted, q);
                    var speed = limiter.VelocityRadS[joint];
                    if (Math.Abs(speed) > limit.VelocityRadS * 1.000002 || Math.Abs(speed - v) > limit.AccelerationRadS2 * Dt * 1.000002) return false;
                    v = speed;
                    q[joint] += speed * Dt;
                    if (q[joint] < limit.PositionMinRad || q[joint] > limit.PositionMaxRad) return false;
                }
            return changed != LimitFlags.None || Array.TrueForAll(speeds, s => Math.Abs(s) <= limit.AccelerationRadS2 * Dt);
        }, iter: 100);

    [Fact]
    public void Poses_inside_the_limits_pass_to_the_bit()
    {
        var (limiter, start) = (Poses(out var at), at);
        for (var t = 1; t <= 1000; t++)
        {
            var wanted = new Pose(start.Position + new Vector3D(0.02, 0.01, 0) * (1 - Math.Cos(6 * t * Dt)),
                Rotation.AboutZ(0.05 * (1 - Math.Cos(6 * t * Dt))) * start.Orientation);
            Assert.Equal(LimitFlags.None, limiter.Move(wanted));
            Assert.Equal(wanted, limiter.PoseInBase);
        }
    }

    [Theory]
    [InlineData(0.0005, LimitFlags.CartesianAcceleration)]
    [InlineData(0.01, LimitFlags.CartesianAcceleration)]
    [InlineData(5, LimitFlags.CartesianAcceleration | LimitFlags.CartesianVelocity | LimitFlags.Workspace)]
    public void Poses_outside_are_changed_and_say_why(double step, LimitFlags expected)
    {
        var limiter = Poses(out var start);
        var wanted = start with { Position = start.Position + new Vector3D(0, 0, step) };
        var all = limiter.Move(wanted);
        Assert.True(all.HasFlag(LimitFlags.CartesianAcceleration), $"{all}");
        Assert.NotEqual(wanted, limiter.PoseInBase);
        for (var t = 0; t < 3000; t++) all |= limiter.Move(wanted);
        Assert.Equal(expected, all);
    }

    [Fact]
    public void Whatever_poses_are_asked_for_the_result_obeys() =>
        Gen.Select(Anywhere.Array[12], Anywhere.Array[12], Gen.Int[1, 150]).Sample((places, turns, hold) =>
        {
            var limiter = Poses(out var last);
            var (t, r) = (TestArm.Limits.Translation, TestArm.Limits.Rotation);
            var v = Twist.Zero;
            foreach (var (place, turn) in places.Zip(turns))
                for (var i = 0; i < hold; i++)
                {
                    limiter.Move(new(place, Rotation.FromVector(turn)));
                    var now = limiter.PoseInBase;
                    var moved = new Twist((now.Position - last.Position) / Dt, (now.Orientation * last.Orientation.Inverse).ToVector() / Dt);
                    var change = moved - v;
                    if (moved.Linear.Length > t.Velocity * 1.000002 || moved.Angular.Length > r.Velocity * 1.000002) return false;
                    if (change.Linear.Length > t.Acceleration * Dt * 1.000002 + Rounding || change.Angular.Length > r.Acceleration * Dt * 1.000002 + Rounding)
                        return false;
                    if (!TestArm.Limits.Workspace.Contains(now.Position)) return false;
                    (last, v) = (now, moved);
                }
            return true;
        }, iter: 100);

    [Fact]
    public void Wrench_inside_its_limits_passes_and_outside_is_bounded_in_size_and_rate()
    {
        var limiter = new FeedForwardLimiter(TestArm.Limits, Dt);
        Wrench small = new(new(0.1, 0, -0.1), new(0, 0.01, 0)), wild = new(new(1e9, 0, 0), new(0, 0, -1e9));
        Assert.Equal(LimitFlags.None, limiter.Step(small));
        Assert.Equal(small, limiter.Current);
        Assert.Equal(LimitFlags.Torque | LimitFlags.TorqueRate, limiter.Step(wild));
        var last = limiter.Current;
        for (var i = 0; i < 200; i++)
        {
            limiter.Step(i % 50 < 25 || i > 100 ? wild : small);
            Assert.InRange(limiter.Current.Force.Length, 0, TestArm.Limits.ContactForceN + Rounding);
            Assert.InRange((limiter.Current.Force - last.Force).Length, 0, TestArm.Limits.ContactForceN * 0.01 + Rounding);
            last = limiter.Current;
        }
        Assert.Equal(TestArm.Limits.ContactForceN, limiter.Current.Force.X, 1e-6);
        Assert.Equal(-TestArm.Limits.ContactTorqueNm, limiter.Current.Torque.Z, 1e-6);
    }

    [Fact]
    public void What_was_sent_is_remembered_until_power_goes_or_the_arm_is_elsewhere()
    {
        var (limiter, near, far) = (JointsAt(Home), Home, Home);
        near[0] += 0.01;
        far[0] += 0.2;
        limiter.Place(near);
        Assert.Equal(0, limiter.PositionRad[0]);
        limiter.Move(near);
        Assert.InRange(limiter.PositionRad[0], 0, 15e-6);
        limiter.Place(far);
        Assert.Equal(0.2, limiter.PositionRad[0]);
        limiter.Restart();
        limiter.Place(near);
        Assert.Equal(0.01, limiter.PositionRad[0]);
    }

    [Fact]
    public void What_is_elsewhere_closes_in_without_passing_what_moves_on()
    {
        var (limiter, wanted) = (JointsAt(Home), Home);
        var flags = LimitFlags.None;
        for (var t = 0; t < 600; t++)
        {
            wanted[0] = 0.03 + 0.1 * (1 - Math.Cos(3 * t * Dt));
            flags = limiter.Move(wanted);
            Assert.True(limiter.PositionRad[0] <= wanted[0] + Limits[0].AccelerationRadS2 * Dt * Dt, $"{t}: {limiter.PositionRad[0]} beyond {wanted[0]}");
        }
        Assert.Equal(wanted[0], limiter.PositionRad[0]);
        Assert.Equal(LimitFlags.None, flags);

        var poses = Poses(out var start);
        Pose to = new(start.Position + new Vector3D(0.01, 0, 0), Rotation.AboutZ(0.05) * start.Orientation);
        for (var t = 0; t < 400; t++)
        {
            poses.Move(to);
            Assert.True(poses.PoseInBase.Position.X <= to.Position.X + 1e-9, $"{t}: {poses.PoseInBase.Position.X - to.Position.X} m beyond");
        }
        Assert.Equal(to, poses.PoseInBase);
    }

    /// <summary>Beyond its end it may come back, and goes no further.</summary>
    [Fact]
    public void Joint_that_stands_beyond_its_end_goes_back_alone()
    {
        var q = Home;
        q[3] = Limits[3].PositionMaxRad + 0.02;
        var limiter = JointsAt(q);
        var wanted = q;
        wanted[3] += 1;
        for (var t = 0; t < 500; t++) limiter.Move(wanted);
        Assert.Equal(q[3], limiter.PositionRad[3], 1e-9);
        wanted[3] = Limits[3].PositionMaxRad - 0.1;
        for (var t = 0; t < 3000; t++) limiter.Move(wanted);
        Assert.Equal(wanted[3], limiter.PositionRad[3], 1e-3);
    }

    private static PoseSetPointLimiter Poses(out Pose start)
    {
        var arm = new ArmKinematics(TestArm.Description, TestArm.Task.EndEffectorInFlange);
        arm.Update(Home);
        var limiter = new PoseSetPointLimiter(TestArm.Limits, (0.015, 0.1), Dt);
        limiter.Place(start = arm.EndEffectorInBase);
        return limiter;
    }
}

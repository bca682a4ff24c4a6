using CsCheck;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control.Tests;

/// <summary>Limiters in threes: inside nothing changes, outside something does, and the result obeys.</summary>
public class LimiterTests
{
    private const double Dt = 0.001;
    private static readonly Gen<Vector3D> Direction = Gen.Select(Gen.Double[-1, 1], Gen.Double[-1, 1], Gen.Double[-1, 1], (x, y, z) => new Vector3D(x, y, z));

    [Fact]
    public void Plan_inside_the_limits_is_followed_to_the_bit()
    {
        var (limiter, arm, q) = Motion();
        var start = arm.EndEffectorInBase;
        for (var i = 1; i <= 200; i++)
        {
            var s = i / 200.0;
            var next = start with { Position = start.Position + new Vector3D(0.01, 0.005, 0) * (s * s * s * (10 - 15 * s + 6 * s * s)) };
            Assert.Equal(LimitFlags.None, limiter.Step(new(next, next, true), false, default, new(arm, arm), q));
            Assert.Equal(next, limiter.Reference.PoseInBase);
        }
    }

    [Theory]
    [InlineData(1.5, LimitFlags.JointAcceleration)] // a step of the target
    [InlineData(0.02, LimitFlags.JointAcceleration)]
    public void Plan_outside_the_limits_is_changed_and_says_so(double stepM, LimitFlags expected)
    {
        var (limiter, arm, q) = Motion();
        var next = arm.EndEffectorInBase with { Position = arm.EndEffectorInBase.Position + new Vector3D(stepM, 0, 0) };
        var flags = limiter.Step(new(next, next, true), false, default, new(arm, arm), q);
        Assert.True((flags & expected) != 0, $"{flags}");
        Assert.NotEqual(next, limiter.Reference.PoseInBase);
    }

    [Fact]
    public void Slow_limit_binds_before_the_others_and_names_itself()
    {
        var (limiter, arm, q) = Motion(TestArm.Limits with { Translation = new(0.05, 13, 6500) });
        var goal = arm.EndEffectorInBase with { Position = arm.EndEffectorInBase.Position + new Vector3D(0.1, 0, 0) };
        var plan = arm.EndEffectorInBase;
        var all = LimitFlags.None;
        for (var i = 0; i < 300; i++)
        {
            plan = plan with { Position = plan.Position + new Vector3D(1e-4 * Math.Min(1, i * i / 1e4), 0, 0) };
            all |= limiter.Step(new(plan, goal, all == LimitFlags.None), false, default, new(arm, arm), q);
            Assert.InRange(limiter.Reference.VelocityInBase.Linear.Length, 0, 0.05);
        }
        Assert.Equal(LimitFlags.CartesianVelocity, all);
    }

    [Fact]
    public void Goal_off_plan_is_reached_without_passing_it() =>
        Direction.Sample(direction =>
        {
            var (limiter, arm, q) = Motion();
            var start = arm.EndEffectorInBase.Position;
            var goal = arm.EndEffectorInBase with { Position = start + direction * 0.05 };
            var way = goal.Position - start;
            var furthest = 0.0;
            for (var i = 0; i < 1500; i++)
            {
                limiter.Step(new(goal, goal, false), false, default, new(arm, arm), q);
                furthest = Math.Max(furthest, Vector3D.Dot(limiter.Reference.PoseInBase.Position - start, way) / Math.Max(1e-12, way.LengthSquared));
            }
            return furthest <= 1 + 1e-3 && (limiter.Reference.PoseInBase.Position - goal.Position).Length < 1e-4;
        }, iter: 50);

    [Fact]
    public void Stop_comes_to_rest_inside_the_workspace_from_any_motion() =>
        Gen.Select(Direction, Gen.Int[1, 400]).Sample((direction, ticks) =>
        {
            var (limiter, arm, q) = Motion();
            var goal = arm.EndEffectorInBase with { Position = arm.EndEffectorInBase.Position + direction };
            for (var i = 0; i < ticks; i++) limiter.Step(new(goal, goal, false), false, default, new(arm, arm), q);
            for (var i = 0; i < 600; i++) limiter.Step(new(goal, goal, false), true, default, new(arm, arm), q);
            return limiter.IsAtRest && TestArm.Limits.Workspace.Contains(limiter.Reference.PoseInBase.Position);
        }, iter: 50);

    [Fact]
    public void Barrier_holds_on_every_face_for_any_goal() =>
        Gen.Select(Direction, Gen.Double[1, 30]).Sample((direction, rate) =>
        {
            var limits = TestArm.Limits with { BarrierRate = rate };
            var (limiter, arm, q) = Motion(limits);
            var goal = arm.EndEffectorInBase with { Position = arm.EndEffectorInBase.Position + direction * 5 };
            var last = limiter.Reference.PoseInBase.Position;
            for (var i = 0; i < 1000; i++)
            {
                limiter.Step(new(goal, goal, false), false, default, new(arm, arm), q);
                var now = limiter.Reference.PoseInBase.Position;
                for (var axis = 0; axis < 3; axis++)
                {
                    if (now[axis] - limits.Workspace.Min[axis] < (last[axis] - limits.Workspace.Min[axis]) * (1 - rate * Dt) - 1e-12) return false;
                    if (limits.Workspace.Max[axis] - now[axis] < (limits.Workspace.Max[axis] - last[axis]) * (1 - rate * Dt) - 1e-12) return false;
                }
                last = now;
            }
            return true;
        }, iter: 50);

    [Fact]
    public void Contact_slows_what_pushes_and_not_what_gives_way()
    {
        Assert.Equal(LimitFlags.ContactForce, Push(new(-1, 0, 0)).Flags & LimitFlags.ContactForce);
        Assert.Equal(LimitFlags.None, Push(new(1, 0, 0)).Flags & LimitFlags.ContactForce);
        Assert.True(Push(new(-1, 0, 0)).Way < 0.5 * Push(new(1, 0, 0)).Way);

        static (LimitFlags Flags, double Way) Push(Vector3D force)
        {
            var (limiter, arm, q) = Motion();
            var start = arm.EndEffectorInBase;
            var goal = start with { Position = start.Position + new Vector3D(0.05, 0, 0) };
            var flags = LimitFlags.None;
            for (var i = 0; i < 200; i++) flags |= limiter.Step(new(goal, goal, false), false, (new(force, default), 0.8), new(arm, arm), q);
            return (flags, limiter.Reference.PoseInBase.Position.X - start.Position.X);
        }
    }

    [Fact]
    public void Torque_inside_its_limits_passes_and_outside_is_bounded_in_size_and_rate()
    {
        var (limiter, q) = (new TorqueLimiter([.. TestArm.Limits.Joints], Dt), Motion().Q);
        JointTorques torque = default;
        torque[0] = 0.5;
        Assert.Equal(LimitFlags.None, limiter.Step(ref torque, q, default));
        Assert.Equal(0.5, torque[0]);
        torque[0] = 80;
        Assert.Equal(LimitFlags.TorqueRate, limiter.Step(ref torque, q, default));
        Assert.Equal(1.5, torque[0], 12);
        for (var i = 0; i < 200; i++)
        {
            (torque[0], torque[6]) = (500, -500);
            Assert.True((limiter.Step(ref torque, q, default) & LimitFlags.Torque) != 0);
        }
        Assert.Equal((87, -12), (torque[0], torque[6]));
    }

    [Fact]
    public void Joint_near_its_end_is_pushed_back()
    {
        var (limiter, q) = (new TorqueLimiter([.. TestArm.Limits.Joints], Dt), Motion().Q);
        q[3] = -0.0698 - 0.02;
        JointTorques torque = default;
        for (var i = 0; i < 100; i++)
        {
            torque = default;
            Assert.True((limiter.Step(ref torque, q, default) & LimitFlags.JointPosition) != 0);
        }
        Assert.True(torque[3] < -5, $"{torque[3]}");
    }

    [Fact]
    public void Envelope_that_bounds_nothing_is_refused()
    {
        foreach (var broken in (SafetyLimits[])[
            TestArm.Limits with { Joints = [.. TestArm.Limits.Joints.Take(6)] },
            TestArm.Limits with { Translation = new(double.NaN, 13, 6500) },
            TestArm.Limits with { Workspace = new(new(1, 0, 0), new(0, 1, 1)) },
            TestArm.Limits with { CollisionForceN = double.PositiveInfinity },
            TestArm.Limits with { ContactForceN = 60 },
            TestArm.Limits with { StateMaxAgeNs = 0 },
            TestArm.Limits with { Stiffness = TestArm.Limits.Stiffness with { TankCapacityJ = double.NaN } }])
            Assert.Throws<ArgumentException>(() => new Rig(TestArm.With(_ => broken)));
    }

    private static (MotionLimiter Limiter, ArmKinematics Arm, JointPositions Q) Motion(SafetyLimits? limits = null)
    {
        var arm = new ArmKinematics(TestArm.Description, TestArm.Task.EndEffectorInFlange);
        JointPositions q = default;
        for (var i = 0; i < 7; i++) q[i] = TestArm.Description.HomeRad[i];
        arm.Update(q);
        var limiter = new MotionLimiter(limits ?? TestArm.Limits, Dt);
        limiter.Place(arm.EndEffectorInBase);
        return (limiter, arm, q);
    }
}

using RobotRL.Control.Contract;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control.Tests;

/// <summary>What may end, and what may not go on, where an arm is led back, led by hand, or left without a commander.</summary>
public class LeadingTests
{
    /// <summary>What a retreat may give back of an overrun, and what is done within one tick, m or rad.</summary>
    private const double GrowthMost = 0.012;

    private static readonly RobotDescription Outside =
        TestArm.With(l => l with { Workspace = new(Home() - new Vector3D(0.2, 0.2, 0.2), Home() + new Vector3D(0.2, -0.1, 0.2)) });

    [Theory]
    [InlineData("stop")]
    [InlineData("held stop")]
    [InlineData("collision")]
    [InlineData("shove")]
    public void A_retreat_ends_with_any_stop_and_begins_again_only_once_it_was_let_go(string what)
    {
        using var rig = new Rig(Outside);
        rig.Session.Advance(1000);
        Retreat(rig, 300);
        Assert.Equal(GateState.Retreating, rig.Latest.Gate);
        if (what == "stop") rig.Session.Stop();
        if (what == "held stop") rig.Cycle.HoldStop(FaultCode.OperatorStop);
        if (what == "collision") rig.Robot.Faults.WrenchSpike = new(new(0, 0, 200), default);
        if (what == "shove") rig.Robot.DisturbanceNm = Torque(0, 30);
        var retreating = 0;
        for (var i = 0; i < 1000; i++)
        {
            if (i % 50 == 0) rig.Session.Retreat("operator");
            rig.Session.Advance(1);
            if (rig.Latest.Gate == GateState.Retreating) retreating++;
        }
        Assert.InRange(retreating, 0, what == "shove" ? 60 : 2);
    }

    [Fact]
    public void An_arm_that_was_led_by_hand_stays_where_it_was_led_to()
    {
        foreach (var then in new[] { CommandingState.SignedOff, CommandingState.Commanding })
        {
            using var rig = new Rig();
            rig.Session.SignOff();
            rig.Session.Advance(1);
            Guide(rig, 800, Torque(0, 2));
            Guide(rig, 600, default);
            var there = rig.Robot.TrueState.Position;
            for (var i = 0; i < 20; i++)
            {
                rig.Session.Beat(then);
                rig.Session.Advance(100);
            }
            Assert.True(Math.Abs(there[0] - TestArm.Description.HomeRad[0]) > 0.1, "it was not led anywhere");
            Assert.InRange(Math.Abs(rig.Robot.TrueState.Position[0] - there[0]), 0, 0.01);
        }
    }

    [Theory]
    [InlineData(CommandingState.Guiding)]
    [InlineData(CommandingState.Retreating)]
    [InlineData(CommandingState.SignedOff)]
    public void A_target_is_taken_from_a_commander_alone_and_goes_no_further_without_one(CommandingState beat)
    {
        using var rig = new Rig();
        var now = rig.Robot.Now;
        CartesianTarget far = new(rig.Session.Home with { Position = rig.Session.Home.Position + new Vector3D(0, 0.2, 0) }, now, now.Plus(10_000_000_000),
            CartesianStiffness.Of(TestArm.Description.Impedance), default, ActionSource.Policy, 77);
        rig.Cycle.Heartbeats.Publish(new(now, CommandingState.Commanding));
        rig.Cycle.Targets.Publish(far);
        rig.Session.Advance(100);
        rig.Session.Beat(beat);
        rig.Session.Advance(150);
        var at = rig.Latest.EndEffector.PoseInBase.Position;
        rig.Session.Beat(beat);
        rig.Session.Advance(2000);
        Assert.InRange((rig.Latest.EndEffector.PoseInBase.Position - at).Length, 0, 0.005);
        if (rig.Session.IsStopped) return; // nobody beats, and someone should
        rig.Cycle.Targets.Publish(far with { IssueTime = rig.Robot.Now, Sequence = 78 });
        rig.Session.Advance(2);
        Assert.Equal(FaultCode.HeartbeatLost, rig.Latest.Fault.Code);
    }

    [Fact]
    public void Torque_keeps_its_rate_also_where_the_reference_starts_anew_and_no_state_comes()
    {
        using var rig = new Rig();
        var envelope = new Envelope(TestArm.Description, TestArm.Task.EndEffectorInFlange);
        rig.Robot.DisturbanceNm = Torque(1, 8);
        rig.Session.Advance(400);
        rig.Robot.Faults.LostPackets = 3;
        rig.Cycle.RequestRebase();
        rig.Session.Advance(50);
        envelope.Follow(rig.Cycle.Records);
    }

    [Fact]
    public void A_commanded_posture_stays_within_each_joints_range()
    {
        var random = new Random(5);
        for (var run = 0; run < 20; run++)
        {
            var description = TestArm.With(l =>
                l with { Workspace = new(new(-0.8, -0.8, 0.01), new(0.9, 0.8, 1.2)), Orientation = l.Orientation with { TiltRad = 3, YawRad = 3 } });
            using var rig = new Rig(description);
            var (q, joint) = (TestArm.Description.HomeRad.ToArray(), random.Next(7));
            q[joint] = TestArm.Limits.Joints[joint].PositionMaxRad - 0.08;
            rig.Robot.Place(q);
            rig.Session.SignOff();
            rig.Session.Advance(1);
            if (!rig.Session.Rebase()) continue;
            JointPositions goal = default;
            for (var i = 0; i < 7; i++) goal[i] = random.Next(2) == 0 ? TestArm.Limits.Joints[i].PositionMaxRad : TestArm.Limits.Joints[i].PositionMinRad;
            var there = rig.Latest.Reference.PoseInBase;
            for (var i = 0; i < 60 && !rig.Session.IsStopped; i++)
            {
                var now = rig.Robot.Now;
                rig.Cycle.Heartbeats.Publish(new(now, CommandingState.Commanding));
                rig.Cycle.Targets.Publish(new(there, now, now.Plus(200_000_000), CartesianStiffness.Of(TestArm.Description.Impedance),
                    default, ActionSource.Reset, 1000 + i)
                {
                    MovesPosture = true,
                    PostureRad = goal,
                });
                rig.Session.Advance(100);
                for (var k = 0; k < 7; k++)
                    Assert.InRange(rig.Latest.PostureRad[k], TestArm.Limits.Joints[k].PositionMinRad - 1e-6, TestArm.Limits.Joints[k].PositionMaxRad + 1e-6);
            }
        }
    }

    [Fact]
    public void Fingers_that_were_opening_stay_where_a_stop_meets_them()
    {
        using var rig = new Rig();
        rig.Decide(TestArm.Action(gripper: GripperCommand.Close));
        for (var i = 0; i < 12; i++) rig.Decide(TestArm.Action());
        rig.Decide(TestArm.Action(gripper: GripperCommand.Open));
        var width = rig.Robot.TrueState.GripperWidthM;
        rig.Session.Stop();
        rig.Session.Advance(1500);
        Assert.InRange(rig.Robot.TrueState.GripperWidthM, width - 0.002, width + 0.002);
    }

    /// <summary>A stamp ahead of the loop's clock by more than a state may be old, or behind it by more than a beat may be, is nobody's who holds on.</summary>
    [Theory]
    [InlineData(1_000_000, false), InlineData(1_000_000_000, false), InlineData(3_600_000_000_000, false), InlineData(long.MaxValue / 4, false)]
    [InlineData(1_000_000, true), InlineData(1_000_000_000, true), InlineData(3_600_000_000_000, true), InlineData(long.MaxValue / 4, true)]
    public void A_beat_from_another_clock_neither_starts_a_retreat_nor_keeps_one(long beyondNs, bool isBehind)
    {
        var limits = TestArm.Limits;
        var offsetNs = isBehind ? -(limits.HeartbeatMaxAgeNs + beyondNs) : limits.StateMaxAgeNs + beyondNs;
        using var rig = new Rig(Outside);
        rig.Session.Advance(1000);
        Beat(offsetNs, 50);
        Assert.NotEqual(GateState.Retreating, rig.Latest.Gate);
        // Within what clocks may differ by it is somebody who holds on.
        Beat(isBehind ? -limits.HeartbeatMaxAgeNs : limits.StateMaxAgeNs, 50);
        Assert.Equal(GateState.Retreating, rig.Latest.Gate);
        Beat(offsetNs, 1);
        Assert.NotEqual(GateState.Retreating, rig.Latest.Gate);
        // The last one does not come to hold by itself either, once the clock has caught up with it.
        for (var i = 0; i < 1500; i++)
        {
            rig.Session.Advance(1);
            Assert.NotEqual(GateState.Retreating, rig.Latest.Gate);
        }

        void Beat(long aheadNs, int ticks)
        {
            for (var i = 0; i < ticks; i++)
            {
                rig.Cycle.Heartbeats.Publish(new(rig.Robot.Now.Plus(aheadNs), CommandingState.Retreating));
                rig.Session.Advance(1);
            }
        }
    }

    /// <summary>
    /// Arms that stand beyond several limits at once, led back for six seconds, undisturbed and against a push: judged by the tests' own geometry, each overrun
    /// for itself. What one gives back never goes to another.
    /// </summary>
    [Theory]
    [InlineData(0), InlineData(6), InlineData(25)]
    public void A_retreat_lets_no_overrun_grow_for_another_or_by_a_push(double pushNm)
    {
        var (random, led, ended, several) = (new Random(11), 0, 0, 0);
        for (var run = 0; run < 60; run++)
        {
            JointPositions q = default;
            for (var i = 0; i < 7; i++) q[i] = TestArm.Description.HomeRad[i] + 0.8 * (2 * random.NextDouble() - 1);
            var beyond = random.Next(7);
            if (random.Next(2) == 0)
            {
                var (joint, by) = (TestArm.Limits.Joints[beyond], 0.08 * random.NextDouble());
                q[beyond] = random.Next(2) == 0 ? joint.PositionMaxRad + by : joint.PositionMinRad - by;
            }
            Vector3D wide = new(0.25, 0.25, 0.25);
            var middle = Home() + new Vector3D(random.NextDouble() - 0.5, random.NextDouble() - 0.5, random.NextDouble() - 0.5) * 0.3;
            var description = TestArm.With(l => l with
            {
                Workspace = new(middle - wide, middle + wide),
                Cell = new(new(-1.2, -1.2, -0.3), new(1.3, 1.2, 1.6)),
                Orientation = l.Orientation with { TiltRad = 0.3 + random.NextDouble(), YawRad = 0.3 + random.NextDouble() },
            }) with
            { HomeRad = [.. ((ReadOnlySpan<double>)q)[..7]] };
            using var rig = new Rig(description);
            rig.Session.Advance(600);
            if (!rig.Session.IsStopped) continue;
            Skeleton skeleton = new(description, TestArm.Task.EndEffectorInFlange);
            var least = Overruns(description, skeleton, rig.Robot.TrueState.Position);
            if (least.Count(o => o > 0) > 1) several++;
            var push = Torque(random.Next(7), random.Next(2) == 0 ? pushNm : -pushNm);
            for (var tick = 0; tick < 6000; tick++)
            {
                if (tick % 50 == 0) rig.Session.Retreat("operator");
                if (tick == 300) rig.Robot.DisturbanceNm = push;
                rig.Session.Advance(1);
                if (tick == 10 && rig.Latest.Gate == GateState.Retreating) led++;
                if (rig.Latest.Gate != GateState.Retreating)
                {
                    ended++;
                    break;
                }
                var now = Overruns(description, skeleton, rig.Robot.TrueState.Position);
                for (var i = 0; i < now.Length; i++)
                {
                    Assert.True(now[i] <= least[i] + GrowthMost, $"run {run}, tick {tick}: overrun {i} grew from {least[i]} to {now[i]}");
                    least[i] = Math.Min(least[i], now[i]);
                }
            }
        }
        Assert.True(led > 20 && several > 10, $"{led} led back, {several} from beyond several limits");
        if (pushNm > 10) Assert.True(ended > 5, $"{ended} retreats ended by themselves");
    }

    /// <summary>How far beyond each limit, m or rad, 0 within: joints, workspace, tilt, yaw, and each distance of the body.</summary>
    private static double[] Overruns(RobotDescription robot, Skeleton skeleton, in JointPositions q)
    {
        skeleton.Update(q);
        var (p, workspace, orientation) = (skeleton.EndEffector.Position, robot.Limits.Workspace, robot.Limits.Orientation);
        var (tilt, yaw) = Skeleton.TiltAndYaw(orientation.Nominal, skeleton.EndEffector.Orientation);
        List<double> all = [tilt - orientation.TiltRad, Math.Abs(yaw) - orientation.YawRad];
        Vector3D outside = default;
        for (var axis = 0; axis < 3; axis++)
        {
            var beyond = Math.Max(workspace.Min[axis] - p[axis], p[axis] - workspace.Max[axis]);
            if (beyond > 0) outside += axis switch { 0 => new(beyond, 0, 0), 1 => new Vector3D(0, beyond, 0), _ => new(0, 0, beyond) };
        }
        all.Add(outside.Length);
        var joints = robot.Limits.Joints;
        for (var i = 0; i < robot.JointCount; i++) all.Add(Math.Max(joints[i].PositionMinRad - q[i], q[i] - joints[i].PositionMaxRad));
        foreach (var gap in skeleton.Gaps()) all.Add(-gap);
        return [.. all.Select(o => Math.Max(o, 0))];
    }

    private static void Retreat(Rig rig, int ticks)
    {
        for (var i = 0; i < ticks; i += 50)
        {
            rig.Session.Retreat("operator");
            rig.Session.Advance(50);
        }
    }

    private static void Guide(Rig rig, int ticks, JointTorques push)
    {
        rig.Robot.DisturbanceNm = push;
        for (var i = 0; i < ticks; i += 50)
        {
            rig.Session.Guide("operator");
            rig.Session.Advance(50);
        }
    }

    private static JointTorques Torque(int joint, double nm)
    {
        JointTorques torque = default;
        torque[joint] = nm;
        return torque;
    }

    private static Vector3D Home()
    {
        using var rig = new Rig();
        return rig.Session.Home.Position;
    }
}

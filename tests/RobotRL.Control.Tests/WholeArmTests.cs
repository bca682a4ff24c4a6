using RobotRL.Control.Contract;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control.Tests;

/// <summary>The gate holds the whole arm: posture, body, orientation, standstill, and the torque across every new start.</summary>
public class WholeArmTests
{
    private static readonly double[] ElbowAside = [0.25, 0.1, -0.45, -2.1, 0.35, 2.15, 0.6];

    [Fact]
    public void No_joint_moves_while_nobody_commands_wherever_the_elbow_stands()
    {
        using var rig = new Rig();
        Place(rig, ElbowAside);
        Assert.True(rig.Session.Rebase());
        rig.Session.Advance(5000);
        Assert.Equal(GateState.Running, rig.Latest.Gate);
        Assert.True(Moved(ElbowAside, rig.Robot.TrueState.Position) < 1e-4, "a joint moved");
    }

    [Fact]
    public void Stopped_and_held_the_null_space_is_damped_and_pulls_nowhere()
    {
        using var rig = new Rig();
        Place(rig, ElbowAside);
        Assert.True(rig.Session.Rebase());
        rig.Session.Stop();
        rig.Session.Advance(3000);
        Assert.Equal(GateState.Held, rig.Latest.Gate);
        Assert.True(Moved(ElbowAside, rig.Robot.TrueState.Position) < 1e-3);
        // Shoved within its window, the arm stays where it was shoved to.
        rig.Robot.DisturbanceNm = Torques(joint: 2, 1.5);
        rig.Session.Advance(150);
        rig.Robot.DisturbanceNm = default;
        rig.Session.Advance(300);
        var shoved = rig.Robot.TrueState.Position;
        rig.Session.Advance(5000);
        Assert.Equal(GateState.Held, rig.Latest.Gate);
        Assert.True(Math.Abs(rig.Robot.TrueState.Position[2] - shoved[2]) < 0.01, "the elbow swings back");
    }

    [Fact]
    public void Posture_moves_by_command_alone_within_its_own_limits()
    {
        using var rig = new Rig();
        Place(rig, ElbowAside);
        Assert.True(rig.Session.Rebase());
        var (last, v, a, fastest) = (rig.Latest.PostureRad, new double[7], new double[7], 0.0);
        var limits = TestArm.Limits.Posture;
        var there = rig.Latest.Reference.PoseInBase;
        var ticks = (int)rig.Cycle.Records.Written;
        // The tool stays; all that moves is the posture's.
        Assert.True(rig.Session.MoveTo(there, homePosture: true, timeoutS: 30), $"{rig.Latest.Fault}");
        foreach (var r in rig.Cycle.Records.ToArray()[^Math.Min(4000, (int)rig.Cycle.Records.Written - ticks)..])
        {
            for (var i = 0; i < 7; i++)
            {
                var speed = (r.PostureRad[i] - last[i]) / 1e-3;
                if (v[i] != 0) Assert.InRange(Math.Abs(speed), 0, limits.Velocity * 2); // what the null space leaves of a commanded speed is no joint's own
                (v[i], fastest) = (speed, Math.Max(fastest, Math.Abs(speed)));
            }
            last = r.PostureRad;
        }
        Assert.True(fastest > 0.01, "the posture did not move");
        Assert.True(Math.Abs(rig.Latest.PostureRad[2]) < 0.15, $"joint 3 is still at {rig.Latest.PostureRad[2]}");
    }

    [Fact]
    public void Orientation_stays_within_its_cone_and_turn_whatever_is_asked()
    {
        foreach (var axis in (ReadOnlySpan<Vector3D>)[new(1, 0, 0), new(0, 1, 0), new(0, 0, 1), new(1, 1, 0)])
        {
            using var rig = new Rig();
            var envelope = new Envelope(TestArm.Description, TestArm.Task.EndEffectorInFlange);
            for (var i = 0; i < 3; i++)
            {
                var turned = rig.Session.Home.Orientation * Rotation.FromVector(axis * (1.8 / axis.Length));
                rig.Session.MoveTo(rig.Session.Home with { Orientation = turned }, timeoutS: 3);
                envelope.Follow(rig.Cycle.Records);
            }
            var (tilt, yaw) = Skeleton.TiltAndYaw(TestArm.Limits.Orientation.Nominal, rig.Latest.EndEffector.PoseInBase.Orientation);
            Assert.InRange(tilt, 0, TestArm.Limits.Orientation.TiltRad);
            Assert.InRange(yaw, -TestArm.Limits.Orientation.YawRad, TestArm.Limits.Orientation.YawRad);
            Assert.True(rig.Latest.LimitsSinceTarget.HasFlag(LimitFlags.Orientation) || rig.Latest.Fault.Code == FaultCode.OrientationExceeded,
                $"{rig.Latest.LimitsSinceTarget} {rig.Latest.Fault}");
            Assert.True(tilt > 0.4 || Math.Abs(yaw) > 1.0, $"hardly moved: {tilt}, {yaw}");
        }
    }

    /// <summary>The tool is well outside the box, the forearm would enter it.</summary>
    [Fact]
    public void A_link_keeps_out_of_a_box_that_the_tool_never_nears()
    {
        var elbowBox = new Box(new(0.0, -0.5, 0.75), new(0.15, 0.5, 0.95)); // above and behind: the elbow rises into it as the tool comes in
        var description = TestArm.With(l => l with { KeepOut = [elbowBox], Workspace = new(new(0.25, -0.3, 0.05), new(0.7, 0.3, 0.7)) });
        using var rig = new Rig(description);
        var envelope = new Envelope(description, TestArm.Task.EndEffectorInFlange);
        var start = rig.Session.Home.Position;
        foreach (var way in (ReadOnlySpan<Vector3D>)[new(-0.15, 0, 0.2), new(-0.15, 0.15, 0.25), new(0.1, 0, -0.1), new(-0.15, -0.15, 0.2)])
        {
            rig.Session.MoveTo(rig.Session.Home with { Position = start + way }, timeoutS: 3);
            envelope.Follow(rig.Cycle.Records);
        }
        Assert.True(rig.Latest.Gate == GateState.Running, $"{rig.Latest.Fault}");
        Assert.True(Flags(rig).HasFlag(LimitFlags.KeepOut), $"nothing came near: {Flags(rig)}");
    }

    [Fact]
    public void A_held_arm_that_is_pushed_out_of_its_window_is_braked()
    {
        using var rig = new Rig();
        rig.Session.Stop();
        rig.Session.Advance(1000);
        Assert.Equal(GateState.Held, rig.Latest.Gate);
        var held = rig.Robot.TrueState.Position;
        rig.Robot.DisturbanceNm = Torques(joint: 1, 2);
        for (var i = 0; i < 4000 && rig.Latest.Fault.Code != FaultCode.StandstillLost; i++) rig.Session.Advance(1);
        Assert.Equal((FaultCode.StandstillLost, StopCategory.Category0), (rig.Latest.Fault.Code, rig.Latest.Fault.Category));
        rig.Session.Advance(600);
        Assert.Equal(GateState.PowerRemoved, rig.Latest.Gate);
        Assert.True(rig.Latest.Fault.Index >= 0, $"{rig.Latest.Fault}");
        Assert.InRange(Math.Abs(rig.Robot.TrueState.Position[1] - held[1]), 0, TestArm.Limits.StandstillRad + 0.005);
    }

    [Fact]
    public void An_arm_that_does_not_come_to_stand_is_braked()
    {
        using var rig = new Rig();
        rig.Robot.DisturbanceNm = Torques(joint: 0, 3);
        rig.Session.Advance(5);
        rig.Session.Stop();
        rig.Session.Advance(4000);
        Assert.True(rig.Latest.Gate is GateState.PowerRemoved or GateState.Held, $"{rig.Latest.Gate}, {rig.Latest.Fault}");
    }

    [Fact]
    public void Torque_keeps_its_rate_across_a_rebase_under_load()
    {
        using var rig = new Rig();
        var envelope = new Envelope(TestArm.Description, TestArm.Task.EndEffectorInFlange);
        for (var joint = 0; joint < 7; joint++)
        {
            rig.Robot.DisturbanceNm = Torques(joint, joint < 4 ? 8 : 2);
            rig.Session.Advance(400);
            envelope.Follow(rig.Cycle.Records);
            rig.Session.Rebase();
            rig.Session.Advance(50);
            envelope.Follow(rig.Cycle.Records);
        }
        Assert.True(envelope.Placements > 5);
    }

    [Theory]
    [InlineData(1e308)]
    [InlineData(1e100)]
    [InlineData(50)]
    public void A_target_beyond_reason_is_refused_and_a_reset_clears_it(double metres)
    {
        using var rig = new Rig();
        Propose(rig, pose => pose with { Position = new(metres, 0.1, 0.2) });
        Assert.Equal(FaultCode.TargetOutOfRange, rig.Latest.Fault.Code);
        Assert.True(rig.Latest.LimitsSinceTarget.HasFlag(LimitFlags.TargetRefused));
        Assert.True(rig.Latest.Reference.PoseInBase.IsFinite);
        rig.Session.Advance(1000);
        Assert.True(rig.Session.OperatorReset("operator"));
        Assert.True(rig.Session.MoveTo(rig.Session.Home));
    }

    [Fact]
    public void Stiffness_damping_durations_and_postures_beyond_reason_are_refused()
    {
        foreach (var absurd in (Func<CartesianTarget, CartesianTarget>[])
        [
            t => t with { Stiffness = t.Stiffness with { TranslationNM = 1e300 } }, t => t with { Stiffness = t.Stiffness with { RotationNmRad = -1e200 } },
            t => t with { Stiffness = t.Stiffness with { DampingRatio = 1e9 } }, t => t with { DueTime = new(long.MaxValue) },
            t => t with { MovesPosture = true, PostureRad = Posture(100) }, t => t with { MovesPosture = true, PostureRad = Posture(double.NaN) },
        ])
        {
            using var rig = new Rig();
            Propose(rig, p => p, absurd);
            Assert.True(rig.Latest.Fault.Code is FaultCode.TargetOutOfRange or FaultCode.NonFiniteCommand, $"{rig.Latest.Fault}");
            rig.Session.Advance(1000);
            Assert.True(rig.Session.OperatorReset("operator"));
        }
    }

    /// <summary>
    /// <code>
    /// beyond a joint's limit ── reset: stops at once ── hold "retreat" ── inside again ── let go ── reset ── moves
    /// </code>
    /// </summary>
    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void From_beyond_a_joint_limit_an_operator_leads_the_arm_back_and_only_back(int joint)
    {
        var q = TestArm.Description.HomeRad.ToArray();
        q[joint] = TestArm.Limits.Joints[joint].PositionMaxRad + 0.05;
        using var rig = new Rig(TestArm.With(l =>
            l with { Workspace = new(new(-0.8, -0.8, 0.01), new(0.9, 0.8, 1.2)), Orientation = l.Orientation with { TiltRad = 3, YawRad = 3 } }));
        Place(rig, q);
        rig.Session.Advance(2);
        Assert.Equal(FaultCode.JointPositionExceeded, rig.Latest.Fault.Code);
        rig.Session.Advance(1000);
        rig.Session.OperatorReset("operator");
        Assert.True(rig.Session.IsStopped, "beyond its limit the arm may not run");
        rig.Session.Advance(1000);

        var furthest = double.NegativeInfinity;
        for (var i = 0; i < 30; i++)
        {
            Assert.True(rig.Session.Retreat("operator"));
            rig.Session.Advance(100);
            furthest = Math.Max(furthest, rig.Robot.TrueState.Position[joint]);
            for (var j = 0; j < 7; j++) Assert.InRange(Math.Abs(rig.Robot.TrueState.Velocity[j]), 0, 0.3);
        }
        Assert.True(furthest < q[joint] + 0.005, $"{furthest}");
        Assert.True(rig.Robot.TrueState.Position[joint] < TestArm.Limits.Joints[joint].PositionMaxRad,
            $"at {rig.Robot.TrueState.Position[joint]}, {rig.Latest.Gate}");
        // Let go: stopped, and the fault is there until it is cleared.
        rig.Session.Advance(1500);
        Assert.Equal((FaultCode.JointPositionExceeded, true), (rig.Latest.Fault.Code, rig.Latest.Gate is GateState.PowerRemoved or GateState.Held));
        Assert.True(rig.Session.OperatorReset("operator"));
        rig.Session.Advance(500);
        Assert.Equal(GateState.Running, rig.Latest.Gate);
    }

    [Fact]
    public void From_outside_the_workspace_an_operator_leads_the_arm_back()
    {
        using var rig = new Rig(TestArm.With(l => l with { Workspace = new(Home() - new Vector3D(0.2, 0.2, 0.2), Home() + new Vector3D(0.2, -0.05, 0.2)) }));
        rig.Session.Advance(5);
        Assert.Equal(FaultCode.WorkspaceExceeded, rig.Latest.Fault.Code);
        rig.Session.Advance(1000);
        for (var i = 0; i < 40; i++)
        {
            Assert.True(rig.Session.Retreat("operator"));
            rig.Session.Advance(100);
        }
        rig.Session.Advance(1000);
        Assert.True(rig.Session.OperatorReset("operator"));
        rig.Session.Advance(100);
        Assert.Equal(GateState.Running, rig.Latest.Gate);
    }

    [Fact]
    public void A_retreat_that_nobody_holds_on_to_stops()
    {
        using var rig = new Rig(TestArm.With(l => l with { Workspace = new(Home() - new Vector3D(0.2, 0.2, 0.2), Home() + new Vector3D(0.2, -0.1, 0.2)) }));
        rig.Session.Advance(1000);
        Assert.True(rig.Session.Retreat("operator"), $"{rig.Latest.Gate}, {rig.Latest.Causes}, {rig.Latest.Fault}");
        rig.Session.Advance(20);
        Assert.Equal(GateState.Retreating, rig.Latest.Gate);
        rig.Session.Advance(260);
        Assert.NotEqual(GateState.Retreating, rig.Latest.Gate);
        rig.Session.Advance(1000);
        var at = rig.Robot.TrueState.Position;
        rig.Session.Advance(1000);
        Assert.True(Moved([.. ((ReadOnlySpan<double>)at)], rig.Robot.TrueState.Position) < 1e-3);
    }

    [Fact]
    public void Guided_by_hand_the_arm_goes_along_stays_put_and_stays_within_its_limits()
    {
        using var rig = new Rig();
        rig.Session.SignOff();
        rig.Session.Advance(1);
        Guide(rig, 100, default);
        var start = rig.Robot.TrueState.Position;
        Guide(rig, 800, Torques(joint: 0, 2));
        Assert.True(rig.Robot.TrueState.Position[0] - start[0] > 0.1, "the arm does not go along");
        Guide(rig, 600, default);
        var let = rig.Robot.TrueState.Position[0];
        Guide(rig, 1500, default);
        Assert.InRange(Math.Abs(rig.Robot.TrueState.Position[0] - let), 0, 0.02);
        Assert.Equal(GateState.Running, rig.Latest.Gate);
        Guide(rig, 4000, Torques(joint: 0, 30));
        Assert.NotEqual(FaultCode.None, rig.Latest.Fault.Code);
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

    private static void Propose(Rig rig, Func<Pose, Pose> pose, Func<CartesianTarget, CartesianTarget>? change = null)
    {
        var now = rig.Robot.Now;
        rig.Cycle.Heartbeats.Publish(new(now, CommandingState.Commanding));
        var target = new CartesianTarget(pose(rig.Session.Home), now, now.Plus(200_000_000), CartesianStiffness.Of(TestArm.Description.Impedance),
            default, ActionSource.Policy, 77);
        rig.Cycle.Targets.Publish(change is null ? target : change(target));
        rig.Session.Advance(2);
    }

    private static void Place(Rig rig, double[] q)
    {
        rig.Robot.Place(q);
        rig.Session.SignOff();
        rig.Session.Advance(1);
    }

    private static LimitFlags Flags(Rig rig)
    {
        var flags = LimitFlags.None;
        foreach (var r in rig.Cycle.Records.ToArray()) flags |= r.Limits;
        return flags;
    }

    private static double Moved(double[] from, JointPositions to) => Enumerable.Range(0, 7).Max(i => Math.Abs(to[i] - from[i]));

    private static Vector3D Home()
    {
        using var rig = new Rig();
        return rig.Session.Home.Position;
    }

    private static JointTorques Torques(int joint, double nm)
    {
        JointTorques torque = default;
        torque[joint] = nm;
        return torque;
    }

    private static JointPositions Posture(double each)
    {
        JointPositions q = default;
        for (var i = 0; i < 7; i++) q[i] = each;
        return q;
    }
}

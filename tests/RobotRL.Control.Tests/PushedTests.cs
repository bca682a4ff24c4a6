using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control.Tests;

/// <summary>Something leans on an arm that is to stop, or stands in the way of one that is to move.</summary>
public class PushedTests
{
    /// <summary>A held arm that leaves its place is braked at once, also where the same tick sees another joint beyond its end.</summary>
    [Fact]
    public void A_held_arm_that_leaves_its_place_is_braked_whatever_else_the_tick_sees()
    {
        using var rig = new Rig();
        rig.Session.Stop();
        rig.Session.Advance(1500);
        Assert.Equal(GateState.Held, rig.Latest.Gate);
        var q = TestArm.Description.HomeRad.ToArray();
        q[0] += 2 * TestArm.Limits.StandstillRad;
        q[5] = TestArm.Limits.Joints[5].PositionMaxRad + 0.01;
        rig.Robot.Place(q);
        rig.Session.Advance(1);
        Assert.Equal((GateState.PowerRemoved, FaultCode.StandstillLost), (rig.Latest.Gate, rig.Latest.Fault.Code));
    }

    /// <summary>Nor does what the sensors' watch finds in that tick take the brake away.</summary>
    [Fact]
    public void A_held_arm_that_reads_as_elsewhere_is_braked_also_where_its_sensor_is_found_wrong_first()
    {
        using var rig = new Rig();
        rig.Session.Stop();
        rig.Session.Advance(1500);
        Assert.Equal(GateState.Held, rig.Latest.Gate);
        JointPositions error = default;
        error[0] = 2 * TestArm.Limits.StandstillRad;
        rig.Robot.Faults.PositionErrorRad = error;
        rig.Session.Advance(1);
        Assert.True(rig.Latest.Causes.Contains(FaultCode.SensorError), $"{rig.Latest.Causes}");
        Assert.Equal((GateState.PowerRemoved, FaultCode.StandstillLost), (rig.Latest.Gate, rig.Latest.Fault.Code));
    }

    /// <summary>What a stop may give way by, any joint: half a second of what 20 N drive a braked joint at, and the windows.</summary>
    private const double MostRad = 0.3;

    private static readonly Vector3D[] Sides = [new(1, 0, 0), new(-1, 0, 0), new(0, 1, 0), new(0, -1, 0), new(0, 0, 1), new(0, 0, -1)];

    /// <summary>As soft as a stopped arm is, it gives way: for as long as a controlled stop may take and two windows more, then its brakes close.</summary>
    [Theory]
    [InlineData("tool", 3), InlineData("tool", 5), InlineData("tool", 10), InlineData("tool", 20)]
    [InlineData("elbow", 3), InlineData("elbow", 5), InlineData("elbow", 10), InlineData("elbow", 20)]
    public void An_arm_that_is_leant_on_while_it_stops_comes_to_rest_or_is_braked(string where, double forceN)
    {
        foreach (var side in Sides)
            foreach (var moves in (ReadOnlySpan<bool>)[false, true])
            {
                using var rig = new Rig(TestArm.With(l => l with { Workspace = new(new(0.1, -0.6, 0.02), new(0.85, 0.6, 0.9)) }));
                ArmKinematics arm = new(TestArm.Description, TestArm.Task.EndEffectorInFlange);
                if (moves) rig.Decide(TestArm.Action(y: 1));
                Push(500);
                rig.Session.Stop();
                var from = rig.Robot.TrueState.Position;
                Push(4000);
                Assert.True(rig.Latest.Gate is GateState.Held or GateState.PowerRemoved, $"{side}: {rig.Latest.Gate}, {rig.Latest.Fault}");
                Assert.InRange(Travelled(from), 0, MostRad);
                var there = rig.Robot.TrueState.Position;
                Push(4000);
                Assert.InRange(Travelled(there), 0, TestArm.Limits.StandstillRad);

                void Push(int ticks)
                {
                    for (var i = 0; i < ticks; i++)
                    {
                        arm.Update(rig.Robot.TrueState.Position);
                        rig.Robot.DisturbanceNm = where == "tool" ? arm.TorqueOf(new(side * forceN, default)) : AtElbow(arm, side * forceN);
                        if (moves && !rig.Session.IsStopped && i % 100 == 0) rig.Decide(TestArm.Action(y: i % 200 == 0 ? 1 : -1));
                        else rig.Session.Advance(1);
                    }
                }

                double Travelled(in JointPositions since)
                {
                    var most = 0.0;
                    for (var i = 0; i < 7; i++) most = Math.Max(most, Math.Abs(rig.Robot.TrueState.Position[i] - since[i]));
                    return most;
                }
            }
    }

    /// <summary>
    /// <code>
    /// decisions toward it ─────┤ something ├         reference  ··leash, and a decision's way
    /// taken away               ─────────── →         no further than that, no faster than a decision
    /// </code>
    /// </summary>
    [Theory]
    [InlineData(1, 0, 0), InlineData(-1, 0, 0), InlineData(0, 1, 0), InlineData(0, -1, 0), InlineData(0, 0, 1), InlineData(0, 0, -1), InlineData(1, 1, -1)]
    public void A_reference_stays_by_an_arm_that_is_held_fast_and_the_arm_does_not_lash_out_when_it_is_let_go(float x, float y, float z)
    {
        using var rig = new Rig(TestArm.With(l => l with { Workspace = new(new(0.1, -0.6, 0.02), new(0.85, 0.6, 0.9)) }));
        var held = rig.Robot.TrueState.Position;
        var at = rig.Latest.EndEffector.PoseInBase.Position;
        var most = Leash.Of(TestArm.Description.Impedance).TranslationM + TestArm.Task.Actions.TranslationScaleM + 0.001;
        for (var i = 0; i < 50; i++)
        {
            rig.Session.BeginDecision(TestArm.Action(x, y, z), TestArm.Action(x, y, z), ActionSource.Policy);
            for (var tick = 0; tick < 100; tick++)
            {
                rig.Robot.DisturbanceNm = Grasp(rig.Robot.TrueState, held);
                rig.Session.Advance(1);
                var ahead = rig.Latest.Reference.PoseInBase.Position - rig.Latest.EndEffector.PoseInBase.Position;
                for (var axis = 0; axis < 3; axis++) Assert.InRange(ahead[axis], -most, most);
            }
            Assert.False(rig.Session.IsStopped, $"{rig.Latest.Fault}");
        }
        Assert.InRange((rig.Latest.EndEffector.PoseInBase.Position - at).Length, 0, 0.002);
        // Let go, and asked for nothing more.
        rig.Robot.DisturbanceNm = default;
        var (fastest, furthest) = (0.0, 0.0);
        for (var i = 0; i < 10; i++)
        {
            rig.Session.BeginDecision(TestArm.Action(), TestArm.Action(), ActionSource.Policy);
            for (var tick = 0; tick < 100; tick++)
            {
                rig.Session.Advance(1);
                fastest = Math.Max(fastest, rig.Latest.EndEffector.TwistInBase.Linear.Length);
                furthest = Math.Max(furthest, (rig.Latest.EndEffector.PoseInBase.Position - at).Length);
            }
        }
        Assert.False(rig.Session.IsStopped, $"{rig.Latest.Fault}");
        Assert.InRange(furthest, 0.001, 2 * most);
        Assert.InRange(fastest, 0, 0.5);
    }

    /// <summary>Nobody counts from the arm: the reference is where the target is, far off. A clipped spring drives it, and its damper brakes.</summary>
    [Theory]
    [InlineData(1, 0, 0), InlineData(-1, 0, 0), InlineData(0, 1, 0), InlineData(0, -1, 0), InlineData(0, 0, 1), InlineData(0, 0, -1), InlineData(1, 1, 1)]
    public void An_arm_that_is_let_go_far_from_its_reference_goes_there_without_lashing_out(double x, double y, double z)
    {
        using var rig = new Rig(TestArm.With(l => l with { Workspace = new(new(0.1, -0.6, 0.02), new(0.85, 0.6, 0.9)) }));
        var held = rig.Robot.TrueState.Position;
        var home = rig.Latest.Reference.PoseInBase;
        var target = home with { Position = home.Position + new Vector3D(x, y, z) * 0.15 };
        var fastest = 0.0;
        for (var tick = 0; tick < 6000; tick++)
        {
            var now = rig.Robot.Now;
            rig.Cycle.Heartbeats.Publish(new(now, CommandingState.Commanding));
            if (tick % 100 == 0)
                rig.Cycle.Targets.Publish(new(target, now, now.Plus(200_000_000), rig.Session.Stiffness, default, ActionSource.Policy, 1000 + tick));
            rig.Robot.DisturbanceNm = tick < 2000 ? Grasp(rig.Robot.TrueState, held) : default;
            rig.Session.Advance(1);
            Assert.False(rig.Session.IsStopped, $"{rig.Latest.Fault}");
            if (tick == 1999) Assert.InRange((rig.Latest.Reference.PoseInBase.Position - rig.Latest.EndEffector.PoseInBase.Position).Length, 0.1, 0.3);
            fastest = Math.Max(fastest, rig.Latest.EndEffector.TwistInBase.Linear.Length);
        }
        Assert.InRange(fastest, 0, 0.5);
        Assert.InRange((rig.Latest.EndEffector.PoseInBase.Position - rig.Latest.Reference.PoseInBase.Position).Length, 0, 0.003);
    }

    /// <summary>Led back, against something that holds it.</summary>
    [Theory]
    [InlineData(0), InlineData(1), InlineData(3), InlineData(5)]
    public void A_retreat_waits_for_an_arm_that_is_held_fast_and_goes_on_as_slowly_when_it_is_let_go(int joint)
    {
        var q = TestArm.Description.HomeRad.ToArray();
        q[joint] = TestArm.Limits.Joints[joint].PositionMaxRad + 0.1;
        using var rig = new Rig(TestArm.Description with
        {
            HomeRad = q,
            Limits = TestArm.Limits with
            {
                Workspace = new(new(-0.9, -0.9, -0.5), new(0.9, 0.9, 1.4)),
                Cell = new(new(-1.5, -1.5, -1), new(1.5, 1.5, 2)),
                Orientation = TestArm.Limits.Orientation with { TiltRad = 3.1, YawRad = 3.1 },
            },
        });
        rig.Session.Advance(1000);
        var held = rig.Robot.TrueState.Position;
        Lead(4000, () => Assert.InRange(Math.Abs(rig.Latest.PostureRad[joint] - rig.Robot.TrueState.Position[joint]), 0, 0.06), isHeld: true);
        var fastest = 0.0;
        Lead(1500, () => fastest = Math.Max(fastest, Math.Abs(rig.Robot.TrueState.Velocity[joint])), isHeld: false);
        Assert.InRange(fastest, 0.02, 0.5);

        void Lead(int ticks, Action each, bool isHeld)
        {
            for (var tick = 0; tick < ticks; tick++)
            {
                if (tick % 50 == 0) rig.Session.Retreat("operator");
                rig.Robot.DisturbanceNm = isHeld ? Grasp(rig.Robot.TrueState, held) : default;
                rig.Session.Advance(1);
                Assert.Equal(GateState.Retreating, rig.Latest.Gate);
                each();
            }
        }
    }

    /// <summary>A stiff grasp of every joint where it is.</summary>
    private static JointTorques Grasp(in RobotState state, in JointPositions at)
    {
        JointTorques torque = default;
        // As light at the wrist as the arm's own inertias.
        for (var i = 0; i < 7; i++) torque[i] = Math.Pow(0.62, i) * (30_000 * (at[i] - state.Position[i]) - 300 * state.Velocity[i]);
        return torque;
    }

    /// <summary>What a force on the fourth joint's axis asks of the joints before it.</summary>
    private static JointTorques AtElbow(ArmKinematics arm, in Vector3D force)
    {
        JointTorques torque = default;
        var elbow = arm.Frames[3].Origin;
        for (var i = 0; i < 3; i++) torque[i] = Vector3D.Dot(arm.Frames[i].Z, Vector3D.Cross(elbow - arm.Frames[i].Origin, force));
        return torque;
    }
}

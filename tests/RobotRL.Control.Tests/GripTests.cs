using CsCheck;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control.Tests;

/// <summary>What is held stays held, within the grip's limits.</summary>
public class GripTests
{
    private const double PartM = 0.03, Tick = 1e-3;
    private static readonly GripParameters Asked = TestArm.Description.Grip, Most = TestArm.Limits.Grip;

    [Fact]
    public void Grip_outlasts_every_stop_reset_rebase_and_commander()
    {
        FaultCode[] causes =
            [FaultCode.OperatorStop, FaultCode.CollisionForce, FaultCode.DeadmanReleased, FaultCode.HeartbeatLost, FaultCode.JointVelocityExceeded];
        foreach (var cause in causes)
        {
            using var rig = Holding();
            rig.Session.Stop(cause);
            rig.Session.Advance(2500);
            AssertHeld(rig, $"{cause}, stopped");
            Assert.True(rig.Session.OperatorReset("operator"), $"{cause}");
            AssertHeld(rig, $"{cause}, reset");
            for (var i = 0; i < 200 && !rig.Session.Rebase(); i++) rig.Session.Advance(10);
            AssertHeld(rig, $"{cause}, started anew");
            Assert.True(rig.Session.MoveTo(rig.Session.Home));
            AssertHeld(rig, $"{cause}, moved");

            var another = new ControlSession(rig.Cycle, TestArm.Task);
            another.BeginEpisode(another.Home);
            for (var i = 0; i < 5; i++) another.Decide(TestArm.Action(x: 0.2f), TestArm.Action(x: 0.2f), ActionSource.Policy);
            AssertHeld(rig, $"{cause}, another actor");
        }
    }

    [Fact]
    public void Power_removed_does_not_open_the_gripper()
    {
        using var rig = Holding();
        rig.Robot.Faults.NonFiniteJoint = 2;
        rig.Session.Advance(50);
        Assert.Equal(GateState.PowerRemoved, rig.Latest.Gate);
        AssertHeld(rig, "without power");
    }

    /// <summary>Nobody knows at power-up what is between the fingers, nor how firmly: until somebody asks nothing is commanded, so nothing opens.</summary>
    [Fact]
    public void At_power_up_the_gripper_is_left_as_it_is_until_a_decision_moves_it()
    {
        using var rig = new Rig();
        for (var i = 0; i < 5; i++) rig.Decide(TestArm.Action(x: 0.2f));
        Assert.True(rig.Session.MoveTo(rig.Session.Home));
        rig.Session.Stop();
        rig.Session.Advance(1000);
        Assert.True(rig.Session.OperatorReset("operator"));
        Assert.Equal(default, rig.Latest.Grip);
        Assert.Equal(default, rig.Robot.Command.Grip);
        rig.Session.BeginEpisode(rig.Session.Home);
        rig.Decide(TestArm.Action(gripper: GripperCommand.Close));
        Assert.True(rig.Latest.Grip.IsAsked);
    }

    [Fact]
    public void Target_that_asks_for_no_grip_leaves_the_one_in_force()
    {
        using var rig = Holding();
        var now = rig.Robot.Now;
        rig.Cycle.Heartbeats.Publish(new(now, CommandingState.Commanding));
        rig.Cycle.Targets.Publish(new(rig.Session.Home, now, now.Plus(100_000_000), CartesianStiffness.Of(TestArm.Description.Impedance),
            default, ActionSource.Human, 1_000_000));
        rig.Cycle.Run(100);
        Assert.Equal(1_000_000, rig.Latest.Target.Sequence);
        AssertHeld(rig, "no grip asked");
        Assert.True(rig.Latest.Target.Grip.IsAsked, "the record does not say what is in force");
    }

    [Fact]
    public void Force_and_speed_beyond_their_limits_are_cut_and_flagged_and_those_within_are_not()
    {
        using var rig = new Rig();
        rig.Session.Grip = new(0.02, 2 * Most.ForceN, 3 * Most.SpeedMS);
        rig.Session.MoveTo(rig.Session.Home);
        Assert.Equal((Most.ForceN, Most.SpeedMS), (rig.Robot.Command.Grip.ForceN, rig.Robot.Command.Grip.SpeedMS));
        Assert.Equal(LimitFlags.Grip, rig.Latest.Limits & LimitFlags.Grip);
        rig.Session.Grip = new(0.02, Most.ForceN, Most.SpeedMS);
        rig.Session.MoveTo(rig.Session.Home);
        Assert.Equal(LimitFlags.None, rig.Latest.Limits & LimitFlags.Grip);
        rig.Session.Grip = new(0.2, Most.ForceN, Most.SpeedMS);
        for (var i = 0; i < 10; i++) rig.Session.MoveTo(rig.Session.Home);
        Assert.Equal((TestArm.Description.GripperMaxWidthM, LimitFlags.Grip), (rig.Robot.Command.Grip.WidthM, rig.Latest.Limits & LimitFlags.Grip));
    }

    [Theory]
    [InlineData(1e308, 30, 0.1)]
    [InlineData(-1e308, 30, 0.1)]
    [InlineData(0.02, 1e308, 0.1)]
    [InlineData(0.02, -1, 0.1)]
    [InlineData(0.02, 30, 1e308)]
    [InlineData(0.02, 30, -1)]
    public void Absurd_but_finite_grip_is_refused_and_what_is_held_stays_held(double width, double force, double speed)
    {
        using var rig = Holding();
        rig.Session.Grip = new(width, force, speed);
        rig.Session.MoveTo(rig.Session.Home);
        Assert.Equal(FaultCode.TargetOutOfRange, rig.Latest.Fault.Code);
        AssertHeld(rig, "refused");
        rig.Session.Advance(1500);
        Assert.True(rig.Session.OperatorReset("operator"));
        AssertHeld(rig, "reset");
    }

    [Fact]
    public void Commanded_width_never_outruns_the_speed_asked_for() =>
        Gen.Select(Gen.Double[0, 0.08], Gen.Double[0, 0.08], Gen.Double[0.01, 0.1]).Sample((first, second, speed) =>
    {
        var limiter = new GripLimiter(0.08, Most, Tick);
        var fingers = 0.04;
        foreach (var width in (double[])[first, second])
        {
            limiter.Ask(new(width, 30, speed));
            for (var tick = 0; tick < 9000; tick++)
            {
                limiter.Step(fingers);
                if (Math.Abs(limiter.Current.WidthM - fingers) > speed * Tick + 1e-12) return false;
                fingers = limiter.Current.WidthM;
            }
            if (Math.Abs(fingers - width) > 1e-9) return false;
        }
        return true;
    }, iter: 50);

    /// <summary>Fingers that close on a part stand wider than they were sent: opening begins there, without first going the way that they never went.</summary>
    [Fact]
    public void Opening_begins_where_the_fingers_are()
    {
        using var rig = Holding();
        rig.Decide(TestArm.Action(gripper: GripperCommand.Open));
        Assert.InRange(rig.Latest.Measured.GripperWidthM, PartM + 0.8 * Asked.SpeedMS * 0.1, PartM + 1.01 * Asked.SpeedMS * 0.1);
    }

    /// <summary>A part, grasped and carried.</summary>
    private static Rig Holding()
    {
        var rig = new Rig();
        rig.Robot.PartWidthM = PartM;
        for (var i = 0; i < 12; i++) rig.Decide(TestArm.Action(x: 0.2f, gripper: i == 0 ? GripperCommand.Close : GripperCommand.Stay));
        AssertHeld(rig, "grasped");
        return rig;
    }

    private static void AssertHeld(Rig rig, string when)
    {
        Assert.True(rig.Robot.TrueState.GripperWidthM <= PartM && rig.Robot.HoldingForceN == Asked.ForceN,
            $"{when}: {rig.Robot.HoldingForceN} N at {rig.Robot.TrueState.GripperWidthM} m");
    }
}

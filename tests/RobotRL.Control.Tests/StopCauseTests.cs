using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control.Tests;

/// <summary>Of all that stops the robot the worst decides how, everything is kept, and nothing is cleared by whoever may not.</summary>
public class StopCauseTests
{
    [Theory]
    [InlineData(FaultCode.None)]
    [InlineData((FaultCode)77)]
    [InlineData((FaultCode)200)]
    [InlineData((FaultCode)255)]
    public void A_cause_that_is_no_fault_is_an_unknown_one_and_stops_the_robot(FaultCode cause)
    {
        using Rig rig = new();
        rig.Decide(TestArm.Action(x: 0.3f));
        rig.Cycle.RequestStop(cause);
        rig.Session.Advance(1);
        Assert.Equal((FaultCode.UnknownCause, StopCategory.Category1), (rig.Latest.Fault.Code, rig.Latest.Fault.Category));
        rig.Session.Advance(1000);
        Assert.Equal(GateState.PowerRemoved, rig.Latest.Gate);
    }

    [Theory]
    [InlineData(FaultCode.ProtocolMismatch, FaultCode.OperatorStop)]
    [InlineData(FaultCode.OperatorStop, FaultCode.ProtocolMismatch)]
    public void Of_two_causes_in_one_tick_the_worse_decides_and_both_are_kept(FaultCode first, FaultCode second)
    {
        using Rig rig = new();
        rig.Decide(TestArm.Action(x: 0.3f));
        rig.Cycle.RequestStop(first);
        rig.Cycle.RequestStop(second);
        rig.Session.Advance(1);
        Assert.Equal((FaultCode.ProtocolMismatch, StopCategory.Category1), (rig.Latest.Fault.Code, rig.Latest.Fault.Category));
        Assert.Equal(FaultSet.Of(first, second), rig.Latest.Causes);
    }

    [Fact]
    public void Causes_that_come_later_are_kept_beside_the_first_however_far_the_stop_has_come()
    {
        using Rig rig = new();
        rig.Decide(TestArm.Action(x: 0.3f));
        rig.Session.SignOff();
        rig.Session.Stop(FaultCode.CollisionForce);
        rig.Session.Advance(1);
        Assert.Equal(GateState.Stopping, rig.Latest.Gate);
        rig.Session.Stop(FaultCode.StorageFailure);
        rig.Session.Advance(1000);
        Assert.Equal(GateState.Held, rig.Latest.Gate);
        rig.Session.Stop();
        rig.Session.Advance(1);
        Assert.Equal(FaultCode.CollisionForce, rig.Latest.Fault.Code);
        Assert.Equal(FaultSet.Of(FaultCode.CollisionForce, FaultCode.StorageFailure, FaultCode.OperatorStop), rig.Latest.Causes);
    }

    [Fact]
    public void A_cause_that_is_held_stops_the_robot_again_after_each_reset_until_it_is_over()
    {
        using Rig rig = new();
        rig.Decide(TestArm.Action(x: 0.3f));
        rig.Cycle.HoldStop(FaultCode.StorageFailure);
        rig.Session.Advance(1000);
        for (var i = 0; i < 3; i++)
        {
            Assert.False(rig.Session.OperatorReset("operator"));
            Assert.Equal(FaultCode.StorageFailure, rig.Latest.Fault.Code);
            rig.Session.Advance(1000);
        }
        rig.Cycle.ReleaseStop(FaultCode.StorageFailure);
        Assert.True(rig.Session.OperatorReset("operator"));
        rig.Session.Advance(100);
        Assert.True(rig.Latest.Causes.IsEmpty);
    }

    /// <summary>The gate of an arm on which whoever sets a scene up anew may clear collisions.</summary>
    private static Rig Simulated() => new(TestArm.Description with { Driver = "mujoco", AutoClear = FaultSet.Of(FaultCode.CollisionForce) });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_operators_stop_outlasts_an_automatic_reset_whichever_stop_came_first(bool operatorFirst)
    {
        using var rig = Simulated();
        rig.Decide(TestArm.Action(x: 0.3f));
        rig.Session.SignOff();
        if (operatorFirst) rig.Session.Stop();
        rig.Session.Advance(1);
        rig.Robot.Faults.WrenchSpike = new(new(100, 0, 0), default);
        rig.Session.Advance(2);
        rig.Robot.Faults.WrenchSpike = default;
        rig.Session.Advance(1000);
        if (!operatorFirst) rig.Session.Stop();
        rig.Session.Advance(1);

        for (var i = 0; i < 3; i++)
        {
            Assert.False(rig.Session.AutomaticReset());
            rig.Session.Rebase();
            Assert.True(rig.Session.NeedsOperator && rig.Latest.Causes.Contains(FaultCode.OperatorStop));
        }
        // Another commander in the place of this one finds it as it was.
        ControlSession next = new(rig.Cycle, TestArm.Task);
        Assert.True(next.NeedsOperator && !next.AutomaticReset());
        Assert.True(next.OperatorReset("anna"));
        Assert.False(next.NeedsOperator);
    }

    [Fact]
    public void A_stop_in_the_tick_of_a_reset_outlasts_it()
    {
        using var rig = Simulated();
        rig.Decide(TestArm.Action(x: 0.3f));
        rig.Session.SignOff();
        rig.Session.Stop(FaultCode.CollisionForce);
        rig.Session.Advance(1000);
        rig.Cycle.RequestAutomaticReset();
        rig.Cycle.RequestReset();
        rig.Session.Stop();
        rig.Session.Advance(1000);
        Assert.Equal((GateState.Held, FaultSet.Of(FaultCode.OperatorStop)), (rig.Latest.Gate, rig.Latest.Causes));
    }

    public static TheoryData<FaultCode> Codes => [.. Enum.GetValues<FaultCode>().Where(c => c != FaultCode.None)];

    [Theory, MemberData(nameof(Codes))]
    public void Only_listed_causes_are_cleared_without_an_operator(FaultCode cause)
    {
        bool[] choices = FaultSet.Clearable.Contains(cause) ? [false, true] : [false];
        foreach (var listed in choices)
        {
            using Rig rig = new(TestArm.Description with { Driver = "mujoco", AutoClear = listed ? FaultSet.Of(cause) : default });
            rig.Session.Stop(cause);
            rig.Session.Advance(1500);
            Assert.Equal(!listed, rig.Session.NeedsOperator);
            var before = rig.Latest;
            Assert.Equal(listed, rig.Session.AutomaticReset());
            Assert.Equal((listed ? 1 : 0, 0), (rig.Latest.AutomaticResets - before.AutomaticResets, rig.Latest.OperatorResets - before.OperatorResets));
            Assert.Equal(listed ? GateState.Running : before.Gate, rig.Latest.Gate);
            if (!listed) Assert.True(rig.Session.OperatorReset("anna"));
        }
    }

    [Theory]
    [InlineData(FaultCode.OperatorStop)]
    [InlineData(FaultCode.HeartbeatLost)]
    public void A_gate_of_an_arm_that_is_not_simulated_clears_nothing_by_itself(FaultCode cause)
    {
        var arm = TestArm.Description with { Driver = "franka", AutoClear = FaultSet.Of(cause) };
        Assert.Contains("auto_clear", Assert.Throws<ArgumentException>(() => new ReflexGate(arm, new(arm, Pose.Identity))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_gate_refuses_to_clear_an_operators_stop_by_itself_wherever_that_is_listed()
    {
        var arm = TestArm.Description with { Driver = "mujoco", AutoClear = FaultSet.Of(FaultCode.OperatorStop) };
        Assert.Throws<ArgumentException>(() => new ReflexGate(arm, new(arm, Pose.Identity)));
    }
}

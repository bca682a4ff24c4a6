using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control.Tests;

/// <summary>No stamp, whoever writes it, switches a watchdog off: each source's age has two sides, and a clock may step either way.</summary>
public class ClockTests
{
    private const long Ms = 1_000_000, Minute = 60_000 * Ms;

    /// <summary>Stamps that lie further ahead than clocks may differ.</summary>
    public static TheoryData<long> Ahead => [8 * Ms, 300 * Ms, Minute, 86_400_000 * Ms, long.MaxValue / 2, long.MaxValue];

    /// <summary>Stamps that lie further back than a source may be old.</summary>
    public static TheoryData<long> Behind => [251 * Ms, Minute, long.MaxValue / 2, long.MaxValue];

    [Theory, MemberData(nameof(Ahead))]
    public void A_heartbeat_from_the_future_is_none(long aheadNs) =>
        Assert.Equal((FaultCode.HeartbeatLost, StopCategory.Category2), AfterBeat(now => Plus(now, aheadNs)));

    [Theory, MemberData(nameof(Behind))]
    public void A_heartbeat_from_the_past_is_none(long behindNs) =>
        Assert.Equal((FaultCode.HeartbeatLost, StopCategory.Category2), AfterBeat(now => Plus(now, -behindNs)));

    [Theory, MemberData(nameof(Ahead))]
    public void A_target_from_the_future_stops_the_robot(long aheadNs) =>
        Assert.Equal((FaultCode.StaleTarget, StopCategory.Category2),
        AfterTarget(t => t with { IssueTime = Plus(t.IssueTime, aheadNs), DueTime = Plus(t.DueTime, aheadNs) }));

    [Theory, MemberData(nameof(Behind))]
    public void A_target_from_the_past_stops_the_robot(long behindNs) =>
        Assert.Equal((FaultCode.StaleTarget, StopCategory.Category2), AfterTarget(t => t with { IssueTime = Plus(t.IssueTime, -behindNs) }));

    [Theory]
    [InlineData(-251 * Ms)]
    [InlineData(-Minute)]
    [InlineData(3_600_001 * Ms)]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    public void A_target_that_is_due_when_no_commander_can_mean_it_stops_the_robot(long afterIssueNs) =>
        Assert.Equal((FaultCode.TargetOutOfRange, StopCategory.Category2), AfterTarget(t => t with { DueTime = Plus(t.IssueTime, afterIssueNs) }));

    [Fact]
    public void Stamps_that_were_never_set_stop_a_clock_that_began_long_ago()
    {
        using Rig rig = new();
        rig.Session.Advance(400);
        rig.Cycle.Heartbeats.Publish(new(default, CommandingState.Commanding));
        rig.Session.Advance(1);
        Assert.Equal(FaultCode.HeartbeatLost, rig.Latest.Fault.Code);
    }

    [Theory]
    [InlineData(-Minute)]
    [InlineData(-300 * Ms)]
    [InlineData(-5 * Ms)]
    [InlineData(-2 * Ms)]
    [InlineData(21 * Ms)]
    [InlineData(300 * Ms)]
    [InlineData(Minute)]
    public void After_a_step_of_the_clock_and_a_reset_no_watchdog_sleeps(long stepNs)
    {
        using Rig rig = new();
        rig.Session.Advance(1000);
        for (var i = 0; i < 3; i++) rig.Decide(TestArm.Action(x: 0.2f));
        rig.Robot.Faults.ClockJumpNs = stepNs;
        rig.Session.Advance(2);
        Assert.Equal(stepNs < 0 ? FaultCode.ClockBackward : FaultCode.ClockForward, rig.Latest.Fault.Code);
        rig.Session.Advance(1000);
        Assert.True(rig.Session.OperatorReset("operator"), $"{rig.Latest.Fault}");

        // Whoever signs on and gives no target is found idle after as long as ever, whatever the clock said before.
        for (var i = 0; i < 30 && !rig.Session.IsStopped; i++)
        {
            rig.Session.Beat();
            rig.Session.Advance(10);
        }
        Assert.Equal(FaultCode.StaleTarget, rig.Latest.Fault.Code);
    }

    [Theory]
    [InlineData(-300 * Ms)]
    [InlineData(-Minute)]
    [InlineData(20 * Ms)]
    [InlineData(Minute)]
    public void A_commander_whose_clock_steps_is_stopped(long stepNs)
    {
        using Rig rig = new();
        rig.Session.Advance(1000);
        rig.Decide(TestArm.Action(x: 0.2f));
        rig.Cycle.Heartbeats.Publish(new(rig.Latest.Time.Plus(stepNs), CommandingState.Commanding));
        rig.Session.Advance(1);
        Assert.Equal(FaultCode.HeartbeatLost, rig.Latest.Fault.Code);
    }

    [Fact]
    public void A_commander_whose_clock_is_a_little_ahead_is_found_silent_a_little_later_at_most()
    {
        using Rig rig = new();
        rig.Session.Advance(1000);
        rig.Decide(TestArm.Action(x: 0.2f));
        rig.Cycle.Heartbeats.Publish(new(rig.Latest.Time.Plus(4 * Ms), CommandingState.Commanding));
        var (before, most) = (rig.Latest.Time, TestArm.Limits.HeartbeatMaxAgeNs + TestArm.Limits.StateMaxAgeNs);
        for (var i = 1; i < 400 && !rig.Session.IsStopped; i++)
        {
            rig.Cycle.Targets.Publish(rig.Latest.Target with { IssueTime = rig.Latest.Time, Sequence = 1000 + i });
            rig.Session.Advance(1);
        }
        Assert.Equal(FaultCode.HeartbeatLost, rig.Latest.Fault.Code);
        Assert.InRange(rig.Latest.Fault.Time.Since(before), 1, most + Ms);
    }

    /// <summary>What a state that reads so far from the loop's clock comes to.</summary>
    [Theory]
    [InlineData(-6 * Ms, FaultCode.ClockForward)]
    [InlineData(-Minute, FaultCode.ClockForward)]
    [InlineData(long.MinValue / 2, FaultCode.ClockForward)]
    [InlineData(6 * Ms, FaultCode.StaleState)]
    [InlineData(Minute, FaultCode.StaleState)]
    public void A_state_from_another_time_stops_the_robot(long delayNs, FaultCode expected)
    {
        using Rig rig = new();
        rig.Session.Advance(1000);
        rig.Decide(TestArm.Action(x: 0.2f));
        rig.Robot.Faults.DelayNs = delayNs;
        rig.Session.Advance(10);
        Assert.Equal((expected, StopCategory.Category1), (rig.Latest.Fault.Code, rig.Latest.Fault.Category));
    }

    [Fact]
    public void A_robot_that_reports_nothing_any_more_after_its_reference_started_anew_is_stopped()
    {
        using Rig rig = new();
        rig.Session.Advance(1000);
        rig.Session.SignOff();
        rig.Session.Advance(1);
        rig.Robot.Faults.LostPackets = 1_000_000;
        rig.Cycle.RequestRebase();
        rig.Session.Advance(20);
        Assert.Equal(FaultCode.StaleState, rig.Latest.Fault.Code);
    }

    [Fact]
    public void An_operators_stop_is_heard_while_the_state_is_not_to_be_trusted()
    {
        using Rig rig = new();
        rig.Session.Advance(100);
        rig.Robot.Faults.LostPackets = 1_000_000;
        rig.Session.Advance(50);
        rig.Session.Beat(CommandingState.Stop);
        rig.Session.Advance(1);
        Assert.True(rig.Latest.Causes.Contains(FaultCode.OperatorStop) && rig.Latest.Causes.Contains(FaultCode.StaleState), $"{rig.Latest.Causes}");
    }

    private static (FaultCode, StopCategory) AfterBeat(Func<Stamp, Stamp> stamp)
    {
        using Rig rig = new();
        rig.Session.Advance(1000);
        rig.Decide(TestArm.Action(x: 0.2f));
        var newest = rig.Latest.Target;
        for (var i = 0; i < 100 && !rig.Session.IsStopped; i++)
        {
            // Targets go on: the heartbeat alone is wrong.
            rig.Cycle.Heartbeats.Publish(new(stamp(rig.Latest.Time), CommandingState.Commanding));
            rig.Cycle.Targets.Publish(newest with
            { IssueTime = rig.Latest.Time, DueTime = rig.Latest.Time.Plus(100 * Ms), Sequence = newest.Sequence + i + 1 });
            rig.Session.Advance(10);
        }
        return (rig.Latest.Fault.Code, rig.Latest.Fault.Category);
    }

    private static (FaultCode, StopCategory) AfterTarget(Func<CartesianTarget, CartesianTarget> change)
    {
        using Rig rig = new();
        rig.Session.Advance(1000);
        rig.Decide(TestArm.Action(x: 0.2f));
        var target = rig.Latest.Target with { IssueTime = rig.Latest.Time, DueTime = rig.Latest.Time.Plus(100 * Ms), Sequence = 1000 };
        rig.Cycle.Targets.Publish(change(target));
        for (var i = 0; i < 100 && !rig.Session.IsStopped; i++)
        {
            rig.Session.Beat();
            rig.Session.Advance(10);
        }
        return (rig.Latest.Fault.Code, rig.Latest.Fault.Category);
    }

    /// <summary>To the last stamp there is.</summary>
    private static Stamp Plus(Stamp stamp, long ns) => new((long)Int128.Clamp((Int128)stamp.Ns + ns, long.MinValue, long.MaxValue));
}

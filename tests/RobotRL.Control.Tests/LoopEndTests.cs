using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control.Tests;

/// <summary>A loop that ends, for whatever reason, leaves a command that removes power, and a record that says so.</summary>
public class LoopEndTests
{
    public static TheoryData<string> Ends => ["reading", "writing", "plant", "pacer", "lateness"];

    [Theory, MemberData(nameof(Ends))]
    public void An_exception_in_the_loop_leaves_the_robot_without_power(string where)
    {
        using FragileRobot robot = new() { BreaksIn = where };
        ControlCycle cycle = new(robot, robot, TestArm.Task.EndEffectorInFlange, 64);
        cycle.Heartbeats.Publish(new(robot.Now, CommandingState.SignedOff));
        cycle.Run(20);
        robot.IsBroken = true;
        Assert.Equal(where, Assert.Throws<InvalidOperationException>(() => cycle.Run(CancellationToken.None)).Message);
        AssertOver(robot, cycle, FaultCode.LoopEnded);
        Assert.Equal(StopCategory.Category0, cycle.Records[0].Fault.Category);
    }

    [Fact]
    public void A_loop_that_runs_so_many_ticks_does_the_same()
    {
        using FragileRobot robot = new() { BreaksIn = "plant" };
        ControlCycle cycle = new(robot, robot, TestArm.Task.EndEffectorInFlange, 64);
        cycle.Run(20);
        Assert.False(robot.Arm.Command.RemovePower);
        robot.IsBroken = true;
        Assert.Throws<InvalidOperationException>(() => cycle.Run(20));
        AssertOver(robot, cycle, FaultCode.LoopEnded);
    }

    [Fact]
    public void A_cancelled_loop_leaves_the_robot_without_power()
    {
        using FragileRobot robot = new();
        using CancellationTokenSource end = new();
        robot.AfterTicks = (30, end.Cancel);
        ControlCycle cycle = new(robot, robot, TestArm.Task.EndEffectorInFlange, 64);
        cycle.Run(end.Token);
        AssertOver(robot, cycle, FaultCode.OperatorStop);
    }

    [Fact]
    public void Where_even_the_last_command_fails_both_failures_are_told()
    {
        using FragileRobot robot = new() { BreaksIn = "writing", StaysBroken = true };
        ControlCycle cycle = new(robot, robot, TestArm.Task.EndEffectorInFlange, 64);
        cycle.Run(5);
        robot.IsBroken = true;
        Assert.Equal(2, Assert.Throws<AggregateException>(() => cycle.Run(CancellationToken.None)).InnerExceptions.Count);
    }

    [Fact]
    public void What_the_loop_left_stays_until_an_operator_resets_it()
    {
        using FragileRobot robot = new() { BreaksIn = "reading" };
        ControlCycle cycle = new(robot, robot, TestArm.Task.EndEffectorInFlange, 64);
        cycle.Run(5);
        robot.IsBroken = true;
        Assert.Throws<InvalidOperationException>(() => cycle.Run(1));
        robot.IsBroken = false;
        ControlSession session = new(cycle, TestArm.Task);
        session.Advance(10);
        Assert.Equal((GateState.PowerRemoved, true), (session.Latest.Gate, robot.Arm.Command.RemovePower));
        Assert.False(session.AutomaticReset());
        Assert.True(session.OperatorReset("anna"), $"{session.Latest.Fault}");
    }

    [Theory]
    [InlineData(49, false)]
    [InlineData(50, false)]
    [InlineData(51, true)]
    [InlineData(1805, true)]
    [InlineData(10_000_000, true)]
    public void A_tick_that_comes_too_many_periods_late_is_a_fault(long lateMs, bool isFault)
    {
        using FragileRobot robot = new();
        ControlCycle cycle = new(robot, robot, TestArm.Task.EndEffectorInFlange, 64);
        cycle.Run(20);
        robot.BehindNs = lateMs * 1_000_000;
        cycle.Run(1);
        robot.BehindNs = 0;
        cycle.Run(1);
        Assert.Equal(isFault ? (FaultCode.LoopLate, StopCategory.Category1) : default, (cycle.Records[0].Fault.Code, cycle.Records[0].Fault.Category));
        Assert.Equal(isFault ? lateMs * 1e6 : double.NaN, isFault ? cycle.Records[0].Fault.Value : double.NaN);
        cycle.Run(1500);
        Assert.Equal(isFault ? GateState.PowerRemoved : GateState.Running, cycle.Records[0].Gate);
    }

    [Fact]
    public void A_pacer_tells_how_late_a_tick_is_though_its_grid_skips_what_was_missed()
    {
        using LoopbackRobot robot = new(TestArm.Description);
        using RealtimePacer pacer = new(1_000_000, robot);
        for (var i = 0; i < 20; i++) pacer.Next();
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (clock.ElapsedMilliseconds < 30) { }
        pacer.Next();
        Assert.True(pacer.BehindNs >= 28_000_000, $"{pacer.BehindNs}");
        Assert.True(pacer.BehindNs >= pacer.LatenessNs);
    }

    [Fact]
    public void What_was_done_before_the_first_period_makes_no_tick_late()
    {
        using LoopbackRobot robot = new(TestArm.Description);
        using RealtimePacer pacer = new(1_000_000, robot);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (clock.ElapsedMilliseconds < 300) { }
        clock.Restart();
        pacer.Next();
        // What the machine itself takes in this period counts, and nothing of what was before.
        Assert.True(pacer.BehindNs <= clock.Elapsed.TotalNanoseconds, $"{pacer.BehindNs} ns behind, of a period that took {clock.Elapsed.TotalNanoseconds} ns");
    }

    [Theory, InlineData(true), InlineData(false)]
    public void A_control_process_leaves_the_robot_without_power_whether_it_is_ended_or_fails(bool fails)
    {
        using FragileRobot robot = new() { BreaksIn = "pacer" };
        using var channel = ControlChannel.Create($"test-{Guid.NewGuid():N}", new('a', 64), 0);
        using CancellationTokenSource end = new();
        ControlCycle cycle = new(robot, robot, TestArm.Task.EndEffectorInFlange, 2048, new() { Cells = channel.Cells });
        robot.AfterTicks = (40, () =>
        {
            if (fails) robot.IsBroken = true;
            else end.Cancel();
        }
        );
        ControlHost host = new(new CycleGroup([cycle], robot), [channel], 17_000_000);
        if (fails) Assert.Throws<InvalidOperationException>(() => host.Run(end.Token));
        else host.Run(end.Token);
        AssertOver(robot, cycle, fails ? FaultCode.LoopEnded : FaultCode.OperatorStop);
        // Where it ends as it should the arm stands before its power goes.
        if (!fails) Assert.Contains(cycle.Records.ToArray(), r => r.Gate == GateState.Held);
    }

    private static void AssertOver(FragileRobot robot, ControlCycle cycle, FaultCode cause)
    {
        var (command, last) = (robot.Arm.Command, cycle.Records[0]);
        Assert.True(command.IsSealed && command.RemovePower, "the last command keeps the power");
        var torque = command.TorqueNm;
        for (var i = 0; i < 7; i++) Assert.Equal(0, torque[i]);
        Assert.Equal((GateState.PowerRemoved, cause), (last.Gate, last.Fault.Code));
        Assert.True(last.Causes.Contains(cause));
        ControlRecord seen = default;
        long version = 0;
        Assert.True(cycle.Latest.TryRead(ref seen, ref version) && seen.Gate == GateState.PowerRemoved);
    }

    /// <summary>A loopback arm and its pacer, of which one part breaks on request.</summary>
    private sealed class FragileRobot : IRobot, IPacer
    {
        private int _ticks;

        public LoopbackRobot Arm { get; } = new(TestArm.Description);
        public string BreaksIn { get; init; } = "";
        public bool IsBroken { get; set; }
        public bool StaysBroken { get; init; }
        public (int Ticks, Action Do)? AfterTicks { get; set; }
        public RobotDescription Description => Arm.Description;
        public Stamp Now => Arm.Now;
        public long BehindNs { get; set; }
        public long SinceDeadlineNs => 0;
        public long Overruns => 0;

        public long LatenessNs
        {
            get
            {
                Break("lateness");
                return 0;
            }
        }

        public bool TryRead(ref RobotState state)
        {
            Break("reading");
            return Arm.TryRead(ref state);
        }

        public void Write(in SafeCommand command)
        {
            Break("writing");
            Arm.Write(command);
        }

        public void Next()
        {
            Break("pacer");
            if (BreaksIn == "plant" && IsBroken) throw new InvalidOperationException("plant");
            Arm.Step();
            if (AfterTicks is { } after && ++_ticks == after.Ticks) after.Do();
        }

        public void Dispose() => Arm.Dispose();

        private void Break(string where)
        {
            if (BreaksIn != where || !IsBroken) return;
            IsBroken = StaysBroken; // what broke once may hold for the last command
            throw new InvalidOperationException(where);
        }
    }
}

using RobotRL.Control.Contract;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control.Tests;

/// <summary>A million ticks of proposals that no one should make.</summary>
public class FuzzTests
{
    private static readonly Box KeepOut = new(new(0.45, 0.12, 0.05), new(0.6, 0.3, 0.35));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Quarter_million_adversarial_targets_leave_no_limit_broken(int seed)
    {
        var limits = TestArm.Limits with { KeepOut = [KeepOut] };
        using var rig = new Rig(TestArm.Description with { Limits = limits });
        var envelope = new Envelope(TestArm.Description with { Limits = limits }, TestArm.Task.EndEffectorInFlange);
        var random = new Random(seed);
        long sequence = 1_000_000;
        var stops = new Dictionary<FaultCode, int>();
        for (var tick = 0; tick < 250_000; tick++)
        {
            var now = rig.Robot.Now;
            rig.Cycle.Heartbeats.Publish(new(now, CommandingState.Commanding));
            // Runs of targets a tick apart, and pauses in which one of them is reached.
            if (tick % 400 < 80 || tick % 100 == 0)
                rig.Cycle.Targets.Publish(Adversary.Target(random, now, rig.Session.Home, ++sequence));
            rig.Robot.Faults.WrenchSpike = tick % 1000 < 100 ? new(new(0, random.Next(0, 45), 0), default) : default;
            rig.Cycle.Run(1);
            envelope.Check(rig.Latest);
            if (rig.Latest.Gate is not (GateState.Held or GateState.PowerRemoved)) continue;
            stops[rig.Latest.Fault.Code] = stops.GetValueOrDefault(rig.Latest.Fault.Code) + 1;
            rig.Robot.Place([.. TestArm.Description.HomeRad]);
            Assert.True(rig.Session.OperatorReset("operator"));
            envelope.Restart();
        }
        Assert.True(stops.GetValueOrDefault(FaultCode.NonFiniteCommand) > 10, "the adversary was tame");
        TestContext.Current.TestOutputHelper?.WriteLine($"stops: {string.Join(", ", stops)}; closest to limits: {envelope}");
    }

    [Fact]
    public void Adversarial_decisions_execute_nothing_outside_the_action_range()
    {
        using var rig = new Rig();
        var random = new Random(7);
        for (var i = 0; i < 2000; i++)
        {
            var proposed = TestArm.Action(Adversary.Component(random), Adversary.Component(random), Adversary.Component(random), Adversary.Component(random));
            var executed = rig.Decide(proposed);
            foreach (var axis in TestArm.Task.Actions.ActiveAxes) Assert.InRange(executed.Executed.Motion[axis], -1, 1);
            Assert.Equal(0, executed.Executed.Motion[3]);
            Assert.True(rig.Latest.Fault.Code is FaultCode.None or FaultCode.NonFiniteCommand, $"{rig.Latest.Fault}");
            if (!rig.Session.IsStopped) continue;
            for (var waited = 0; rig.Latest.Gate == GateState.Stopping; waited += 10)
            {
                Assert.True(waited < 3000, $"{rig.Latest.Fault}: not stopped within 3 s");
                rig.Session.Advance(10);
            }
            Assert.True(rig.Session.OperatorReset("operator"));
        }
    }
}

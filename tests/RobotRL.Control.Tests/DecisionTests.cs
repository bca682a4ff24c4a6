using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control.Tests;

public class DecisionTests
{
    [Fact]
    public void Executed_action_equals_the_proposed_one_to_the_bit_inside_limits()
    {
        using var rig = new Rig();
        var random = new Random(1);
        for (var i = 0; i < 40; i++)
        {
            var proposed = TestArm.Action(Draw(), Draw(), Draw(), Draw());
            var executed = rig.Decide(proposed);
            Assert.Equal(LimitFlags.None, executed.Limits & RobotRL.Safety.ActionRange.AltersReference);
            Assert.Equal(proposed, executed.Executed);
        }

        float Draw() => (float)(random.NextDouble() - 0.5) * 0.8f;
    }

    /// <summary>A loop by the wall clock wakes now sooner and now later after its deadline.</summary>
    [Fact]
    public void Executed_action_equals_the_proposed_one_where_ticks_come_unevenly()
    {
        using var robot = new LoopbackRobot(TestArm.Description);
        Unsteady pacer = new(robot);
        ControlCycle cycle = new(robot, pacer, TestArm.Task.EndEffectorInFlange, 4096);
        ControlSession session = new(cycle, TestArm.Task);
        session.BeginEpisode(session.Home);
        var random = new Random(2);
        for (var i = 0; i < 40; i++)
        {
            var proposed = TestArm.Action(Draw(), Draw(), Draw(), Draw());
            var executed = session.Decide(proposed, proposed, ActionSource.Policy);
            Assert.True((executed.Limits & RobotRL.Safety.ActionRange.AltersReference) == LimitFlags.None, $"decision {i}: {executed.Limits}");
            Assert.Equal(proposed, executed.Executed);
        }
        Assert.InRange(pacer.LatestNs, 300_000, 600_000);

        float Draw() => (float)(random.NextDouble() - 0.5) * 0.8f;
    }

    // decisions   0 ── 100 ── 200      260 ── 360  400 ── 460
    // ready at            100    wait 60       wait 40
    [Fact]
    public void Decision_that_lays_its_grid_anew_is_counted_and_one_that_catches_up_is_not()
    {
        using var rig = new Rig();
        rig.Decide(TestArm.Action());
        rig.Decide(TestArm.Action());
        var end = rig.Latest.Tick;
        rig.Cycle.Run(60);
        rig.Decide(TestArm.Action());
        Assert.Equal((1, end + 160), (rig.Session.LateDecisions, rig.Latest.Tick));
        rig.Cycle.Run(40);
        rig.Decide(TestArm.Action());
        Assert.Equal((1, end + 260), (rig.Session.LateDecisions, rig.Latest.Tick));
        // A motion between two decisions is no lateness.
        rig.Session.Advance(70);
        rig.Decide(TestArm.Action());
        Assert.Equal(1, rig.Session.LateDecisions);
    }

    [Fact]
    public void Reference_is_at_rest_on_the_target_when_due()
    {
        using var rig = new Rig();
        var measured = rig.Latest.EndEffector.PoseInBase.Position;
        rig.Decide(TestArm.Action(x: 0.5f));
        rig.Session.Advance(rig.Session.TicksPerDecision);
        Assert.InRange((rig.Latest.Reference.PoseInBase.Position - rig.Latest.Target.PoseInBase.Position).Length, 0, 1e-9);
        Assert.InRange((rig.Latest.Reference.PoseInBase.Position - measured).Length, 0.00499, 0.00501);
        Assert.InRange(rig.Latest.Reference.VelocityInBase.Linear.Length, 0, 1e-3);
    }

    /// <summary>The robot's time, told up to half a period late.</summary>
    private sealed class Unsteady(LoopbackRobot robot) : IPacer
    {
        private readonly Random _random = new(3);
        private long _lateNs;

        public long LatestNs { get; private set; }
        public Stamp Now => robot.Now.Plus(_lateNs);
        public long LatenessNs => _lateNs;
        public long BehindNs => _lateNs;
        public long SinceDeadlineNs => _lateNs;
        public long Overruns => 0;

        public void Next()
        {
            robot.Step();
            _lateNs = _random.Next(500_000);
            LatestNs = Math.Max(LatestNs, _lateNs);
        }
    }
}

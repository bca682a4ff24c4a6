using System.Diagnostics;
using RobotRL.Control.Contract;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control.Tests;

public class LoopTests
{
    [Fact]
    public void Ten_thousand_cycles_allocate_nothing_while_targets_come_and_go()
    {
        using var rig = new Rig();
        var action = TestArm.Action(x: 0.5f, yaw: -0.5f);
        for (var i = 0; i < 10; i++) rig.Decide(i % 2 == 0 ? action : TestArm.Action(x: -1));
        Assert.Equal(0, Allocation.Least(() => { for (var i = 0; i < 100; i++) rig.Decide(i % 4 < 2 ? action : TestArm.Action(x: -1)); }));
        Assert.False(rig.Session.IsStopped);
    }

    [Fact]
    public void Same_decisions_give_the_same_motion_to_the_bit()
    {
        Assert.Equal(Trace(), Trace());

        static List<Pose> Trace()
        {
            using var rig = new Rig();
            var random = new Random(5);
            List<Pose> poses = [];
            for (var i = 0; i < 30; i++)
            {
                rig.Decide(TestArm.Action((float)random.NextDouble(), -(float)random.NextDouble(), 0, (float)random.NextDouble()));
                poses.Add(rig.Latest.EndEffector.PoseInBase);
            }
            return poses;
        }
    }

    [Fact]
    public void Gripper_follows_the_executed_command()
    {
        using var rig = new Rig();
        for (var i = 0; i < 15; i++) rig.Decide(TestArm.Action(gripper: i == 0 ? GripperCommand.Close : GripperCommand.Stay));
        Assert.InRange(rig.Latest.Measured.GripperWidthM, 0, 1e-6);
        for (var i = 0; i < 15; i++) rig.Decide(TestArm.Action(gripper: i == 0 ? GripperCommand.Open : GripperCommand.Stay));
        Assert.InRange(rig.Latest.Measured.GripperWidthM, 0.0799, 0.0801);
    }

    [Fact]
    public void Action_out_of_range_is_executed_as_clamped_and_named()
    {
        using var rig = new Rig();
        var executed = rig.Decide(TestArm.Action(yaw: 1e9f));
        Assert.Equal(LimitFlags.ActionRange, executed.Limits & LimitFlags.ActionRange);
        Assert.Equal(1e9f, executed.Proposed.Motion[5]);
        Assert.InRange(executed.Executed.Motion[5], 0.9f, 1);
    }

    [Fact]
    public void Executed_action_tells_what_a_wall_took_away()
    {
        // The wall stands 5 mm beyond what the inset leaves of the way.
        using var rig = new Rig(TestArm.With(l => l with { Workspace = l.Workspace with { Max = new(0.545, 0.3, 0.6) } }));
        ArmDecision executed = default;
        for (var i = 0; i < 10; i++) executed = rig.Decide(TestArm.Action(x: 0.5f));
        Assert.Equal(LimitFlags.Workspace, executed.Limits & LimitFlags.Workspace);
        Assert.Equal(0.5f, executed.Proposed.Motion[0]);
        Assert.InRange(executed.Executed.Motion[0], -0.1f, 0.3f);
        Assert.InRange(rig.Latest.EndEffector.PoseInBase.Position.X, 0.5, 0.545);
    }

    [Fact]
    public void Rebase_is_refused_while_someone_commands()
    {
        using var rig = new Rig();
        rig.Decide(TestArm.Action(x: 0.5f));
        rig.Cycle.RequestRebase();
        rig.Session.Advance(1);
        Assert.True((rig.Latest.Reference.PoseInBase.Position - rig.Latest.EndEffector.PoseInBase.Position).Length > 1e-4);
        rig.Session.SignOff();
        rig.Session.Advance(500);
        rig.Session.Rebase();
        Assert.InRange((rig.Latest.Reference.PoseInBase.Position - rig.Latest.EndEffector.PoseInBase.Position).Length, 0, 1e-9);
    }

    [Fact]
    public void Readers_of_a_cell_never_see_a_torn_value()
    {
        var cell = new LatestCell<Twin>();
        using var done = new CancellationTokenSource();
        var writer = new Thread(() =>
        {
            // A pause between writes, as every real writer makes: without one a reader on a busy machine hardly ever meets a quiet moment.
            for (long i = 1; !done.IsCancellationRequested; i++)
            {
                cell.Publish(new(i, default, -i));
                Thread.SpinWait(20);
            }
        });
        writer.Start();
        Twin value = default;
        long seen = 0, reads = 0, last = 0;
        var clock = Stopwatch.StartNew();
        // A busy machine takes as long as it takes for enough.
        while (reads < 100_000 && (clock.Elapsed < TimeSpan.FromSeconds(5) || reads <= 100 && clock.Elapsed < TimeSpan.FromMinutes(2)))
        {
            if (!cell.TryRead(ref value, ref seen)) continue;
            Assert.Equal(value.First, -value.Last);
            Assert.True(value.First > last);
            last = value.First;
            reads++;
        }
        done.Cancel();
        writer.Join();
        Assert.True(reads > 100, $"{reads} reads");
    }

    [Fact]
    public void Realtime_pacer_counts_missed_deadlines_and_keeps_its_grid()
    {
        using var robot = new LoopbackRobot(TestArm.Description);
        using var pacer = new RealtimePacer(1_000_000, robot);
        for (var i = 0; i < 20; i++) pacer.Next();
        Assert.Equal(20_000_000, pacer.Now.Ns);
        var before = pacer.Overruns;
        var clock = Stopwatch.StartNew();
        while (clock.ElapsedMilliseconds < 10) { }
        pacer.Next();
        Assert.True(pacer.Overruns >= before + 8, $"{pacer.Overruns - before}");
        Assert.True(pacer.LatenessNs >= 0);
        Assert.Equal(21_000_000, pacer.Now.Ns);
    }

    // Where a thread sleeps to the deadline it is always late; awake ahead of it, it is there. A ratio, since how late depends on the machine, of the better
    // quarters, since a busy machine keeps either thread waiting, and in one of several tries, since it may do so throughout.
    [Fact]
    public void A_pacer_that_is_awake_ahead_of_its_deadline_begins_sooner_and_never_too_soon()
    {
        const int tries = 20;
        List<(long Asleep, long Awake)> seen = [];
        do seen.Add((LatenessNs(0), LatenessNs(500_000)));
        while (2 * seen[^1].Awake >= seen[^1].Asleep && seen.Count < tries);
        Assert.True(2 * seen[^1].Awake < seen[^1].Asleep, string.Join("; ", seen.Select(s => $"{s.Awake} ns awake, {s.Asleep} ns asleep")));

        static long LatenessNs(long awakeNs)
        {
            using var pacer = new RealtimePacer(1_000_000, awakeNs: awakeNs);
            var lateness = new long[301];
            for (var i = 0; i < lateness.Length; i++)
            {
                pacer.Next();
                lateness[i] = pacer.LatenessNs;
                Assert.True(pacer.LatenessNs >= 0 && pacer.SinceDeadlineNs >= pacer.LatenessNs);
            }
            Array.Sort(lateness);
            return lateness[lateness.Length / 4];
        }
    }

    private readonly record struct Twin(long First, JointPositions Between, long Last);
}

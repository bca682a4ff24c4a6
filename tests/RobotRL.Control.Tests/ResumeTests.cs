using System.Runtime.InteropServices;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control.Tests;

/// <summary>
/// A cycle that goes on behind a recorded tick makes the recorded decisions, whatever came before that tick: of all that, only what the tick says outlasts a
/// reference that starts anew.
/// <code>
/// recorded   ──reflexes, stop, reset, softened──┬──rebase──motion──┤
/// resumed                                       └──rebase──motion──┤  the same records
/// </code>
/// </summary>
public class ResumeTests
{
    private static readonly RobotDescription Robot = TestArm.With(l => l with { KeepOut = [new(new(0.55, 0.1, 0.05), new(0.65, 0.2, 0.3))] });

    /// <summary>Closed early, the fingers hold the part when the stop comes; closed late, they are still on their way and are stopped there.</summary>
    [Theory]
    [InlineData(1, 0, 0.029)]
    [InlineData(5, 0.035, 0.075)]
    public void Resumed_cycle_decides_as_the_recorded_one_did(int closes, double narrowestM, double widestM)
    {
        using var rig = new Rig(Robot, critic: StagedCritic.AgainstForward());
        rig.Robot.PartWidthM = 0.03;
        rig.Session.MoveTo(rig.Session.Home);
        for (var i = 0; i < 8; i++)
            rig.Decide(TestArm.Action(x: i < 4 ? 0.9f : -0.3f, y: 0.4f, gripper: i == closes ? GripperCommand.Close : GripperCommand.Stay));
        rig.Session.Stop();
        rig.Session.Advance(600);
        Assert.True(rig.Session.OperatorReset("test"));
        rig.Cycle.TryChangeLimits(Robot.Limits);
        rig.Session.Advance(30);
        Assert.True(rig.Session.Rebase());
        var rebases = rig.Latest.Rebases;
        rig.Session.MoveTo(new(rig.Session.Home.Position + new Vector3D(0.02, -0.01, 0.01), rig.Session.Home.Orientation));
        for (var i = 0; i < 6; i++)
            rig.Decide(TestArm.Action(x: i % 2 == 0 ? 0.8f : -0.2f, z: -0.5f, gripper: i == 3 ? GripperCommand.Open : GripperCommand.Stay));
        rig.Session.Stop(FaultCode.DeadmanReleased);
        rig.Session.Advance(50);

        var records = rig.Cycle.Records.ToArray();
        var first = Array.FindIndex(records, r => r.Rebases == rebases);
        Assert.InRange(records[first - 1].Grip.WidthM, narrowestM, widestM);
        Assert.True(records[first - 1].Reflex.Reflexes > 0 && records[first - 1].RefusedLimitChanges == 1
            && records[^1].Reflex.Reflexes > records[first - 1].Reflex.Reflexes);

        using var told = new ToldRobot();
        CriticCell critics = new();
        for (var offer = 0; offer < records[first - 1].Reflex.CriticOffer; offer++) critics.Publish(StagedCritic.AgainstForward());
        var cycle = new ControlCycle(told, told, TestArm.Task.EndEffectorInFlange, 16,
            new CycleParts { Reflex = Reflex.Of(TestArm.Safety, TestArm.Task, Robot, critics) });
        cycle.Resume(records[first - 1]);
        foreach (var was in records[first..])
        {
            told.Next = was;
            if (was.Inputs.HasTarget) cycle.Targets.Publish(was.Inputs.Target);
            cycle.Heartbeats.Publish(was.Inputs.Heartbeat);
            if (was.Inputs.IsRebaseAsked) cycle.RequestRebase();
            cycle.RequestStops(was.Inputs.Stops);
            cycle.Run(1);
            var same = Words(was).CommonPrefixLength(Words(cycle.Records[0]));
            Assert.True(same == Words(was).Length, $"byte {same} of tick {was.Tick}");
        }
    }

    /// <summary>Every bit of a record, gaps included, which nothing writes.</summary>
    private static ReadOnlySpan<byte> Words(in ControlRecord record) => MemoryMarshal.AsBytes(new ReadOnlySpan<ControlRecord>(in record));

    [Fact]
    public void Cycle_that_runs_does_not_resume()
    {
        using var rig = new Rig();
        var before = rig.Latest;
        Assert.Throws<InvalidOperationException>(() => rig.Cycle.Resume(before));
    }

    /// <summary>Reports what a record says was measured.</summary>
    private sealed class ToldRobot : IRobot, IPacer
    {
        public ControlRecord Next { get; set; }
        public RobotDescription Description => Robot;
        public Stamp Now => Next.Time;
        public long LatenessNs => 0;
        public long BehindNs => Next.Inputs.BehindNs;
        public long SinceDeadlineNs => 0;
        public long Overruns => 0;

        public bool TryRead(ref RobotState state)
        {
            if (Next.Inputs.IsNewState) state = Next.Measured;
            return Next.Inputs.IsNewState;
        }

        public void Write(in SafeCommand command) => Assert.True(command.IsSealed);

        void IPacer.Next() { }

        public void Dispose() { }
    }
}

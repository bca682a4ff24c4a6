using RobotRL.Control.Contract;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control.Tests;

/// <summary>Retreats under beats from anywhere, pushes, lost states and stops: judged from the records alone.</summary>
public class RetreatSearchTests
{
    [Theory]
    [InlineData(1, false), InlineData(2, false), InlineData(3, true), InlineData(4, true)]
    public void A_retreat_goes_on_only_while_somebody_holds_on(int seed, bool isFree)
    {
        var random = new Random(seed);
        long retreating = 0, begun = 0, longestStop = 0;
        for (var run = 0; run < 58; run++)
        {
            var takes = run < 40 ? CommandKind.JointTorque : TestArm.Kinds[1 + run % 3];
            JointPositions q = default;
            for (var i = 0; i < 7; i++) q[i] = TestArm.Description.HomeRad[i] + 0.7 * (2 * random.NextDouble() - 1);
            var beyond = random.Next(7);
            if (random.Next(2) == 0)
                q[beyond] = random.Next(2) == 0
                    ? TestArm.Limits.Joints[beyond].PositionMaxRad + 0.06 * random.NextDouble()
                    : TestArm.Limits.Joints[beyond].PositionMinRad - 0.06 * random.NextDouble();
            var description = TestArm.With(l => l with
            {
                Workspace = new(new(0.1, -0.4, 0.03), new(0.8, 0.4, 1.0)),
                Cell = new(new(-1.2, -1.2, -0.3), new(1.3, 1.2, 1.6)),
                Orientation = isFree ? l.Orientation with { TiltRad = Math.PI, YawRad = Math.PI } : l.Orientation,
            }) with
            { HomeRad = [.. ((ReadOnlySpan<double>)q)[..7]], Command = takes };
            using var robot = new LoopbackRobot(description, TestArm.Task.EndEffectorInFlange);
            var cycle = new ControlCycle(robot, new LockstepPacer(robot), TestArm.Task.EndEffectorInFlange, 16);
            var mayBegin = true;
            Queue<string> log = [];
            JointPositions last = default;

            var was = GateState.Running;
            long stoppedAt = 0;
            var holds = false;
            for (var tick = 0; tick < 4000; tick++)
            {
                var now = robot.Now;
                if (tick % 50 == 0) holds = random.Next(3) > 0;
                if (tick % 10 == 0)
                {
                    var kind = random.Next(40);
                    var offset = kind switch
                    {
                        0 => 4_000_001,
                        1 => 6_000_001,
                        2 => 300_000_001,
                        3 => -249_000_000,
                        4 => -251_000_000,
                        5 => long.MaxValue / 2,
                        6 => long.MinValue / 2,
                        _ => 0L,
                    };
                    var stamp = kind switch { 7 => new Stamp(long.MinValue), 8 => new Stamp(long.MaxValue), 9 => new Stamp(7), _ => now.Plus(offset) };
                    cycle.Heartbeats.Publish(new(stamp, holds
                        ? CommandingState.Retreating
                        : random.Next(3) switch { 0 => CommandingState.SignedOff, 1 => CommandingState.Guiding, _ => CommandingState.Commanding }));
                }
                if (tick % 300 == 0)
                {
                    JointTorques push = default;
                    if (random.Next(2) == 0) push[random.Next(7)] = 30 * (random.NextDouble() - 0.5);
                    robot.DisturbanceNm = push;
                }
                if (random.Next(600) == 0) robot.Faults.LostPackets = random.Next(12);
                if (random.Next(1500) == 0)
                    cycle.RequestStop(random.Next(3) switch { 0 => FaultCode.OperatorStop, 1 => FaultCode.WorkspaceExceeded, _ => FaultCode.LoopEnded });
                if (random.Next(800) == 0) cycle.RequestReset();
                if (random.Next(800) == 0) cycle.RequestAutomaticReset();
                cycle.Run(1);
                ref readonly var r = ref cycle.Newest;
                var beat = r.Inputs.Heartbeat;
                var age = unchecked(r.Time.Ns - beat.Time.Ns);
                log.Enqueue($"{tick} {r.Gate} {r.Causes} new {r.Inputs.IsNewState} beat {beat.State} age {age / 1000} us "
                    + $"reset {r.Inputs.IsResetAsked} stops {r.Inputs.Stops} may {mayBegin}");
                if (log.Count > 60) log.Dequeue();
                var isHeld = beat.State == CommandingState.Retreating && age <= description.Limits.HeartbeatMaxAgeNs
                    && age >= -description.Limits.StateMaxAgeNs;
                if (r.Inputs.IsNewState && !isHeld) mayBegin = true;
                if (r.Gate == GateState.Retreating)
                {
                    retreating++;
                    if (r.Inputs.IsNewState) Assert.True(isHeld, $"run {run} tick {tick}: nobody holds on, beat {beat}, age {age}");
                    foreach (var code in Enum.GetValues<FaultCode>())
                        if (r.Causes.Contains(code) && code != FaultCode.None) Assert.True(StopCategories.AllowsRetreat(code), $"{code}");
                    if (was != GateState.Retreating)
                    {
                        begun++;
                        Assert.True(mayBegin, $"run {run} tick {tick}: begun again by who never let go\n{string.Join("\n", log)}");
                        Assert.True(was is GateState.Held or GateState.PowerRemoved, $"from {was}");
                    }
                    else
                        for (var i = 0; i < 7; i++)
                            Assert.True(Math.Abs(r.PostureRad[i] - last[i]) <= 0.1e-3 * 1.1,
                                $"run {run} tick {tick}: joint {i} led by {(r.PostureRad[i] - last[i]) * 1e3} rad/s");
                    mayBegin = mayBegin && was != GateState.Retreating;
                }
                if (was == GateState.Retreating && r.Gate != GateState.Retreating) mayBegin = !isHeld;
                if (r.Gate == GateState.Stopping)
                {
                    if (was != GateState.Stopping) stoppedAt = tick;
                    longestStop = Math.Max(longestStop, tick - stoppedAt);
                }
                Assert.True(r.Reference.PoseInBase.IsFinite || r.Gate == GateState.PowerRemoved);
                for (var i = 0; i < 7; i++) Assert.True(double.IsFinite(r.TorqueNm[i]));
                (last, was) = (r.PostureRad, r.Gate);
            }
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{retreating} ticks of retreat, {begun} begun, longest stop {longestStop} ms");
        Assert.InRange(longestStop, 0, 3600);
    }

    /// <summary>Where yaw and tilt have no limit, neither is one to a retreat.</summary>
    [Theory]
    [InlineData(0.02), InlineData(-0.02), InlineData(0.05)]
    public void Free_yaw_does_not_end_a_retreat(double shortOf)
    {
        // Joint 7 turns the tool about its own axis; beyond its end, with the yaw near ±π.
        var q = TestArm.Description.HomeRad.ToArray();
        q[6] = TestArm.Limits.Joints[6].PositionMaxRad + 0.05;
        var probe = new ArmKinematics(TestArm.Description, TestArm.Task.EndEffectorInFlange);
        JointPositions p = default;
        for (var i = 0; i < 7; i++) p[i] = q[i];
        probe.Update(p);
        // A nominal orientation from which the tool is turned by almost half a turn.
        var nominal = (probe.EndEffectorInBase.Orientation * Rotation.AboutZ(-(Math.PI - shortOf))).Normalized;
        foreach (var sign in (int[])[1, -1])
        {
            var n = sign > 0 ? nominal : (probe.EndEffectorInBase.Orientation * Rotation.AboutZ(Math.PI - shortOf)).Normalized;
            var wide = TestArm.With(l => l with
            {
                Orientation = new(n, Math.PI, Math.PI),
                Workspace = new(new(-1, -1, -1), new(1, 1, 2)),
                Cell = new(new(-2, -2, -2), new(2, 2, 2)),
            });
            var description = wide with { HomeRad = q, Body = new([], []) };
            using var rig = new Rig(description);
            rig.Session.Advance(1000);
            for (var i = 0; i < 80; i++)
            {
                rig.Session.Retreat("operator");
                rig.Session.Advance(50);
            }
            TestContext.Current.TestOutputHelper?.WriteLine($"short of {shortOf} sign {sign}: "
                + $"{rig.Latest.Gate} {rig.Latest.Causes} q7 {rig.Latest.Measured.Position[6]:F4} of {TestArm.Limits.Joints[6].PositionMaxRad}");
            Assert.True(rig.Latest.Measured.Position[6] < TestArm.Limits.Joints[6].PositionMaxRad - 0.02,
                $"{rig.Latest.Gate} q7 {rig.Latest.Measured.Position[6]}");
        }
    }
}

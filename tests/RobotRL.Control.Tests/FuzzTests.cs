using System.Globalization;
using RobotRL.Control.Contract;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control.Tests;

/// <summary>A million ticks of proposals that no one should make.</summary>
public class FuzzTests
{
    private static readonly Box KeepOut = new(new(0.45, 0.12, 0.05), new(0.6, 0.3, 0.35));

    /// <summary>
    /// A quarter of a million proposals a seed, and in between all that ends a motion or begins one anew: stops, operators' resets, rebases under load, commanded postures, sets of
    /// critic weights, pushes on single joints and on the tool. <c>ROBOTRL_ENVELOPE_TICKS</c> asks for more ticks than the suite has time for.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Adversarial_targets_stops_resets_and_pushes_leave_no_limit_broken(int seed)
    {
        var ticks = int.TryParse(Environment.GetEnvironmentVariable("ROBOTRL_ENVELOPE_TICKS"), CultureInfo.InvariantCulture, out var n) ? n : 250_000;
        var description = TestArm.Description with { Limits = TestArm.Limits with { KeepOut = [KeepOut] } };
        var random = new Random(seed);
        using var rig = new Rig(description, critic: Critic());
        var envelope = new Envelope(description, TestArm.Task.EndEffectorInFlange);
        long sequence = 1_000_000, proposals = 0;
        var stops = new Dictionary<FaultCode, int>();
        for (var tick = 0; tick < ticks; tick++)
        {
            var now = rig.Robot.Now;
            var isQuiet = tick % 5000 > 4500; // nobody commands: the arm is rebased, pushed or not
            rig.Cycle.Heartbeats.Publish(new(now, isQuiet ? CommandingState.SignedOff : CommandingState.Commanding));
            if (isQuiet && random.Next(50) == 0) rig.Cycle.RequestRebase();
            if (!isQuiet)
            {
                rig.Cycle.Targets.Publish(Adversary.Target(random, now, rig.Session.Home, ++sequence) with
                {
                    StartInBase = rig.Session.Home,
                    MovesPosture = random.Next(3) == 0,
                    PostureRad = Posture(random, description),
                });
                proposals++;
            }
            if (random.Next(3000) == 0) rig.Session.Stop(random.Next(2) == 0 ? FaultCode.OperatorStop : FaultCode.StorageFailure);
            if (tick % 700 == 0) rig.Critics.Publish(Critic());
            if (tick % 1000 == 0) rig.Robot.DisturbanceNm = Push(random);
            rig.Robot.Faults.WrenchSpike = tick % 1000 < 100 ? new(new(0, random.Next(0, 45), 0), default) : default;
            rig.Cycle.Run(1);
            envelope.Follow(rig.Cycle.Records);
            if (rig.Latest.Gate is not (GateState.Held or GateState.PowerRemoved) || random.Next(40) != 0) continue;
            stops[rig.Latest.Fault.Code] = stops.GetValueOrDefault(rig.Latest.Fault.Code) + 1;
            rig.Robot.DisturbanceNm = default;
            // Now and then the arm is put back; otherwise it goes on from where it stopped, and where that is beyond a limit it stops again.
            if (random.Next(3) == 0) rig.Robot.Place([.. TestArm.Description.HomeRad]);
            rig.Session.OperatorReset("operator");
            envelope.Follow(rig.Cycle.Records);
        }
        Assert.True(stops.Count > 5 && stops.GetValueOrDefault(FaultCode.OperatorStop) > 3 && envelope.Placements > 20, $"the adversary was tame: {string.Join(", ", stops)}");
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{proposals} proposals, {envelope.Ticks} ticks, {envelope.Placements} new starts of the reference; stops: {string.Join(", ", stops)}; closest to limits: {envelope}");

        ICritic Critic() => new StagedCritic(_ => random.Next(400) == 0 ? new(1, 1) : new(0, -1));
    }

    private static JointPositions Posture(Random random, RobotDescription robot)
    {
        JointPositions posture = default;
        for (var i = 0; i < robot.JointCount; i++)
            posture[i] = robot.Limits.Joints[i].PositionMinRad + random.NextDouble() * (robot.Limits.Joints[i].PositionMaxRad - robot.Limits.Joints[i].PositionMinRad);
        return posture;
    }

    /// <summary>On the elbow, on the hand, on all of it, or on nothing: joint torques, Nm.</summary>
    private static JointTorques Push(Random random)
    {
        JointTorques push = default;
        switch (random.Next(4))
        {
            case 0: push[random.Next(4)] = 20 * (random.NextDouble() - 0.5); break;
            case 1: for (var i = 0; i < 7; i++) push[i] = 4 * (random.NextDouble() - 0.5); break;
            case 2: push[4 + random.Next(3)] = 6 * (random.NextDouble() - 0.5); break;
        }
        return push;
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

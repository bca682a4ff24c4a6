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
    /// A quarter of a million proposals a seed, and in between everything that ends a motion or begins one anew: stops, operators' resets, rebases under load,
    /// commanded postures, sets of critic weights, pushes on single joints and on the tool. Targets come in bursts, a tick apart, and then one that there is
    /// time to reach, because a flood of them alone cancels out and hardly moves the arm. Some beyond a face of the workspace are insisted on.
    /// <c>ROBOTRL_ENVELOPE_TICKS</c> asks for more ticks than the suite has time for.
    /// </summary>
    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(4, true)]
    [InlineData(5, false, CommandKind.CartesianImpedance)]
    [InlineData(6, false, CommandKind.JointPosition)]
    [InlineData(7, false, CommandKind.JointVelocity)]
    [InlineData(8, true, CommandKind.JointPosition)]
    public void Adversarial_targets_stops_resets_and_pushes_leave_no_limit_broken(int seed, bool isWide, CommandKind kind = CommandKind.JointTorque)
    {
        var ticks = int.TryParse(Environment.GetEnvironmentVariable("ROBOTRL_ENVELOPE_TICKS"), CultureInfo.InvariantCulture, out var n)
            ? n
            : kind == CommandKind.JointTorque ? 250_000 : 100_000;
        var limits = TestArm.Limits with { KeepOut = [KeepOut] };
        // Wide: nothing but the arm's own reach and its singular postures ends a motion.
        if (isWide)
            limits = limits with
            {
                Workspace = new(new(0.1, -0.6, 0.03), new(0.85, 0.6, 1.1)),
                Orientation = limits.Orientation with { TiltRad = 2.5, YawRad = 3 },
            };
        var description = TestArm.Description with { Limits = limits, Command = kind };
        var random = new Random(seed);
        var sent = kind == CommandKind.JointTorque ? null : new SetPointEnvelope(description);
        using var rig = new Rig(description, critic: Critic());
        var envelope = new Envelope(description, TestArm.Task.EndEffectorInFlange, isStretched: true);
        long sequence = 1_000_000, proposals = 0;
        var stops = new Dictionary<FaultCode, int>();
        Vector3D corner = default;
        for (var tick = 0; tick < ticks; tick++)
        {
            var now = rig.Robot.Now;
            var isQuiet = tick % 5000 > 4500; // nobody commands: the arm is rebased, pushed or not
            rig.Cycle.Heartbeats.Publish(new(now, isQuiet ? CommandingState.SignedOff : CommandingState.Commanding));
            if (isQuiet && random.Next(50) == 0) rig.Cycle.RequestRebase();
            var (insists, floods) = (tick / 5000 % 4 == 1, tick / 5000 % 4 == 3);
            if (tick % 500 == 0) corner = new(random.Next(-1, 2), random.Next(-1, 2), random.Next(-1, 2));
            if (!isQuiet && (insists ? tick % 20 == 0 : floods || tick % 400 < 80 || tick % 100 == 0))
            {
                var target = Adversary.Target(random, now, rig.Session.Home, ++sequence);
                if (insists) target = target with { PoseInBase = target.PoseInBase with { Position = rig.Session.Home.Position + 0.45 * corner } };
                rig.Cycle.Targets.Publish(target with
                {
                    StartInBase = rig.Session.Home,
                    MovesPosture = random.Next(3) == 0,
                    PostureRad = Posture(random, description),
                });
                proposals++;
            }
            if (random.Next(2000) == 0) rig.Session.Stop(random.Next(2) == 0 ? FaultCode.OperatorStop : FaultCode.StorageFailure);
            if (tick % 700 == 0) rig.Critics.Publish(Critic());
            if (tick % 1000 == 0) rig.Robot.DisturbanceNm = Push(random);
            rig.Robot.Faults.WrenchSpike = tick % 1000 < 100 ? new(new(0, random.Next(0, 45), 0), default) : default;
            rig.Cycle.Run(1);
            envelope.Follow(rig.Cycle.Records);
            sent?.Follow(rig.Cycle.Records);
            if (rig.Latest.Gate is not (GateState.Held or GateState.PowerRemoved) || random.Next(40) != 0) continue;
            stops[rig.Latest.Fault.Code] = stops.GetValueOrDefault(rig.Latest.Fault.Code) + 1;
            rig.Robot.DisturbanceNm = default;
            // Now and then the arm is put back; otherwise it goes on from where it stopped, and where that is beyond a limit it stops again.
            if (random.Next(3) == 0) rig.Robot.Place([.. TestArm.Description.HomeRad]);
            rig.Session.OperatorReset("operator");
            envelope.Follow(rig.Cycle.Records);
            sent?.Follow(rig.Cycle.Records);
        }
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{proposals} proposals, {envelope.Ticks} ticks, {envelope.Placements} new starts of the reference; stops: {string.Join(", ", stops)}; "
                + $"closest to limits: {envelope}; set-points: {sent?.Anew} anew, {sent?.Without} without, {sent?.MostVelocity:P0} of speed, "
                + $"{sent?.MostAcceleration:P0} of acceleration; posture {(double)envelope.TicksBehind / envelope.Ticks:P2} behind");
        // A stretched arm falls behind, others do not: at most 0.5 % of the ticks, where 2 to 3 % were when joints saturated.
        Assert.True(envelope.TicksBehind < 0.01 * envelope.Ticks,
            $"in {envelope.TicksBehind} ticks the posture was further than a millimetre behind its reference");
        FaultCode[] provoked = [FaultCode.OperatorStop, FaultCode.StorageFailure, FaultCode.NonFiniteCommand, FaultCode.TargetOutOfRange];
        foreach (var often in provoked)
            Assert.True(stops.GetValueOrDefault(often) > ticks / 40_000, $"the adversary was tame: {string.Join(", ", stops)}");
        if (kind != CommandKind.JointTorque)
        {
            // A servo is pushed nowhere, so it is stopped for less; its torque is its own.
            Assert.True(sent!.MostAcceleration > 0.9 && sent.MostVelocity > 0.2 && envelope.Closest(Envelope.Quantity.RotationVelocity) > 0.8,
                $"the adversary was tame: {sent.MostVelocity:P0}, {sent.MostAcceleration:P0}");
            return;
        }
        Assert.True(stops.Count > 5 && envelope.Placements > ticks / 1000,
            $"the adversary was tame: {string.Join(", ", stops)}, {envelope.Placements} new starts");
        // Of a workspace wider than the arm's reach no face is pressed on.
        foreach (var (what, share) in Pressed.Where(p => !isWide || p.What != Envelope.Quantity.Barrier))
            Assert.True(envelope.Closest(what) > share, $"the adversary was tame: {what} {envelope.Closest(what):P0}");

        ICritic Critic() => new StagedCritic(_ => random.Next(400) == 0 ? new(1, 1) : new(0, -1));
    }

    /// <summary>How close to each limit the adversary has to come, or nothing was held.</summary>
    private static readonly (Envelope.Quantity What, double Share)[] Pressed =
    [
        (Envelope.Quantity.Barrier, 0.6), (Envelope.Quantity.TorqueRate, 0.95),
        (Envelope.Quantity.TranslationVelocity, 0.25), (Envelope.Quantity.TranslationAcceleration, 0.7),
        (Envelope.Quantity.RotationVelocity, 0.8), (Envelope.Quantity.RotationAcceleration, 0.95), (Envelope.Quantity.JointVelocity, 0.6),
        (Envelope.Quantity.JointAcceleration, 0.95), (Envelope.Quantity.JointJerk, 0.75), (Envelope.Quantity.StiffnessRate, 0.95),
    ];

    private static JointPositions Posture(Random random, RobotDescription robot)
    {
        JointPositions posture = default;
        for (var i = 0; i < robot.JointCount; i++)
            posture[i] = robot.Limits.Joints[i].PositionMinRad
                + random.NextDouble() * (robot.Limits.Joints[i].PositionMaxRad - robot.Limits.Joints[i].PositionMinRad);
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

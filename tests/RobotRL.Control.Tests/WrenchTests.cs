using RobotRL.Control.Contract;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control.Tests;

/// <summary>A wrench beside the spring as part of the action: what is asked for, what the gate lets through, and what is said to have been executed.</summary>
public class WrenchTests
{
    private static readonly WrenchLimits Most = new(10, 1, 100, 10);
    private static readonly RobotDescription Arm = With(Most);
    private static readonly TaskDescription Task = TestArm.Task with
    {
        Actions = TestArm.Task.Actions with { WrenchAxes = [0, 2, 5], WrenchScaleN = 8, WrenchScaleNm = 0.8 },
    };

    [Fact]
    public void Wrench_that_the_gate_reaches_within_the_decision_is_executed_to_the_bit()
    {
        using var rig = new Rig(Arm, Task);
        var random = new Random(3);
        for (var i = 0; i < 40; i++)
        {
            // Never further than the rate goes in a decision.
            var proposed = Push(Drawn(), Drawn(), Drawn());
            var executed = rig.Decide(proposed);
            Assert.Equal(LimitFlags.None, executed.Limits & LimitFlags.Wrench);
            Assert.Equal(proposed, executed.Executed);
            Wrench asked = new(new(8.0 * proposed.Wrench[0], 0, 8.0 * proposed.Wrench[2]), new(0, 0, 0.8 * proposed.Wrench[5]));
            Assert.Equal(asked, rig.Latest.FeedForwardInEndEffector);
        }

        float Drawn() => (float)random.NextDouble() * 0.5f - 0.25f;
    }

    [Fact]
    public void Wrench_on_its_way_at_the_bounded_rate_is_executed_as_far_as_it_came()
    {
        using var rig = new Rig(With(Most with { ForceRateNS = 40 }), Task);
        var first = rig.Decide(Push(0, 1, 0));
        Assert.Equal(4, rig.Latest.FeedForwardInEndEffector.Force.Z, 9);
        Assert.Equal((0.5, LimitFlags.Wrench), (Math.Round(first.Executed.Wrench[2], 6), first.Limits & LimitFlags.Wrench));
        Assert.Equal(1f, first.Proposed.Wrench[2]);
        var second = rig.Decide(Push(0, 1, 0));
        Assert.Equal((1f, LimitFlags.None), (second.Executed.Wrench[2], second.Limits & LimitFlags.Wrench));
    }

    [Fact]
    public void Joint_torques_are_those_of_the_law_and_the_wrench()
    {
        using Rig with = new(Arm, Task), without = new(Arm, Task);
        with.Session.BeginDecision(Push(0, 1, 1), Push(0, 1, 1), ActionSource.Policy);
        without.Session.BeginDecision(default, default, ActionSource.Policy);
        with.Session.Advance(1);
        without.Session.Advance(1);
        ArmKinematics arm = new(Arm, Task.EndEffectorInFlange);
        arm.Update(with.Latest.Measured.Position);
        Assert.Equal((0.1, 0.01), (Math.Round(with.Latest.FeedForwardInEndEffector.Force.Z, 9), Math.Round(with.Latest.FeedForwardInEndEffector.Torque.Z, 9)));
        var beside = arm.TorqueOf(with.Latest.FeedForwardInEndEffector.Rotated(arm.EndEffectorInBase.Orientation));
        for (var i = 0; i < Arm.JointCount; i++)
            Assert.Equal(beside[i], with.Latest.ProposedTorqueNm[i] - without.Latest.ProposedTorqueNm[i], 1e-9);
    }

    [Fact]
    public void Robot_with_an_impedance_of_its_own_is_sent_the_wrench_in_base_axes()
    {
        using var rig = new Rig(Arm with { Command = CommandKind.CartesianImpedance }, Task);
        for (var i = 0; i < 2; i++) rig.Decide(Push(0, 1, 0));
        var expected = rig.Latest.FeedForwardInEndEffector.Rotated(rig.Latest.EndEffector.PoseInBase.Orientation);
        Assert.Equal(8, expected.Force.Length, 1e-9);
        Assert.Equal(0, (expected.Force - rig.Robot.Command.Impedance.FeedForwardInBase.Force).Length, 0.05);
    }

    [Fact]
    public void Contact_takes_the_wrench_away_as_it_grows()
    {
        using var rig = new Rig(Arm, Task);
        rig.Decide(Push(0, 1, 0));
        Assert.Equal(8, rig.Latest.FeedForwardInEndEffector.Force.Length, 9);
        // Half way from contact to collision.
        rig.Robot.Faults.WrenchSpike = new(new(0, 35, 0), default);
        var executed = rig.Decide(Push(0, 1, 0));
        Assert.Equal(5, rig.Latest.FeedForwardInEndEffector.Force.Length, 0.2);
        Assert.Equal(rig.Latest.FeedForwardInEndEffector.Force.Z / 8, executed.Executed.Wrench[2], 1e-6);
        Assert.True(executed.Limits.HasFlag(LimitFlags.Wrench));
    }

    [Fact]
    public void Empty_tank_lets_no_wrench_work()
    {
        var poor = Arm with { Limits = Arm.Limits with { Stiffness = Arm.Limits.Stiffness with { TankOutflowW = 0.001 } } };
        using Rig rich = new(Arm, Task), rig = new(poor, Task);
        var (free, held) = (rich.Decide(Push(1, 0, 0)), rig.Decide(Push(1, 0, 0)));
        Assert.False(free.Limits.HasFlag(LimitFlags.EnergyTank), $"{free.Limits}");
        Assert.True(held.Limits.HasFlag(LimitFlags.EnergyTank) && held.Limits.HasFlag(LimitFlags.Wrench), $"{held.Limits}");
        Assert.True(held.Executed.Wrench[0] < free.Executed.Wrench[0], $"{held.Executed.Wrench[0]} and {free.Executed.Wrench[0]}");
    }

    [Theory]
    [InlineData(CommandKind.JointTorque)]
    [InlineData(CommandKind.CartesianImpedance)]
    public void Stop_lets_go_of_the_wrench_at_once_and_a_reset_does_not_take_it_up_again(CommandKind kind)
    {
        using var rig = new Rig(Arm with { Command = kind }, Task);
        rig.Decide(Push(0, 1, 0));
        rig.Session.Stop();
        rig.Session.Advance(1);
        Assert.Equal((GateState.Stopping, Wrench.Zero), (rig.Latest.Gate, rig.Latest.FeedForwardInEndEffector));
        for (var i = 0; i < 2000; i++)
        {
            rig.Session.Advance(1);
            Assert.Equal(Wrench.Zero, rig.Latest.FeedForwardInEndEffector);
        }
        Assert.Equal(Wrench.Zero, rig.Robot.Command.Impedance.FeedForwardInBase);
        Assert.True(rig.Session.OperatorReset("operator"));
        rig.Session.Advance(50);
        Assert.Equal(Wrench.Zero, rig.Latest.FeedForwardInEndEffector);
        rig.Decide(Push(0, 1, 0));
        Assert.Equal(8, rig.Latest.FeedForwardInEndEffector.Force.Length, 9);
    }

    [Fact]
    public void Arm_that_is_led_by_hand_or_that_nobody_commands_exerts_none()
    {
        using var rig = new Rig(Arm, Task);
        rig.Decide(Push(0, 1, 0));
        rig.Session.SignOff();
        rig.Session.Advance(1);
        Assert.Equal((GateState.Running, Wrench.Zero), (rig.Latest.Gate, rig.Latest.FeedForwardInEndEffector));
        rig.Decide(Push(0, 1, 0));
        Assert.True(rig.Session.Guide("operator"));
        rig.Session.Advance(1);
        Assert.Equal((GateState.Running, Wrench.Zero), (rig.Latest.Gate, rig.Latest.FeedForwardInEndEffector));
    }

    [Fact]
    public void Motion_without_a_decision_exerts_none()
    {
        using var rig = new Rig(Arm, Task);
        rig.Decide(Push(0, 1, 0));
        Assert.True(rig.Session.MoveTo(rig.Session.Home));
        Assert.Equal(Wrench.Zero, rig.Latest.FeedForwardInEndEffector);
    }

    [Fact]
    public void Robot_without_limits_of_a_wrench_exerts_none()
    {
        using var rig = new Rig(TestArm.Description, Task);
        var executed = rig.Decide(Push(0, 1, 0));
        Assert.Equal((0f, LimitFlags.Wrench), (executed.Executed.Wrench[2], executed.Limits & LimitFlags.Wrench));
        Assert.Equal(Wrench.Zero, rig.Latest.FeedForwardInEndEffector);
    }

    [Theory]
    [InlineData(double.NaN, FaultCode.NonFiniteCommand)]
    [InlineData(1e4, FaultCode.TargetOutOfRange)]
    public void Wrench_that_nobody_can_mean_stops_the_robot(double forceN, FaultCode code)
    {
        using var rig = new Rig(Arm, Task);
        rig.Decide(default);
        var now = rig.Robot.Now;
        rig.Cycle.Targets.Publish(new(rig.Session.Home, now, now.Plus(200_000_000), rig.Session.Stiffness, default, ActionSource.Policy, 1000)
        {
            FeedForwardInEndEffector = new(new(0, forceN, 0), default),
        });
        rig.Session.Advance(1);
        Assert.Equal((true, code), (rig.Session.IsStopped, rig.Latest.Fault.Code));
        Assert.Equal(Wrench.Zero, rig.Latest.FeedForwardInEndEffector);
    }

    [Fact]
    public void Non_finite_component_stops_the_robot()
    {
        using var rig = new Rig(Arm, Task);
        rig.Decide(Push(0, float.NaN, 0));
        Assert.Equal(FaultCode.NonFiniteCommand, rig.Latest.Fault.Code);
    }

    /// <summary>Random targets with random wrenches, stops, resets, contacts and hands: no limit of the envelope or of the wrench is ever broken.</summary>
    [Theory]
    [InlineData(1, CommandKind.JointTorque)]
    [InlineData(2, CommandKind.JointTorque)]
    [InlineData(3, CommandKind.CartesianImpedance)]
    public void Adversarial_wrenches_leave_no_limit_broken(int seed, CommandKind kind)
    {
        var description = Arm with { Command = kind };
        using var rig = new Rig(description, Task);
        var envelope = new Envelope(description, Task.EndEffectorInFlange, isStretched: true);
        var sent = kind == CommandKind.JointTorque ? null : new SetPointEnvelope(description);
        var random = new Random(seed);
        var (sequence, most, stops, judged) = (1_000_000L, 0.0, 0, 0L);
        var last = Wrench.Zero;
        for (var tick = 0; tick < 60_000; tick++)
        {
            var now = rig.Robot.Now;
            var state = (tick / 1000 % 8) switch { 6 => CommandingState.Guiding, 7 => CommandingState.SignedOff, _ => CommandingState.Commanding };
            rig.Cycle.Heartbeats.Publish(new(now, state));
            if (state == CommandingState.Commanding && (tick % 3000 < 300 || tick % 120 == 0))
                rig.Cycle.Targets.Publish(Adversary.Target(random, now, rig.Session.Home, ++sequence) with { FeedForwardInEndEffector = Drawn(random) });
            if (random.Next(3000) == 0) rig.Session.Stop();
            rig.Robot.Faults.WrenchSpike = tick % 700 < 200 ? new(new(0, random.Next(0, 48), 0), default) : default;
            rig.Cycle.Run(1);
            Judge(rig.Cycle.Newest);
            envelope.Follow(rig.Cycle.Records);
            sent?.Follow(rig.Cycle.Records);
            if (rig.Cycle.Newest.Gate is not (GateState.Held or GateState.PowerRemoved) || random.Next(20) != 0) continue;
            stops++;
            rig.Robot.Faults.WrenchSpike = default;
            if (random.Next(2) == 0) rig.Robot.Place([.. description.HomeRad]);
            rig.Session.OperatorReset("operator");
            last = rig.Cycle.Newest.FeedForwardInEndEffector;
            Assert.Equal(Wrench.Zero, last);
        }
        Assert.True(stops > 10 && most > 0.99 && judged > 1000, $"the adversary was tame: {stops} stops, {most:P0} of the force, {judged} ticks with a wrench");

        void Judge(in ControlRecord r)
        {
            var (wrench, felt) = (r.FeedForwardInEndEffector, r.Measured.ExternalWrenchInEndEffector);
            Assert.True(wrench.IsFinite);
            var left = 1 - Math.Clamp(Math.Max((felt.Force.Length - 20) / 30, (felt.Torque.Length - 5) / 10), 0, 1);
            if (r.Gate != GateState.Running || r.Inputs.Heartbeat.State != CommandingState.Commanding) Assert.Equal(Wrench.Zero, wrench);
            Assert.True(wrench.Force.Length <= left * Most.ForceN * (1 + 1e-9), $"tick {r.Tick}: {wrench.Force.Length} N where {left * Most.ForceN} are left");
            Assert.True(wrench.Torque.Length <= left * Most.TorqueNm * (1 + 1e-9),
                $"tick {r.Tick}: {wrench.Torque.Length} Nm where {left * Most.TorqueNm} are left");
            // It grows no faster than its rate; it shrinks as fast as it must.
            Assert.True(wrench.Force.Length - last.Force.Length <= Most.ForceRateNS * 1e-3 * (1 + 1e-6), $"tick {r.Tick}: force grew too fast");
            Assert.True(wrench.Torque.Length - last.Torque.Length <= Most.TorqueRateNmS * 1e-3 * (1 + 1e-6), $"tick {r.Tick}: torque grew too fast");
            last = wrench;
            most = Math.Max(most, wrench.Force.Length / Most.ForceN);
            if (wrench != Wrench.Zero) judged++;
        }
    }

    private static Wrench Drawn(Random random)
    {
        var size = random.Next(300) switch { 0 => 1e9, 1 => double.NaN, < 100 => 1, < 200 => 10, _ => 60 };
        Vector3D Draw(double by) => new Vector3D(random.NextDouble() * 2 - 1, random.NextDouble() * 2 - 1, random.NextDouble() * 2 - 1) * by;
        return new(Draw(size), Draw(0.2 * size));
    }

    private static ArmAction Push(float x, float z, float yaw)
    {
        var action = TestArm.Action();
        (action.Wrench[0], action.Wrench[2], action.Wrench[5]) = (x, z, yaw);
        return action;
    }

    private static RobotDescription With(WrenchLimits limits) => TestArm.Description with { Limits = TestArm.Limits with { Wrench = limits } };
}

using RobotRL.Control.Contract;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control.Tests;

/// <summary>
/// What each kind of command is in each state of the gate.
/// <code>
///               running                stopping           held                        no power
/// torque        impedance law          law, soft, braked  law, soft, at the arm       zero torque
/// impedance     gated pose             pose brakes        pose at the arm, soft       no set-point
/// position      gated posture          posture brakes     the posture it braked to    no set-point
/// velocity      its velocity           brakes             zero                        no set-point
/// </code>
/// </summary>
public class CommandKindTests
{
    public static TheoryData<CommandKind> SetPointKinds => [CommandKind.CartesianImpedance, CommandKind.JointPosition, CommandKind.JointVelocity];

    /// <summary>Not a number, far away, and from one end to the other each tick.</summary>
    [Theory]
    [MemberData(nameof(SetPointKinds))]
    public void Hostile_targets_stop_within_a_period_or_move_within_the_limits(CommandKind kind)
    {
        (Pose, FaultCode)[] refused =
        [
            (new(new(double.NaN, 0, 0), new(1, 0, 0, 0)), FaultCode.NonFiniteCommand),
            (new(new(50, 0, 0), new(1, 0, 0, 0)), FaultCode.TargetOutOfRange),
        ];
        foreach (var (bad, code) in refused)
        {
            using var rig = new Rig(TestArm.Taking(kind));
            var envelope = new SetPointEnvelope(TestArm.Taking(kind));
            for (var i = 0; i < 3; i++) rig.Decide(TestArm.Action(x: 0.5f));
            var before = rig.Robot.Command;
            Propose(rig, bad, 1000);
            rig.Session.Advance(1);
            Assert.Equal((GateState.Stopping, code), (rig.Latest.Gate, rig.Latest.Fault.Code));
            Assert.Equal(StopCategory.Category2, rig.Robot.Command.Stop);
            AssertBrakes(before, rig.Robot.Command);
            rig.Session.Advance(2000);
            Assert.Equal(GateState.Held, rig.Latest.Gate);
            envelope.Follow(rig.Cycle.Records);
        }
        using var shaken = new Rig(TestArm.Taking(kind));
        var judge = new SetPointEnvelope(TestArm.Taking(kind));
        for (var tick = 0; tick < 2000; tick++)
        {
            var end = new Vector3D(tick % 2 == 0 ? 0.3 : -0.3, tick % 3 == 0 ? 0.3 : -0.3, tick % 5 == 0 ? 0.3 : -0.3);
            Propose(shaken, new(shaken.Session.Home.Position + end, Rotation.AboutZ(tick % 2) * shaken.Session.Home.Orientation), 1000 + tick);
            shaken.Session.Advance(1);
        }
        judge.Follow(shaken.Cycle.Records);
        Assert.Equal(GateState.Running, shaken.Latest.Gate);
    }

    /// <summary>The very tick after, the set-point is no faster than before.</summary>
    private static void AssertBrakes(in SafeCommand before, in SafeCommand now)
    {
        Assert.True(now.HasSetPoint);
        Assert.True(now.Impedance.TwistInBase.Linear.Length <= before.Impedance.TwistInBase.Linear.Length + 1e-9);
        for (var i = 0; i < 7; i++) Assert.True(Math.Abs(now.VelocityRadS[i]) <= Math.Abs(before.VelocityRadS[i]) + 1e-3);
    }

    [Theory]
    [MemberData(nameof(SetPointKinds))]
    public void State_that_is_lost_in_motion_ends_in_braking_and_then_without_power(CommandKind kind)
    {
        using var rig = new Rig(TestArm.Taking(kind));
        var envelope = new SetPointEnvelope(TestArm.Taking(kind));
        for (var i = 0; i < 4; i++) rig.Decide(TestArm.Action(x: 0.5f, yaw: 0.5f));
        rig.Robot.Faults.LostPackets = 1000;
        rig.Session.Advance(7);
        Assert.Equal((GateState.Stopping, FaultCode.StaleState), (rig.Latest.Gate, rig.Latest.Fault.Code));
        Assert.True(rig.Robot.Command is { HasSetPoint: true, RemovePower: false, Stop: StopCategory.Category1 });
        rig.Session.Advance(500);
        Assert.Equal(GateState.PowerRemoved, rig.Latest.Gate);
        Assert.True(rig.Robot.Command is { HasSetPoint: false, RemovePower: true });
        Assert.True(rig.Latest.Sent.SetPoint.IsNone);
        envelope.Follow(rig.Cycle.Records);
    }

    /// <summary>Before any state is known there is nothing to send: no set-point, and nobody asks for the robot's own stop.</summary>
    [Theory]
    [MemberData(nameof(SetPointKinds))]
    public void Without_a_first_state_nothing_is_sent(CommandKind kind)
    {
        using var robot = new LoopbackRobot(TestArm.Taking(kind), TestArm.Task.EndEffectorInFlange);
        robot.Faults.LostPackets = 3;
        var cycle = new ControlCycle(robot, new LockstepPacer(robot), TestArm.Task.EndEffectorInFlange, 64);
        cycle.Run(3);
        Assert.True(robot.Command is { IsSealed: true, HasSetPoint: false, RemovePower: false });
        Assert.Equal(kind, robot.Command.Kind);
        cycle.Run(1);
        Assert.True(robot.Command.HasSetPoint);
    }

    [Fact]
    public void Held_arm_that_takes_positions_stands_at_the_posture_it_braked_to()
    {
        using var rig = new Rig(TestArm.Taking(CommandKind.JointPosition));
        for (var i = 0; i < 4; i++) rig.Decide(TestArm.Action(x: 0.5f));
        JointTorques push = default;
        push[1] = 20; // the servo gives by a millimetre at the tool
        rig.Robot.DisturbanceNm = push;
        rig.Session.Stop();
        rig.Session.Advance(1500);
        Assert.Equal(GateState.Held, rig.Latest.Gate);
        var sent = rig.Robot.Command.PositionRad;
        Assert.True(Math.Abs(sent[1] - rig.Robot.TrueState.Position[1]) > 1e-3);
        rig.Session.Advance(2000);
        Assert.Equal(GateState.Held, rig.Latest.Gate);
        for (var i = 0; i < 7; i++) Assert.Equal(sent[i], rig.Robot.Command.PositionRad[i], 1e-6);
        Assert.True(rig.Session.OperatorReset("operator"));
        rig.Session.Advance(100);
        Assert.Equal(rig.Latest.PostureRad[1], rig.Robot.Command.PositionRad[1]);
    }

    /// <summary>Only the robot's spring brakes the arm: it stays stiff until it stands, and is soft then, where the arm is.</summary>
    [Fact]
    public void Impedance_stays_stiff_while_it_stops_and_is_soft_once_it_is_held()
    {
        using var rig = new Rig(TestArm.Taking(CommandKind.CartesianImpedance));
        for (var i = 0; i < 4; i++) rig.Decide(TestArm.Action(x: 0.5f));
        var running = rig.Robot.Command.Impedance.Stiffness;
        rig.Session.Stop();
        while (rig.Latest.Gate != GateState.Held)
        {
            rig.Session.Advance(1);
            Assert.True(rig.Latest.Tick < 3000);
            if (rig.Latest.Gate == GateState.Stopping) Assert.Equal(running, rig.Robot.Command.Impedance.Stiffness);
        }
        rig.Session.Advance(1000);
        Assert.Equal(TestArm.Limits.Stiffness.TranslationMinNM, rig.Robot.Command.Impedance.Stiffness.TranslationNM);
        Assert.Equal(TestArm.Limits.Stiffness.RotationMinNmRad, rig.Robot.Command.Impedance.Stiffness.RotationNmRad);
        Assert.InRange((rig.Robot.Command.Impedance.PoseInBase.Position - rig.Latest.EndEffector.PoseInBase.Position).Length, 0, 2e-3);
    }

    [Theory]
    [InlineData(CommandKind.CartesianImpedance, true)]
    [InlineData(CommandKind.JointPosition, false)]
    [InlineData(CommandKind.JointVelocity, false)]
    public void Arm_is_led_by_hand_where_its_spring_can_be_soft_and_holds_on_elsewhere(CommandKind kind, bool gives)
    {
        using var rig = new Rig(TestArm.Taking(kind));
        rig.Session.SignOff();
        rig.Session.Advance(1);
        JointTorques push = default;
        push[0] = 2;
        rig.Robot.DisturbanceNm = push;
        for (var i = 0; i < 16; i++)
        {
            Assert.Equal(gives, rig.Session.Guide("operator"));
            if (!gives) rig.Session.Beat(CommandingState.Guiding);
            rig.Session.Advance(50);
        }
        Assert.Equal(GateState.Running, rig.Latest.Gate);
        var moved = Math.Abs(rig.Robot.TrueState.Position[0] - TestArm.Description.HomeRad[0]);
        Assert.True(gives ? moved > 0.03 : moved < 0.002, $"{moved} rad");
    }

    [Theory]
    [MemberData(nameof(SetPointKinds))]
    public void Arm_that_stands_outside_is_led_back_slowly(CommandKind kind)
    {
        using var free = new Rig();
        var home = free.Session.Home.Position;
        var workspace = new Box(home - new Vector3D(0.2, 0.2, 0.2), home + new Vector3D(0.2, -0.03, 0.2));
        var description = TestArm.With(l => l with { Workspace = workspace }) with { Command = kind };
        using var rig = new Rig(description);
        var envelope = new SetPointEnvelope(description);
        rig.Session.Advance(1500);
        envelope.Follow(rig.Cycle.Records);
        Assert.Equal((GateState.Held, FaultCode.WorkspaceExceeded), (rig.Latest.Gate, rig.Latest.Fault.Code));
        for (var i = 0; i < 100; i++)
        {
            rig.Session.Retreat("operator");
            rig.Session.Advance(50);
            envelope.Follow(rig.Cycle.Records);
            for (var joint = 0; joint < 7; joint++) Assert.InRange(rig.Robot.TrueState.Velocity[joint], -0.2, 0.2);
        }
        Assert.True(description.Limits.Workspace.Contains(rig.Latest.EndEffector.PoseInBase.Position),
            $"{rig.Latest.Gate}, {rig.Latest.Causes}, {rig.Latest.EndEffector.PoseInBase.Position - home}");
        rig.Session.Advance(1500);
        Assert.True(rig.Session.OperatorReset("operator"));
    }

    /// <summary>
    /// The integral of a robot whose own law has none is a wrench beside its spring: it carries a lasting push, grows no faster and no larger than allowed,
    /// and is gone with the stop.
    /// </summary>
    [Fact]
    public void Integral_is_sent_as_a_wrench_within_the_contact_force()
    {
        var impedance = TestArm.Description.Impedance with { TranslationIntegralNMS = 3000, IntegralClipMS = 0.05 };
        var description = TestArm.Taking(CommandKind.CartesianImpedance) with { Impedance = impedance };
        using var rig = new Rig(description);
        var envelope = new SetPointEnvelope(description);
        JointTorques push = default;
        push[0] = -4;
        rig.Robot.DisturbanceNm = push;
        var most = 0.0;
        for (var i = 0; i < 30; i++)
        {
            rig.Decide(default);
            most = Math.Max(most, rig.Robot.Command.Impedance.FeedForwardInBase.Force.Length);
        }
        Assert.InRange(most, 3, TestArm.Limits.ContactForceN);
        rig.Session.Stop();
        rig.Session.Advance(150);
        Assert.Equal(Wrench.Zero, rig.Robot.Command.Impedance.FeedForwardInBase);
        envelope.Follow(rig.Cycle.Records);
    }

    [Theory]
    [MemberData(nameof(SetPointKinds))]
    public void Torques_are_neither_computed_nor_sealed(CommandKind kind)
    {
        var gate = new ReflexGate(TestArm.Taking(kind), new(TestArm.Description, Pose.Identity));
        Assert.Throws<InvalidOperationException>(() => gate.Seal(default(JointTorques), out _));
        Assert.Throws<InvalidOperationException>(() =>
            new ReflexGate(TestArm.Description, new(TestArm.Description, Pose.Identity)).Seal(default(Wrench), out _));
        Assert.Throws<ForeignCommandException>(() =>
            new ControlCycle(new Liar(kind), new LockstepPacer(new LoopbackRobot(TestArm.Description)), Pose.Identity));
    }

    /// <summary>Says that it takes torques and is described otherwise.</summary>
    private sealed class Liar(CommandKind described) : IRobot
    {
        public RobotDescription Description => TestArm.Taking(described);
        public CommandKind Takes => CommandKind.JointTorque;
        public bool TryRead(ref RobotState state) => false;
        public void Write(in SafeCommand command) { }
        public void Dispose() { }
    }

    private static void Propose(Rig rig, in Pose pose, long sequence)
    {
        var now = rig.Robot.Now;
        rig.Cycle.Heartbeats.Publish(new(now, CommandingState.Commanding));
        rig.Cycle.Targets.Publish(
            new(pose, now, now.Plus(200_000_000), CartesianStiffness.Of(TestArm.Description.Impedance), default, ActionSource.Policy, sequence));
    }
}

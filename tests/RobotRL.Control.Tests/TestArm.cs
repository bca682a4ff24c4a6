using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control.Tests;

/// <summary>A Panda-like arm with its manufacturer's limits, a task, and the whole loop around a loopback robot in virtual time.</summary>
internal static class TestArm
{
    public static readonly SafetyLimits Limits = new()
    {
        Joints =
        [
            new(-2.8973, 2.8973, 2.175, 15, 7500, 87, 1000), new(-1.7628, 1.7628, 2.175, 7.5, 3750, 87, 1000),
            new(-2.8973, 2.8973, 2.175, 10, 5000, 87, 1000), new(-3.0718, -0.0698, 2.175, 12.5, 6250, 87, 1000),
            new(-2.8973, 2.8973, 2.61, 15, 7500, 12, 1000), new(-0.0175, 3.7525, 2.61, 20, 10000, 12, 1000),
            new(-2.8973, 2.8973, 2.61, 20, 10000, 12, 1000),
        ],
        Translation = new(1.7, 13, 6500),
        Rotation = new(2.5, 25, 12500),
        Workspace = new(new(0.3, -0.3, 0.05), new(0.7, 0.3, 0.6)),
        Cell = new(new(-0.8, -0.8, -0.02), new(0.9, 0.8, 1.3)),
        KeepOut = [],
        SelfDistanceM = 0.01,
        Orientation = new(new(1, 0, 0, 0), 0.6, 1.5),
        Posture = new(0.3, 0.35, 20),
        StandstillRad = 0.05,
        BarrierRate = 10,
        ContactForceN = 20,
        CollisionForceN = 50,
        ContactTorqueNm = 5,
        CollisionTorqueNm = 15,
        // Tests push the joints about to see what else stops them: few pushes are a collision to this arm.
        JointCollisionNm = [60, 60, 60, 60, 60, 60, 60],
        MeasuredTorqueMarginNm = 2,
        StateMaxAgeNs = 5_000_000,
        TargetMaxAgeNs = 250_000_000,
        HeartbeatMaxAgeNs = 250_000_000,
        LoopMaxLateNs = 50_000_000,
        Stiffness = new()
        {
            TranslationMinNM = 50,
            TranslationMaxNM = 2000,
            RotationMinNmRad = 5,
            RotationMaxNmRad = 150,
            RateNMS = 5000,
            RotationRateNmRadS = 370,
            DampingRatePerS = 3.3,
            DampingRatioMin = 0.7,
            DampingRatioMax = 1.2,
            TankInitialJ = 2,
            TankCapacityJ = 5,
            TankOutflowW = 10,
        },
        Grip = new(70, 0.1),
    };

    public static readonly RobotBody Body = new(
    [
        new("column", 0, new(0, 0, 0.06), new(0, 0, 0.25), 0.065), new("upper arm", 3, new(0, 0, -0.14), new(0.03, 0, -0.04), 0.06),
        new("elbow", 4, new(0, 0, -0.06), new(0, 0, 0.06), 0.06), new("forearm", 5, new(0, 0.06, -0.2), new(0, 0.07, -0.03), 0.045),
        new("wrist", 6, new(0.02, 0, 0), new(0.088, 0, 0), 0.055), new("hand", 8, new(-0.05, -0.05, 0.032), new(0.05, 0.05, 0.032), 0.045),
        new("fingers", 8, new(-0.03, -0.03, 0.085), new(0.03, 0.03, 0.085), 0.028),
    ], []);

    /// <summary>Of no arm: the loopback robot puts its own in place of it.</summary>
    public static ArmDynamics Dynamics => new()
    {
        Links = new RigidBody[Joints.Max],
        ToolInFlange = RigidBody.None,
        RotorInertiaKgM2 = new double[Joints.Max],
        ViscousFrictionNmS = new double[Joints.Max],
        BreakawayNm = [2, 2, 2, 2, 1, 1, 1],
        GravityMS2 = new(0, 0, -9.81),
        ObserverRatePerS = 50,
    };

    public static readonly RobotDescription Description = new()
    {
        Name = "panda",
        Driver = "loopback",
        Kinematics =
        [
            new(0, 0.333, 0), new(0, 0, -Math.PI / 2), new(0, 0.316, Math.PI / 2), new(0.0825, 0, Math.PI / 2),
            new(-0.0825, 0.384, -Math.PI / 2), new(0, 0, Math.PI / 2), new(0.088, 0, Math.PI / 2),
        ],
        Flange = new(new(0, 0, 0.107), Rotation.Identity),
        Body = Body,
        HomeRad = [0, 0, 0, -2.2, 0, 2.2, Math.PI / 4],
        Limits = Limits,
        AutoClear = default,
        Impedance = new(1000, 50, 1, 0.015, 0.1, 5, 0, 0, 0.01, 0.01),
        Dynamics = Dynamics,
        ForceSensor = new(Vector3D.Zero, 500, 50, 200_000_000),
        JointSensors = new(0.01, 20_000_000, 100_000_000, 0.003),
        ControlPeriodNs = 1_000_000,
        GripperMaxWidthM = 0.08,
        Grip = new(30, 0.1),
    };

    public static readonly TaskDescription Task = new()
    {
        Kind = TaskKind.PegInsert,
        ScenePath = "",
        Actions = new([0, 1, 2, 5], 0.01, 0.05, HasGripper: true),
        Cameras = [],
        EndEffectorInFlange = new(new(0, 0, 0.1034), Rotation.AboutZ(-Math.PI / 4)),
        DecisionPeriodNs = 100_000_000,
        MaxSteps = 50,
        StartOffsetM = new(0.01, 0.01, 0.01),
        StartYawRad = 0.1,
        ImageMaxAgeNs = 100_000_000,
        Scale = new(0.1, 0.3, 0.2, 1, 20, 2, 0.08),
    };

    /// <summary>Risky from 0.5 on, after three ticks; a second of the way back, in a second.</summary>
    public static readonly SafetyLayerParameters Safety = new()
    {
        CriticFolder = null,
        Mode = CriticMode.On,
        RiskThreshold = null,
        FeasibilityThreshold = null,
        TriggerNs = 3_000_000,
        Hysteresis = 0.2,
        Recovery = new(RecoveryKind.Analytic, 1, 1, 0.3),
        HoldS = 0.5,
        MaxAgeS = 0,
    };

    /// <summary>The arm, taking commands of a kind.</summary>
    public static RobotDescription Taking(CommandKind kind) => Description with { Command = kind };

    public static readonly CommandKind[] Kinds = Enum.GetValues<CommandKind>();

    public static RobotDescription With(Func<SafetyLimits, SafetyLimits> change) => Description with { Limits = change(Limits) };

    public static ArmAction Action(float x = 0, float y = 0, float z = 0, float yaw = 0, GripperCommand gripper = GripperCommand.Stay) =>
        Task.Actions.Unpack([x, y, z, yaw], gripper);
}

/// <summary>Loopback robot, cycle and session.</summary>
internal sealed class Rig : IDisposable
{
    public Rig(RobotDescription? description = null, TaskDescription? task = null, SafetyLayerParameters? safety = null, ICritic? critic = null)
    {
        Robot = new(description ?? TestArm.Description, TestArm.Task.EndEffectorInFlange);
        if (critic is not null) Critics.Publish(critic);
        Cycle = new(Robot, new LockstepPacer(Robot), TestArm.Task.EndEffectorInFlange, 4096,
            new CycleParts
            {
                Reflex = Reflex.Of(safety ?? (critic is null ? null : TestArm.Safety), task ?? TestArm.Task, Robot.Description, Critics),
            });
        Session = new(Cycle, task ?? TestArm.Task);
        Session.Advance(1);
        Session.BeginEpisode(Session.Home);
    }

    public LoopbackRobot Robot { get; }
    public CriticCell Critics { get; } = new();
    public ControlCycle Cycle { get; }
    public ControlSession Session { get; }
    public ref readonly ControlRecord Latest => ref Session.Latest;

    public ArmDecision Decide(in ArmAction action, ActionSource source = ActionSource.Policy) => Session.Decide(action, action, source);

    public void Dispose()
    {
        Robot.Dispose();
    }
}

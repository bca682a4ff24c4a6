using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control.Tests;

/// <summary>Sensors that die one by one, and torques that nothing explains, on an arm in motion.</summary>
public class SensorTests
{
    /// <summary>What each moves a joint by, in a decision: to and fro along every axis.</summary>
    private static readonly ArmAction[] Motion =
    [
        TestArm.Action(0.6f, 0.6f, 0.4f, 0.8f), TestArm.Action(-0.5f, -0.7f, 0.3f, -0.8f),
        TestArm.Action(0.4f, 0.5f, -0.6f, 0.7f), TestArm.Action(-0.6f, -0.4f, -0.2f, -0.6f),
    ];

    public static TheoryData<string, FaultCode> Cases => new()
    {
        { "wrench frozen", FaultCode.ForceSensorFailure },
        { "wrench stuck at zero", FaultCode.ForceSensorFailure },
        { "force saturated", FaultCode.ForceSensorFailure },
        { "torque saturated", FaultCode.ForceSensorFailure },
        { "motor gives more than its largest torque", FaultCode.TorqueExceeded },
        { "torque sensor reads more than any motor gives", FaultCode.TorqueExceeded },
        { "joint pushed", FaultCode.JointCollision },
        { "joint pushed hard", FaultCode.JointCollision },
        { "torque sensor reads nothing of a joint under load", FaultCode.JointCollision },
    };

    [Theory, MemberData(nameof(Cases))]
    public void Dead_sensor_or_unexplained_torque_stops_the_moving_arm(string what, FaultCode expected)
    {
        using var rig = new Rig(TestArm.With(l => l with { JointCollisionNm = [6, 6, 6, 6, 3, 3, 3] }));
        Move(rig, 4);
        Assert.True(rig.Latest.Fault.IsNone, $"{rig.Latest.Fault}");
        Break(rig, what);
        Move(rig, 6);
        Assert.Equal((expected, StopCategories.Of(expected)), (rig.Latest.Fault.Code, rig.Latest.Fault.Category));
    }

    public static TheoryData<string, int> Joints7
    {
        get
        {
            TheoryData<string, int> all = [];
            foreach (var what in new[] { "position", "velocity", "position and velocity", "jump" })
                for (var joint = 0; joint < Joints.Max; joint++) all.Add(what, joint);
            return all;
        }
    }

    [Theory, MemberData(nameof(Joints7))]
    public void One_dead_joint_is_found_and_named(string what, int joint)
    {
        using var rig = new Rig();
        Move(rig, 4);
        var faults = rig.Robot.Faults;
        if (what.Contains("position", StringComparison.Ordinal)) faults.FrozenPositionJoint = joint;
        if (what.Contains("velocity", StringComparison.Ordinal)) faults.FrozenVelocityJoint = joint;
        if (what == "jump")
        {
            JointPositions error = default;
            error[joint] = 0.02;
            faults.PositionErrorRad = error;
        }
        if (what == "position and velocity") DriveAll(rig);
        else Move(rig, 8);
        var expected = what == "jump" ? FaultCode.SensorError : FaultCode.FrozenState;
        Assert.Equal((expected, joint, StopCategory.Category1), (rig.Latest.Fault.Code, rig.Latest.Fault.Index, rig.Latest.Fault.Category));
    }

    [Fact]
    public void Sensors_of_an_arm_at_rest_may_repeat_themselves()
    {
        using var rig = new Rig();
        rig.Session.SignOff();
        rig.Session.Advance(2000);
        var faults = rig.Robot.Faults;
        (faults.FrozenWrench, faults.FrozenPositionJoint, faults.FrozenVelocityJoint) = (true, 1, 1);
        rig.Session.Advance(2000);
        Assert.Equal(GateState.Running, rig.Latest.Gate);
    }

    //  tick        1       2 3 4 … 100
    //  state       old     the same, at rest
    //  reference   none    put where the arm is, which is no motion
    [Fact]
    public void First_state_that_is_too_old_does_not_make_those_after_it_frozen()
    {
        var robot = TestArm.Description;
        var gate = new ReflexGate(robot, new(robot, TestArm.Task.EndEffectorInFlange));
        RobotState state = default;
        for (var i = 0; i < robot.HomeRad.Count; i++) state.Position[i] = robot.HomeRad[i];
        for (var tick = 1; tick <= 100; tick++)
        {
            var now = Stamp.FromSeconds(1 + 1e-3 * tick);
            state.CaptureTime = tick == 1 ? now.Plus(-2 * robot.Limits.StateMaxAgeNs) : now;
            gate.Observe(now, state, isNew: true, default);
        }
        Assert.Equal(FaultSet.Of(FaultCode.StaleState), gate.Causes);
    }

    [Fact]
    public void Arm_that_a_simulation_puts_elsewhere_has_no_faulty_sensors()
    {
        using var rig = new Rig();
        rig.Session.SignOff();
        rig.Session.Advance(100);
        double[] elsewhere = [.. TestArm.Description.HomeRad];
        elsewhere[0] += 0.3;
        rig.Robot.Place(elsewhere);
        Assert.True(rig.Session.Rebase(), $"{rig.Latest.Fault}");
        Move(rig, 4);
        Assert.True(rig.Latest.Fault.IsNone, $"{rig.Latest.Fault}");
    }

    [Fact]
    public void Without_a_force_sensor_nobody_reads_a_wrench_and_no_wrench_stops_the_arm()
    {
        using var rig = new Rig(TestArm.Description with { ForceSensor = null });
        rig.Robot.Faults.WrenchSpike = new(new(100, double.NaN, 0), default);
        Move(rig, 4);
        Assert.True(rig.Latest.Fault.IsNone, $"{rig.Latest.Fault}");
        Assert.Equal(Wrench.Zero, rig.Latest.Measured.ExternalWrenchInEndEffector);
    }

    [Fact]
    public void Dead_sensor_stops_again_after_a_reset_as_long_as_it_is_dead()
    {
        using var rig = new Rig();
        Move(rig, 4);
        rig.Robot.Faults.DeadWrench = true;
        Move(rig, 6);
        Assert.Equal(FaultCode.ForceSensorFailure, rig.Latest.Fault.Code);
        rig.Session.Advance(2000);
        Assert.True(rig.Session.OperatorReset("operator"));
        Move(rig, 8);
        Assert.Equal(FaultCode.ForceSensorFailure, rig.Latest.Fault.Code);
    }

    public static TheoryData<RobotDescription> Unchecked =>
    [
        TestArm.With(l => l with { JointCollisionNm = [1] }),
        TestArm.With(l => l with { JointCollisionNm = [1, 1, 1, 1, 1, 1, double.NaN] }),
        TestArm.With(l => l with { MeasuredTorqueMarginNm = 0 }),
        TestArm.Description with { ForceSensor = TestArm.Description.ForceSensor! with { RangeForceN = 50 } },
        TestArm.Description with { ForceSensor = TestArm.Description.ForceSensor! with { RepeatMaxNs = 0 } },
        TestArm.Description with { JointSensors = TestArm.Description.JointSensors with { ToleranceRad = 0 } },
        TestArm.Description with { Dynamics = TestArm.Dynamics with { ObserverRatePerS = double.NaN } },
        TestArm.Description with { Dynamics = TestArm.Dynamics with { BreakawayNm = [1, 1] } },
        TestArm.Description with { Dynamics = TestArm.Dynamics with { ToolInFlange = new(1, Vector3D.Zero, new(1, 1, 3, 0, 0, 0)) } },
    ];

    [Theory, MemberData(nameof(Unchecked), DisableDiscoveryEnumeration = true)]
    public void Watch_that_would_watch_nothing_is_refused(RobotDescription robot) =>
        Assert.Throws<ArgumentException>(() => new ReflexGate(robot, new(robot, TestArm.Task.EndEffectorInFlange)));

    private static void Move(Rig rig, int decisions)
    {
        for (var i = 0; i < decisions; i++) rig.Decide(Motion[i % Motion.Length]);
    }

    /// <summary>Every motor under load and every joint in motion, so that none stands unless its sensor does.</summary>
    private static void DriveAll(Rig rig)
    {
        JointTorques push = default;
        for (var i = 0; i < Joints.Max; i++) push[i] = i < 4 ? 5 : i == 4 ? -4 : 3;
        rig.Robot.Faults.MotorErrorNm = push;
        rig.Session.Advance(60);
    }

    private static void Break(Rig rig, string what)
    {
        var faults = rig.Robot.Faults;
        JointTorques torque = default;
        switch (what)
        {
            case "wrench frozen": faults.FrozenWrench = true; break;
            case "wrench stuck at zero": faults.DeadWrench = true; break;
            case "force saturated": faults.WrenchSpike = new(new(0, 300, -410), default); break;
            case "torque saturated": faults.WrenchSpike = new(default, new(0, 51, 0)); break;
            case "motor gives more than its largest torque": torque[1] = 90; faults.MotorErrorNm = torque; break;
            case "torque sensor reads more than any motor gives": torque[5] = -16; faults.EffortErrorNm = torque; break;
            case "joint pushed": torque[2] = 8; rig.Robot.DisturbanceNm = torque; break;
            case "joint pushed hard": torque[2] = 15; rig.Robot.DisturbanceNm = torque; break;
            case "torque sensor reads nothing of a joint under load": torque[3] = 10; faults.EffortErrorNm = torque; break;
            default: throw new ArgumentException(what);
        }
    }
}

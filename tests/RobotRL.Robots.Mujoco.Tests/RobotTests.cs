using CsCheck;
using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Robots.Mujoco.Binding;

namespace RobotRL.Robots.Mujoco.Tests;

public sealed class RobotTests : IDisposable
{
    private readonly MujocoRobot _robot = new(Panda.Description, Panda.Task(TaskKind.Reach).ScenePath);

    public void Dispose() => _robot.Dispose();

    private void Run(int steps, in JointTorques torque = default, bool removePower = false)
    {
        _robot.Command(torque, 0.02, removePower);
        for (var i = 0; i < steps; i++) _robot.Step();
    }

    private RobotState Read()
    {
        RobotState state = default;
        Assert.True(_robot.TryRead(ref state));
        return state;
    }

    private double FastestJoint()
    {
        var state = Read();
        return ((ReadOnlySpan<double>)state.Velocity).ToArray().Max(Math.Abs);
    }

    [Theory]
    [InlineData(TaskKind.Reach)]
    [InlineData(TaskKind.PegInsert)]
    [InlineData(TaskKind.PickLift)]
    public void End_effector_is_where_the_data_sheet_puts_it(TaskKind kind)
    {
        using var robot = new MujocoRobot(Panda.Description, Panda.Task(kind).ScenePath);
        var hand = new Hand(robot, Panda.Tool(kind));
        Gen.Double[-1, 1].Array[Joints.Max].Sample(unit =>
        {
            for (var i = 0; i < Joints.Max; i++) robot.Data.Position[i] = Panda.Description.HomeRad[i] + 1.2 * unit[i];
            robot.Settle();
            Pose expected = hand.ForwardKinematics(robot.Data.Position), actual = robot.EndEffectorInBase;
            Assert.InRange((expected.Position - actual.Position).Length, 0, 1e-9);
            Assert.InRange((expected.Orientation.Inverse * actual.Orientation).ToVector().Length, 0, 1e-7);
        }, iter: 200, threads: 1);
    }

    [Fact]
    public void Arm_without_command_holds_still_against_gravity()
    {
        var before = Read();
        Run(2000);
        var after = Read();
        for (var i = 0; i < Joints.Max; i++) Assert.Equal(before.Position[i], after.Position[i], 1e-9);
    }

    [Fact]
    public void Moving_arm_keeps_no_weight_of_its_own()
    {
        // Coasting in an odd posture: were gravity not compensated, the elbow would fall by decimetres in half a second.
        double[] odd = [0.5, -0.8, 0.7, -1.5, -0.9, 1.2, 0.1];
        for (var i = 0; i < Joints.Max; i++) _robot.Data.Position[i] = odd[i];
        _robot.Settle();
        Run(500);
        for (var i = 0; i < Joints.Max; i++) Assert.Equal(odd[i], _robot.Data.Position[i], 1e-9);
    }

    [Fact]
    public void Commanded_torque_accelerates_its_joint_and_shows_in_the_effort()
    {
        JointTorques torque = default;
        torque[0] = 5;
        var gravity = Read().Effort[0];
        Run(1, torque);
        Assert.Equal(5, Read().Effort[0] - gravity, 1e-6);
        Run(99, torque);
        var state = Read();
        Assert.True(state.Velocity[0] > 0.05);
        Assert.True(state.Position[0] > 0.002);
    }

    [Fact]
    public void Torque_beyond_the_motor_is_cut_to_its_bound()
    {
        JointTorques bound = default, beyond = default;
        (bound[6], beyond[6]) = (12, 1e6);
        var start = new SimulationSnapshot(_robot.Model);
        _robot.Capture(start);
        Run(5, bound);
        var expected = _robot.Data.Velocity.ToArray();
        _robot.Restore(start);
        Run(5, beyond);
        Assert.Equal(expected, _robot.Data.Velocity.ToArray());
    }

    [Theory]
    [InlineData(10, 0, 0)]
    [InlineData(0, -7, 0)]
    [InlineData(0, 0, 4)]
    [InlineData(3, 5, -6)]
    public void Wrist_sensor_reads_a_known_push_with_its_sign_and_lever(double x, double y, double z)
    {
        var hand = _robot.Model.Body("hand");
        Vector3D force = new(x, y, z);
        for (var i = 0; i < 3; i++) _robot.Data.AppliedBodyForce[6 * hand + i] = force[i];
        // With brakes closed the arm creeps at constant speed: nothing but the push remains.
        Run(300, removePower: true);
        var wrench = Read().ExternalWrenchInEndEffector;
        Vector3D tip = _robot.EndEffectorInBase.Position, at = _robot.Data.BodyPose(hand).Transform(new(-0.01, 0, 0.03)); // pushed at the centre of mass
        var expected = new Wrench(force, Vector3D.Cross(at - tip, force)).Rotated(_robot.EndEffectorInBase.Orientation.Inverse);
        Assert.InRange((wrench.Force - expected.Force).Length, 0, 0.02 * force.Length);
        Assert.InRange((wrench.Torque - expected.Torque).Length, 0, 0.02 * expected.Torque.Length + 0.002);
    }

    [Fact]
    public void Wrist_sensor_is_tared_in_every_posture()
    {
        double[] odd = [0.5, -0.8, 0.7, -1.5, -0.9, 1.2, 0.1];
        for (var i = 0; i < Joints.Max; i++) _robot.Data.Position[i] = odd[i];
        _robot.Settle();
        Run(50);
        var wrench = Read().ExternalWrenchInEndEffector;
        Assert.InRange(wrench.Force.Length, 0, 1e-6);
        Assert.InRange(wrench.Torque.Length, 0, 1e-6);
    }

    [Fact]
    public void Table_pushes_back_against_the_direction_that_the_hand_points()
    {
        var hand = new Hand(_robot, Panda.Tool(TaskKind.Reach));
        hand.MoveTo(new(0.5, 0, 0.02), 0, 0.02, 0.2);
        hand.MoveTo(new(0.5, 0, -0.005), 0, 0.02, 0.02, 1000);
        // Pads end 5 mm below the end effector's height above the table, so the spring is held back by some 10 mm.
        var force = hand.State.ExternalWrenchInEndEffector.Force;
        Assert.InRange(force.Z, -20, -4);
        Assert.InRange(Math.Abs(force.X) + Math.Abs(force.Y), 0, 0.8 * -force.Z);
    }

    [Fact]
    public void Gripper_goes_to_the_commanded_width()
    {
        foreach (var width in (double[])[0.08, 0.03, 0.0])
        {
            _robot.Command(default, width);
            for (var i = 0; i < 800; i++) _robot.Step();
            Assert.Equal(width, Read().GripperWidthM, 1e-3);
        }
    }

    [Fact]
    public void Closed_brake_stops_a_moving_arm_and_holds_it()
    {
        JointTorques torque = default;
        torque[1] = 20;
        Run(100, torque);
        Assert.True(FastestJoint() > 0.1);
        Run(300, torque, removePower: true);
        Assert.True(_robot.IsBraked);
        Assert.InRange(FastestJoint(), 0, 1e-3);
    }

    [Fact]
    public void Unsealed_command_is_refused_and_leaves_no_torque()
    {
        JointTorques torque = default;
        torque[0] = 10;
        Run(10, torque);
        Assert.Throws<UnsealedCommandException>(() => _robot.Write(default));
        Assert.All(Enumerable.Range(0, Joints.Max), i => Assert.Equal(0, _robot.Data.Control[i]));
    }

    [Fact]
    public void State_is_read_once_a_period_with_its_stamp()
    {
        var first = Read();
        RobotState again = first;
        Assert.False(_robot.TryRead(ref again));
        Run(3);
        Assert.Equal(3_000_000, Read().CaptureTime.Since(first.CaptureTime));
    }

    [Fact]
    public void Diverged_simulation_reports_no_more_states_until_reset()
    {
        _robot.Data.Velocity[2] = double.NaN;
        Run(2);
        RobotState state = default;
        Assert.False(_robot.TryRead(ref state));
        _robot.ReturnHome();
        Read();
    }

    [Fact]
    public void Clock_only_goes_on()
    {
        var snapshot = new SimulationSnapshot(_robot.Model);
        _robot.Capture(snapshot);
        Run(10);
        var late = _robot.Now;
        _robot.Restore(snapshot);
        Assert.True(_robot.Now > late);
        late = _robot.Now;
        _robot.ReturnHome();
        Assert.True(_robot.Now > late);
    }

    [Fact]
    public void Control_period_must_be_whole_steps()
    {
        var odd = Panda.Description with { ControlPeriodNs = 1_500_000 };
        Assert.Contains("timestep", Assert.Throws<MujocoException>(() => new MujocoRobot(odd, Panda.Scene("reach"))).Message);
    }
}

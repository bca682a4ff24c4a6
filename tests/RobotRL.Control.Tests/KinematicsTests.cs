using CsCheck;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control.Tests;

public class KinematicsTests
{
    private static readonly Gen<double[]> Posture = Gen.Double[0.05, 0.95].Array[7].Select(part =>
        part.Select((p, i) => TestArm.Limits.Joints[i].PositionMinRad + p * (TestArm.Limits.Joints[i].PositionMaxRad - TestArm.Limits.Joints[i].PositionMinRad)).ToArray());

    [Fact]
    public void Flange_of_the_stretched_arm_is_where_the_table_puts_it()
    {
        var arm = new ArmKinematics(TestArm.Description, Pose.Identity);
        arm.Update(default);
        Assert.InRange((arm.EndEffectorInBase.Position - new Vector3D(0.088, 0, 0.333 + 0.316 + 0.384 - 0.107)).Length, 0, 1e-12);
    }

    [Fact]
    public void Jacobian_is_the_derivative_of_forward_kinematics() =>
        Gen.Select(Posture, Gen.Double[-1, 1].Array[7]).Sample((q0, speeds) =>
        {
            const double h = 1e-6;
            var arm = new ArmKinematics(TestArm.Description, TestArm.Task.EndEffectorInFlange);
            var (q, dq) = Joint(q0, speeds, 0);
            arm.Update(q);
            var twist = arm.TwistOf(dq);
            arm.Update(Joint(q0, speeds, h).Q);
            var after = arm.EndEffectorInBase;
            arm.Update(Joint(q0, speeds, -h).Q);
            var before = arm.EndEffectorInBase;
            var linear = (after.Position - before.Position) / (2 * h);
            var angular = (after.Orientation * before.Orientation.Inverse).ToVector() / (2 * h);
            return (linear - twist.Linear).Length < 1e-7 && (angular - twist.Angular).Length < 1e-7;
        }, iter: 200);

    [Fact]
    public void Power_is_the_same_in_joints_and_at_the_end_effector() =>
        Gen.Select(Posture, Gen.Double[-1, 1].Array[7], Gen.Double[-10, 10].Array[6]).Sample((q0, speeds, f) =>
        {
            var arm = new ArmKinematics(TestArm.Description, TestArm.Task.EndEffectorInFlange);
            var (q, dq) = Joint(q0, speeds, 0);
            arm.Update(q);
            var wrench = new Wrench(new(f[0], f[1], f[2]), new(f[3], f[4], f[5]));
            var (torque, twist) = (arm.TorqueOf(wrench), arm.TwistOf(dq));
            var joints = 0.0;
            for (var i = 0; i < 7; i++) joints += torque[i] * dq[i];
            return Math.Abs(joints - Vector3D.Dot(wrench.Force, twist.Linear) - Vector3D.Dot(wrench.Torque, twist.Angular)) < 1e-9;
        }, iter: 200);

    [Fact]
    public void Joint_motion_gives_back_the_twist_and_the_null_space_gives_none()
    {
        var arm = new ArmKinematics(TestArm.Description, TestArm.Task.EndEffectorInFlange);
        var (q, _) = Joint([.. TestArm.Description.HomeRad], new double[7], 0);
        arm.Update(q);
        var twist = new Twist(new(0.1, -0.2, 0.05), new(0.3, 0.1, -0.4));
        var error = arm.TwistOf(arm.JointMotionOf(twist)) - twist;
        Assert.InRange(error.Linear.Length + error.Angular.Length, 0, 0.01);
        JointTorques posture = default;
        for (var i = 0; i < 7; i++) posture[i] = i - 3;
        var rest = arm.NullspaceOf(posture);
        JointVelocities direction = default;
        for (var i = 0; i < 7; i++) direction[i] = rest[i];
        Assert.InRange(arm.TwistOf(direction).Linear.Length, 0, 0.02);
    }

    private static (JointPositions Q, JointVelocities Dq) Joint(double[] q0, double[] speeds, double time)
    {
        JointPositions q = default;
        JointVelocities dq = default;
        for (var i = 0; i < 7; i++) (q[i], dq[i]) = (q0[i] + time * speeds[i], speeds[i]);
        return (q, dq);
    }
}

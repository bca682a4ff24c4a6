using CsCheck;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control.Tests;

public class KinematicsTests
{
    private static readonly Gen<double[]> Posture = Gen.Double[0.05, 0.95].Array[7].Select(part =>
        part.Select((p, i) => TestArm.Limits.Joints[i].PositionMinRad
            + p * (TestArm.Limits.Joints[i].PositionMaxRad - TestArm.Limits.Joints[i].PositionMinRad)).ToArray());

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

    /// <summary>Against the system's own, one angle a lane.</summary>
    [Fact]
    public void Sines_in_lanes_are_exact_to_the_last_bits()
    {
        Random random = new(3);
        Span<double> angles = stackalloc double[8];
        for (var n = 0; n < 100_000; n++)
        {
            for (var i = 0; i < angles.Length; i++) angles[i] = (random.NextDouble() - 0.5) * (n % 10 == 0 ? 2000 : 13);
            if (n == 0) (angles[0], angles[1], angles[2], angles[3], angles[4]) = (0, Math.PI / 4, Math.PI / 2, -Math.PI, 1.5 * Math.PI);
            var (sin, cos) = LaneSines.Of(System.Runtime.Intrinsics.Vector512.Create<double>(angles));
            for (var i = 0; i < angles.Length; i++)
            {
                Assert.Equal(Math.Sin(angles[i]), sin[i], 3e-16);
                Assert.Equal(Math.Cos(angles[i]), cos[i], 3e-16);
            }
        }
    }
}

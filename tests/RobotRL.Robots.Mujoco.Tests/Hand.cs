using RobotRL.Model;

namespace RobotRL.Robots.Mujoco.Tests;

/// <summary>
/// A plain impedance law with kinematics of its own, straight from the Denavit–Hartenberg table: drives the arm without the stack under test
/// elsewhere, and stands as the second opinion on the scene's kinematics.
/// </summary>
internal sealed class Hand(MujocoRobot robot, Pose tool)
{
    private const double Stiffness = 1000, RotationalStiffness = 40;
    private readonly Vector3D[] _axis = new Vector3D[Joints.Max], _origin = new Vector3D[Joints.Max];
    private RobotState _state;

    public RobotState State => _state;

    /// <summary>X_BE for joint angles, filling the joints' axes and origins.</summary>
    public Pose ForwardKinematics(ReadOnlySpan<double> q)
    {
        var pose = Pose.Identity;
        for (var i = 0; i < Joints.Max; i++)
        {
            var (a, d, alpha) = robot.Description.Kinematics[i];
            pose *= new Pose(new(a, 0, 0), Rotation.FromVector(new(alpha, 0, 0))) * new Pose(new(0, 0, d), Rotation.AboutZ(q[i]));
            (_axis[i], _origin[i]) = (pose.Orientation.Rotate(new(0, 0, 1)), pose.Position);
        }
        return pose * robot.Description.Flange * tool;
    }

    /// <summary>Moves along a straight line at the given speed and stays a while; returns the largest external force met.</summary>
    public double MoveTo(Vector3D position, double yaw, double widthM, double speedMS = 0.1, int dwell = 300)
    {
        robot.TryRead(ref _state);
        var from = ForwardKinematics(_state.Position);
        var down = Rotation.AboutZ(yaw) * new Rotation(1, 0, 0, 0);
        var turn = (from.Orientation.Inverse * down).ToVector();
        var steps = (int)Math.Ceiling((position - from.Position).Length / speedMS * 1000) + 200;
        var worst = 0.0;
        for (var k = 1; k <= steps + dwell; k++)
        {
            var s = Math.Min(1.0, (double)k / steps);
            Track(new(from.Position + s * (position - from.Position), from.Orientation * Rotation.FromVector(s * turn)), widthM);
            worst = Math.Max(worst, _state.ExternalWrenchInEndEffector.Force.Length);
        }
        return worst;
    }

    private void Track(in Pose target, double widthM)
    {
        robot.TryRead(ref _state);
        var pose = ForwardKinematics(_state.Position);
        Vector3D linear = default, angular = default;
        for (var i = 0; i < Joints.Max; i++)
        {
            linear += _state.Velocity[i] * Vector3D.Cross(_axis[i], pose.Position - _origin[i]);
            angular += _state.Velocity[i] * _axis[i];
        }
        var force = Stiffness * (target.Position - pose.Position).ClampEach(0.02) - 2 * Math.Sqrt(Stiffness) * linear;
        var torque = RotationalStiffness * pose.Orientation.Rotate((pose.Orientation.Inverse * target.Orientation).ToVector())
            - 2 * Math.Sqrt(RotationalStiffness) * angular;
        JointTorques tau = default;
        for (var i = 0; i < Joints.Max; i++)
            tau[i] = Vector3D.Dot(_axis[i], torque) + Vector3D.Dot(Vector3D.Cross(_axis[i], pose.Position - _origin[i]), force) - 0.5 * _state.Velocity[i];
        robot.Command(tau, widthM);
        robot.Step();
    }
}

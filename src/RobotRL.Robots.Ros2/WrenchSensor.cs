using RobotRL.Model;
using RobotRL.Safety;
using RobotRL.Wire.GeometryMsgs;
using Pose = RobotRL.Model.Pose;
using Wrench = RobotRL.Model.Wrench;

namespace RobotRL.Robots.Ros2;

/// <summary>
/// Makes of what a force-torque sensor tells the wrench that the environment exerts at the end effector, in its frame. A sensor at the flange is tared first,
/// over <see cref="TareSamples"/> readings at rest: what it then feels beside the tool's weight is its bias.
/// </summary>
internal sealed class WrenchSensor
{
    public const int TareSamples = 200;

    private readonly Ros2WrenchTopic _topic;
    private readonly ArmKinematics _arm;
    private readonly Vector3D _gravityInBase, _sensorInFlange;
    private readonly Pose _endEffectorInFlange, _flangeInTip;
    private readonly RigidBody _tool;
    private Vector3D _biasForce, _biasTorque;
    private int _tared;

    public WrenchSensor(RobotDescription robot, Ros2WrenchTopic topic, Pose endEffectorInFlange)
    {
        (_topic, _endEffectorInFlange) = (topic, endEffectorInFlange);
        (_gravityInBase, _tool, _flangeInTip) = (robot.Dynamics.GravityMS2, robot.Dynamics.ToolInFlange, robot.Flange);
        _sensorInFlange = robot.ForceSensor!.PositionInFlangeM;
        _arm = new(robot, endEffectorInFlange);
    }

    /// <summary>Whether its readings can be used.</summary>
    public bool IsReady => _topic.IsAtEndEffector || _tared >= TareSamples;

    /// <summary>What it felt at rest beside the tool's weight: N, Nm, in the flange's axes.</summary>
    public Wrench Bias => new(_biasForce, _biasTorque);

    /// <summary>The external wrench that a reading means.</summary>
    /// <param name="told">The reading.</param>
    /// <param name="position">Posture of the arm, rad.</param>
    /// <param name="isAtRest">Whether the arm stands: only then is the sensor tared.</param>
    public Wrench Of(WrenchStamped told, in JointPositions position, bool isAtRest)
    {
        var sign = _topic.IsOnTool ? 1.0 : -1.0;
        var (f, t) = (told.Wrench.Force, told.Wrench.Torque);
        var force = sign * new Vector3D(f.X, f.Y, f.Z);
        var torque = sign * new Vector3D(t.X, t.Y, t.Z);
        if (_topic.IsAtEndEffector) return new(force, torque);
        _arm.Update(position);
        var flange = _arm.EndEffectorInBase * _endEffectorInFlange.Inverse;
        var weight = flange.Orientation.Inverse.Rotate(_tool.MassKg * _gravityInBase);
        var weightTorque = Vector3D.Cross(_tool.CenterOfMassM - _sensorInFlange, weight);
        if (_tared < TareSamples)
        {
            if (isAtRest && double.IsFinite((force + torque).Length)) Tare(force - weight, torque - weightTorque);
            return Wrench.Zero;
        }
        var outside = force - _biasForce - weight;
        // About the end effector instead of the sensor.
        var about = torque - _biasTorque - weightTorque - Vector3D.Cross(_endEffectorInFlange.Position - _sensorInFlange, outside);
        return new Wrench(outside, about).Rotated(_endEffectorInFlange.Orientation.Inverse);
    }

    private void Tare(in Vector3D force, in Vector3D torque)
    {
        _tared++;
        _biasForce += (1.0 / _tared) * (force - _biasForce);
        _biasTorque += (1.0 / _tared) * (torque - _biasTorque);
    }
}

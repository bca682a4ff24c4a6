using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>Whether what a trusted state reports can be true: the joints' sensors, the force sensor, and the torques that no known cause explains.</summary>
internal sealed class SensorWatch
{
    private readonly JointSensorWatch _joints;
    private readonly ForceSensorWatch? _force;
    private readonly MomentumObserver _momentum;
    private int _placements;

    public SensorWatch(RobotDescription robot, in Pose endEffectorInTip)
    {
        _joints = new(robot);
        _force = robot.ForceSensor is { } sensor ? new(sensor, robot.Flange.Inverse * endEffectorInTip) : null;
        _momentum = new(robot);
    }

    /// <summary>Torque on each joint that neither motors, the arm's own motion nor the wrist explain, Nm.</summary>
    public ref readonly JointTorques UnexplainedNm => ref _momentum.UnexplainedNm;

    /// <summary>Forgets what was seen: the reference starts anew.</summary>
    public void Restart()
    {
        _joints.Restart();
        _force?.Restart();
        _momentum.Restart();
    }

    /// <summary>What is wrong, or none; of several the one whose stop is most severe.</summary>
    /// <param name="now">Of the tick.</param>
    /// <param name="state">New, finite and in order.</param>
    /// <param name="arm">At that state's posture.</param>
    /// <param name="hasPower">Whether motors move the arm. Without them brakes hold it, and what brakes do is nobody's push.</param>
    public Fault Check(Stamp now, in RobotState state, ArmKinematics arm, bool hasPower)
    {
        if (state.Placements != _placements) Restart();
        _placements = state.Placements;
        var fault = _joints.Check(now, state, _momentum.MotorNm);
        if (!fault.IsNone)
        {
            _momentum.Restart();
            return fault;
        }
        if (!hasPower) _momentum.Restart();
        else fault = _momentum.Check(now, state, arm);
        // A dead sensor explains an unexplained torque, and not the reverse.
        var dead = _force?.Check(now, state, _joints.IsMoving(state.Velocity)) ?? default;
        return dead.IsNone || fault.Code == FaultCode.TorqueExceeded ? fault : dead;
    }
}

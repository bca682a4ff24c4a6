using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control;

/// <summary>
/// The controller inside a simulated robot, at the far end of the wire: joint servos for positions and velocities, an impedance law of its own for poses. It
/// knows
/// commands alone, and nothing of the gate. The arm's gravity and Coriolis terms are compensated elsewhere.
/// </summary>
public sealed class SimulatedController
{
    private readonly RobotDescription _robot;
    private readonly double[] _stiffnessNmRad, _dampingNmS;
    private readonly double _periodS;
    private readonly ArmKinematics? _arm;
    private readonly ImpedanceLaw? _law;

    /// <param name="robot">What it takes; its impedance's clips and null-space stiffness.</param>
    /// <param name="endEffectorInFlange">X_FE: whose pose is commanded. Needed for Cartesian impedance alone.</param>
    /// <param name="stiffnessNmRad">Of the joint servos, Nm/rad, base to tip.</param>
    /// <param name="dampingNmS">Likewise, Nms/rad.</param>
    public SimulatedController(RobotDescription robot, Pose? endEffectorInFlange, double[] stiffnessNmRad, double[] dampingNmS)
    {
        (_robot, _stiffnessNmRad, _dampingNmS, _periodS) = (robot, stiffnessNmRad, dampingNmS, robot.ControlPeriodNs * 1e-9);
        if (robot.Command != CommandKind.CartesianImpedance) return;
        _arm = new(robot, endEffectorInFlange ??
            throw new ArgumentException($"{robot.Name}: a robot that takes poses must know its end effector.", nameof(endEffectorInFlange)));
        // What integrates is our side's business, and comes as a wrench.
        _law = new(robot with { Impedance = robot.Impedance with { TranslationIntegralNMS = 0, RotationIntegralNmRadS = 0 } }, _periodS);
    }

    /// <summary>Where the joints are led to by velocities, rad; null where they are not.</summary>
    public JointPositions? LedRad { get; set; }

    /// <summary>The arm was put elsewhere.</summary>
    public void Restart() => LedRad = null;

    /// <summary>Joint torques for the coming period, Nm. Once a period.</summary>
    /// <param name="command">In force. Without a set-point the joints are damped where they are.</param>
    /// <param name="q">Measured, rad.</param>
    /// <param name="dq">Measured, rad/s.</param>
    public JointTorques Torque(in WireCommand command, in JointPositions q, in JointVelocities dq)
    {
        if (!command.HasSetPoint)
        {
            Restart();
            return Servo(q, default, q, dq);
        }
        switch (command.Kind)
        {
            case CommandKind.CartesianImpedance: return Impedance(command.Impedance, command.PositionRad, q, dq);
            case CommandKind.JointPosition: return Servo(command.PositionRad, command.VelocityRadS, q, dq);
            case CommandKind.JointVelocity: return Follow(command.VelocityRadS, q, dq);
            default: return command.TorqueNm;
        }
    }

    private JointTorques Servo(in JointPositions to, in JointVelocities speed, in JointPositions q, in JointVelocities dq)
    {
        JointTorques torque = default;
        for (var i = 0; i < _stiffnessNmRad.Length; i++) torque[i] = _stiffnessNmRad[i] * (to[i] - q[i]) + _dampingNmS[i] * (speed[i] - dq[i]);
        return torque;
    }

    /// <summary>
    /// A drive that holds its velocity against a load: the angle that it integrates is what it holds, and it does not run away from a joint that cannot
    /// follow.
    /// </summary>
    private JointTorques Follow(in JointVelocities speed, in JointPositions q, in JointVelocities dq)
    {
        var led = LedRad ?? q;
        for (var i = 0; i < _stiffnessNmRad.Length; i++)
        {
            var most = _robot.Limits.Joints[i].TorqueNm / _stiffnessNmRad[i];
            led[i] = Math.Clamp(led[i] + speed[i] * _periodS, q[i] - most, q[i] + most);
        }
        LedRad = led;
        return Servo(led, speed, q, dq);
    }

    private JointTorques Impedance(in ImpedanceSetPoint to, in JointPositions posture, in JointPositions q, in JointVelocities dq)
    {
        _arm!.Update(q);
        _law!.Compare(to.PoseInBase, _arm.EndEffectorInBase);
        var torque = _law.Torque((to.TwistInBase, _arm.TwistOf(dq)), to.Stiffness, _arm, q, dq, posture);
        ImpedanceLaw.AddTo(ref torque, to.FeedForwardInBase, _arm);
        return torque;
    }
}

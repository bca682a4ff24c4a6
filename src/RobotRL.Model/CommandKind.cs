namespace RobotRL.Model;

/// <summary>What a robot takes once a control period.</summary>
public enum CommandKind : byte
{
    /// <summary>Joint torques, Nm: the impedance law runs in our loop.</summary>
    JointTorque,

    /// <summary>A pose with stiffness, damping and a wrench: the impedance law runs in the robot.</summary>
    CartesianImpedance,

    /// <summary>Joint angles, rad: the robot holds them as stiffly as it can.</summary>
    JointPosition,

    /// <summary>Joint velocities, rad/s.</summary>
    JointVelocity,
}

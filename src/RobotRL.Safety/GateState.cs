using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>How far a stop has come.</summary>
public enum GateState : byte
{
    Running,

    /// <summary>A fault is latched; motion or torque is being taken away. Set-points brake within their limits.</summary>
    Stopping,

    /// <summary>
    /// At rest and powered: compliant where it stands, or, of a robot that takes joint positions or velocities, at the posture that it braked to.
    /// </summary>
    Held,

    /// <summary>Torque is zero, or no set-point is sealed; brakes are requested.</summary>
    PowerRemoved,

    /// <summary>Stopped beyond a limit of position, and slowly led back inside for as long as an operator holds on to that.</summary>
    Retreating,
}

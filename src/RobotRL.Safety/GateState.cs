using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>How far a stop has come.</summary>
public enum GateState : byte
{
    Running,

    /// <summary>A fault is latched; motion or torque is being taken away.</summary>
    Stopping,

    /// <summary>At rest, powered and compliant.</summary>
    Held,

    /// <summary>Torque is zero, brakes are requested.</summary>
    PowerRemoved,

    /// <summary>Stopped beyond a limit of position, and slowly led back inside for as long as an operator holds on to that.</summary>
    Retreating,
}

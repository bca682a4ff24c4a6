namespace RobotRL.Model;

/// <summary>IEC 60204-1 stop categories. None of them is claimed as a rated function: this layer sits above the robot's own.</summary>
public enum StopCategory : byte
{
    /// <summary>Power removed at once.</summary>
    Category0,

    /// <summary>Controlled stop, then power removed.</summary>
    Category1,

    /// <summary>Controlled stop, power kept, standstill watched.</summary>
    Category2,
}

/// <summary>Why the gate stopped the robot.</summary>
public enum FaultCode : byte
{
    None,
    NonFiniteState,
    NonFiniteCommand,
    StaleState,
    FrozenState,
    StaleTarget,
    ClockBackward,
    ClockForward,
    DeadmanReleased,
    HeartbeatLost,
    CollisionForce,
    JointPositionExceeded,
    JointVelocityExceeded,
    WorkspaceExceeded,
    CartesianVelocityExceeded,
    TorqueExceeded,
    SensorError,
    OperatorStop,
    LimitChangeRefused,
    CriticFailure,
    RecoveryExhausted,
    StorageFailure,
    ProtocolMismatch,

    /// <summary>An arm that was held left the window around where it stood.</summary>
    StandstillLost,

    /// <summary>The end effector is tilted or turned beyond its bounds.</summary>
    OrientationExceeded,

    /// <summary>Two parts of the arm, or of two arms, are closer than they may be.</summary>
    SelfCollision,

    /// <summary>A joint feels a torque that the model of the arm does not explain: something pushes, wherever on the arm.</summary>
    JointCollision,

    /// <summary>The force-torque sensor is dead, frozen or saturated.</summary>
    ForceSensorFailure,

    /// <summary>The loop came too many periods late to its tick.</summary>
    LoopLate,

    /// <summary>The loop ended for a reason that nobody foresaw.</summary>
    LoopEnded,

    /// <summary>What the shared memory holds cannot have been written by a commander.</summary>
    ChannelCorrupt,

    /// <summary>A stop was asked for with a cause that is none.</summary>
    UnknownCause,

    /// <summary>A target lies beyond anything that a commander of this arm can mean.</summary>
    TargetOutOfRange,

    /// <summary>What the gate computed is not a number.</summary>
    NonFiniteInternal,

    /// <summary>The other arm of the cell was stopped: both stop as one.</summary>
    OtherArmStopped,

    /// <summary>
    /// The robot says that it does not follow commands: its program, its mode or its own safety functions stopped it, or it went and came back.
    /// </summary>
    RobotNotReady,

    /// <summary>Somebody else commands the robot, or speaks in its name.</summary>
    ForeignCommander,
}

/// <summary>A latched stop: an operator clears it, or a simulated scene that is set up anew does where the configuration lists its cause.</summary>
/// <param name="Code">What was seen.</param>
/// <param name="Category">The stop it takes.</param>
/// <param name="Time">When it was seen.</param>
/// <param name="Value">The offending value, in the limit's unit; NaN where there is none.</param>
/// <param name="Limit">The limit it broke; NaN where there is none.</param>
/// <param name="Index">Joint or axis; −1 where there is none.</param>
public readonly record struct Fault(FaultCode Code, StopCategory Category, Stamp Time, double Value = double.NaN, double Limit = double.NaN, int Index = -1)
{
    public bool IsNone => Code == FaultCode.None;
}

/// <summary>Limits that changed a command without stopping it.</summary>
[Flags]
public enum LimitFlags : uint
{
    None = 0,
    Workspace = 1 << 0,
    KeepOut = 1 << 1,
    CartesianVelocity = 1 << 2,
    CartesianAcceleration = 1 << 3,
    CartesianJerk = 1 << 4,
    JointPosition = 1 << 5,
    JointVelocity = 1 << 6,
    JointAcceleration = 1 << 7,
    JointJerk = 1 << 8,
    Torque = 1 << 9,
    TorqueRate = 1 << 10,
    ContactForce = 1 << 11,
    Stiffness = 1 << 12,
    EnergyTank = 1 << 13,
    ActionRange = 1 << 14,
    ErrorClip = 1 << 15,
    Critic = 1 << 16,
    Stopping = 1 << 17,
    Orientation = 1 << 18,
    Body = 1 << 19,
    SelfDistance = 1 << 20,
    Posture = 1 << 21,
    Grip = 1 << 22,
    TargetRefused = 1 << 23,
    ArmDistance = 1 << 24,

    /// <summary>Less of the wrench beside the spring than was asked for.</summary>
    Wrench = 1 << 25,
}

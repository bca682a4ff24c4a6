using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>
/// What a robot may execute for one control period. Only the reflex gate makes one; <c>default</c> is unsealed and every robot refuses it. It is of one
/// <see cref="Kind"/>: the values of the others are zero and mean nothing.
/// </summary>
public readonly struct SafeCommand
{
    private readonly JointTorques _torque;
    private readonly JointPositions _position;
    private readonly JointVelocities _velocity;
    private readonly ImpedanceSetPoint _impedance;

    internal SafeCommand(in JointTorques torque, in Grip grip, Stamp time, long sequence, StopCategory? stop, bool removePower)
        : this(CommandKind.JointTorque, grip, time, sequence, stop, removePower)
    {
        _torque = torque;
        HasSetPoint = true;
    }

    /// <summary>For a robot that closes its own loop.</summary>
    internal SafeCommand(CommandKind kind, in ImpedanceSetPoint impedance, in JointPositions position, in JointVelocities velocity, in SafeCommand envelope)
    {
        this = envelope;
        (Kind, HasSetPoint, _impedance, _position, _velocity) = (kind, true, impedance, position, velocity);
    }

    /// <summary>Without a set-point.</summary>
    internal SafeCommand(CommandKind kind, in Grip grip, Stamp time, long sequence, StopCategory? stop, bool removePower)
    {
        Kind = kind;
        Grip = grip;
        Time = time;
        Sequence = sequence;
        Stop = stop;
        RemovePower = removePower;
        IsSealed = true;
    }

    /// <summary>Whether the gate made this command. A robot ignores one that is not sealed and goes on with its own stop.</summary>
    public bool IsSealed { get; }

    /// <summary>Which values count: the kind that the robot takes. A robot refuses one of another kind as it refuses an unsealed one.</summary>
    public CommandKind Kind { get; }

    /// <summary>
    /// Whether there is anything to follow; always so for torques, which are zero without power. A robot that closes its own loop is sent nothing before its
    /// first state is known and nothing once power is to go: it then stands by its own means, and never goes to a position of zero.
    /// </summary>
    public bool HasSetPoint { get; }

    /// <summary>Joint torques, Nm, without gravity and Coriolis terms: the robot compensates those itself, as a Franka arm does.</summary>
    public JointTorques TorqueNm => _torque;

    /// <summary>
    /// Joint position kind: the angles at the end of the period, rad, base to tip, inside their limits by a margin. Cartesian kind: the posture that goes with
    /// the pose, for a robot whose null space takes one.
    /// </summary>
    public JointPositions PositionRad => _position;

    /// <summary>Joint velocity kind: the velocities, rad/s, base to tip; zero where the arm is held. Joint position kind: how the angles move.</summary>
    public JointVelocities VelocityRadS => _velocity;

    /// <summary>Cartesian kind: what the robot's own impedance controller is to do.</summary>
    public ImpedanceSetPoint Impedance => _impedance;

    /// <summary>Where the fingers are to be at the end of this period and with how much force; the default leaves the gripper as it is.</summary>
    public Grip Grip { get; }

    /// <summary>When the gate made it.</summary>
    public Stamp Time { get; }

    /// <summary>Rises by one with every command.</summary>
    public long Sequence { get; }

    /// <summary>The stop in progress or held; none while running.</summary>
    public StopCategory? Stop { get; }

    /// <summary>
    /// Brakes are to close and drive power to go. Torques are zero then; a robot that closes its own loop gets no set-point, and this asks for its own stop
    /// at once.
    /// </summary>
    public bool RemovePower { get; }
}

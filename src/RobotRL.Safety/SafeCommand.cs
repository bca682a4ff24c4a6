using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>
/// What a robot may execute for one control period. Only the reflex gate makes one; <c>default</c> is unsealed and every robot refuses it.
/// </summary>
public readonly struct SafeCommand
{
    private readonly JointTorques _torque;

    internal SafeCommand(in JointTorques torque, in Grip grip, Stamp time, long sequence, StopCategory? stop, bool removePower)
    {
        _torque = torque;
        Grip = grip;
        Time = time;
        Sequence = sequence;
        Stop = stop;
        RemovePower = removePower;
        IsSealed = true;
    }

    /// <summary>Whether the gate made this command. A robot ignores one that is not sealed and goes on with its own stop.</summary>
    public bool IsSealed { get; }

    /// <summary>Joint torques, Nm, without gravity and Coriolis terms: the robot compensates those itself, as a Franka arm does.</summary>
    public JointTorques TorqueNm => _torque;

    /// <summary>Where the fingers are to be at the end of this period and with how much force; the default leaves the gripper as it is.</summary>
    public Grip Grip { get; }

    /// <summary>When the gate made it.</summary>
    public Stamp Time { get; }

    /// <summary>Rises by one with every command.</summary>
    public long Sequence { get; }

    /// <summary>The stop in progress or held; none while running.</summary>
    public StopCategory? Stop { get; }

    /// <summary>Brakes are to close and drive power to go: torques are zero then.</summary>
    public bool RemovePower { get; }
}

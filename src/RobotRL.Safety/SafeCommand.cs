using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>
/// What a robot may execute for one control period. Only the reflex gate makes one; <c>default</c> is unsealed and every robot refuses it.
/// </summary>
public readonly struct SafeCommand
{
    private readonly JointTorques _torque;

    internal SafeCommand(in JointTorques torque, double gripperWidthM, Stamp time, long sequence, StopCategory? stop, bool removePower)
    {
        _torque = torque;
        GripperWidthM = gripperWidthM;
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

    /// <summary>Wanted distance between the fingers, m.</summary>
    public double GripperWidthM { get; }

    /// <summary>When the gate made it.</summary>
    public Stamp Time { get; }

    /// <summary>Rises by one with every command.</summary>
    public long Sequence { get; }

    /// <summary>The stop in progress or held; none while running.</summary>
    public StopCategory? Stop { get; }

    /// <summary>Brakes are to close and drive power to go: torques are zero then.</summary>
    public bool RemovePower { get; }
}

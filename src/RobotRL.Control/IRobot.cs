using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control;

/// <summary>An arm with a gripper. One thread, the control cycle's, calls it. Read and write neither allocate nor block.</summary>
public interface IRobot : IDisposable
{
    RobotDescription Description { get; }

    /// <summary>Fills the newest state. False when there is nothing newer than the last state read; the argument is then left as it was.</summary>
    bool TryRead(ref RobotState state);

    /// <summary>
    /// The command for the coming control period; it stays in force until the next one. An unsealed command is not executed:
    /// the robot removes its torque instead and throws <see cref="UnsealedCommandException"/>.
    /// </summary>
    void Write(in SafeCommand command);
}

/// <summary>A simulated world: one step advances it by one control period under the command last written.</summary>
public interface IPlant
{
    /// <summary>The plant's virtual time.</summary>
    Stamp Now { get; }

    void Step();
}

/// <summary>Someone other than the gate made up a command: a programming error, not a fault of the machine.</summary>
public sealed class UnsealedCommandException() : InvalidOperationException("A command that the gate did not seal is never executed.");

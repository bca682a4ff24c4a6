using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control;

/// <summary>An arm with a gripper. One thread, the control cycle's, calls it. Read and write neither allocate nor block.</summary>
public interface IRobot : IDisposable
{
    RobotDescription Description { get; }

    /// <summary>The one kind of command that it executes. The loop refuses a robot whose description says otherwise.</summary>
    CommandKind Takes => Description.Command;

    /// <summary>Fills the newest state. False when there is nothing newer than the last state read; the argument is then left as it was.</summary>
    bool TryRead(ref RobotState state);

    /// <summary>What the robot itself, or the connection to it, says is wrong now; asked once a tick. Each cause stops the robot.</summary>
    FaultSet Troubles => default;

    /// <summary>
    /// The command for the coming control period; it stays in force until the next one. One without a set-point leaves a robot that closes its own loop to
    /// stand by its own means. An unsealed command is not executed:
    /// the robot removes its torque instead and throws <see cref="UnsealedCommandException"/>,
    /// and likewise one of a kind that it does not take (<see cref="ForeignCommandException"/>).
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

/// <summary>A command of a kind that the robot does not take: a programming error, not a fault of the machine.</summary>
public sealed class ForeignCommandException(CommandKind takes, CommandKind given)
    : InvalidOperationException($"This robot takes {takes} and was given {given}: gate and robot must be made from one description.");

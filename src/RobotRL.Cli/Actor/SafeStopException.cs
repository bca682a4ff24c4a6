using RobotRL.Model;

namespace RobotRL.Cli.Actor;

/// <summary>A fault ended the session: the robot has been stopped and what was recorded is on disk. Exit code 3.</summary>
internal sealed class SafeStopException(string message, Fault fault = default) : Exception(message)
{
    public Fault Fault { get; } = fault;
}

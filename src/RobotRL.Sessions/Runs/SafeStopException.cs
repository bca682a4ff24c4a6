using RobotRL.Model;

namespace RobotRL.Sessions.Runs;

/// <summary>A fault ended the session: the robot has been stopped and what was recorded is on disk. Exit code 3.</summary>
public sealed class SafeStopException(string message, Fault fault = default) : Exception(message)
{
    public Fault Fault { get; } = fault;
}

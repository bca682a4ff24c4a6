using RobotRL.Model;

namespace RobotRL.Sessions.Processes;

/// <summary>Exit codes of this program, which scripts and other processes of it rely on.</summary>
public static class ExitCode
{
    public const int Done = 0;

    /// <summary>The thing asked about does not hold.</summary>
    public const int DoesNotHold = 1;

    /// <summary>Nothing was written; one line an error says why.</summary>
    public const int BadInput = 2;

    /// <summary>A fault while running: the robot was stopped and the data is on disk.</summary>
    public const int Fault = 3;
}

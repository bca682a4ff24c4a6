using RobotRL.Model;
using RobotRL.Sessions.Auditing;
using RobotRL.Sessions.Runs;

namespace RobotRL.Sessions.Acting;

/// <summary>A disk that refuses: found wherever it surfaces, answered by a stop, and told in one line with the file and what to do.</summary>
public static class DiskFault
{
    private const int NoSpace = 28, ReadOnly = 30, Failing = 5, Quota = 122;
    private const int WindowsNoSpace = unchecked((int)0x80070070), WindowsReadOnly = unchecked((int)0x80070013);

    /// <summary>The disk's own word in a chain of exceptions; null where it is about something else.</summary>
    public static IOException? In(Exception? e) => e switch
    {
        null or SafeStopException or FileNotFoundException or DirectoryNotFoundException or InvalidDataException => null,
        IOException disk => disk,
        UnauthorizedAccessException => new IOException(e.Message, e),
        _ => In(e.InnerException),
    };

    /// <summary>What is wrong with which file, and what to do about it.</summary>
    public static string Text(IOException e) => $"{e.Message.ReplaceLineEndings(" ")}; {Remedy(e)} and run the same command: it resumes";

    /// <summary>Runs a session. Where a disk fails the robot stops, also between two episodes and when it was the learner who wrote.</summary>
    /// <exception cref="SafeStopException">It did.</exception>
    public static T Stops<T>(ICell cell, AuditTrail audit, Func<T> session)
    {
        try
        {
            return session();
        }
        catch (Exception e) when (In(e) is { } disk)
        {
            cell.Control.Stop(FaultCode.StorageFailure);
            cell.Control.Advance(cell.Control.TicksPerDecision);
            audit.Poll();
            throw new SafeStopException($"The robot was stopped: {Text(disk)}", cell.Control.Latest.Fault);
        }
    }

    private static string Remedy(Exception e)
    {
        for (Exception? cause = e; cause is not null; cause = cause.InnerException)
            switch (cause.HResult)
            {
                case NoSpace or Quota or WindowsNoSpace: return "free space on its disk";
                case ReadOnly or WindowsReadOnly: return "make its disk writable again (one that turned read-only by itself is failing)";
                case Failing: return "replace its disk";
            }
        return "mend its disk or rights";
    }
}

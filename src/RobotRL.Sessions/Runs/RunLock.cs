using RobotRL.Model;

namespace RobotRL.Sessions.Runs;

/// <summary>
/// Says that a process has a part of a run for itself: two that record, or two that learn, would undo each other. The system lets go of it when
/// the process ends, however it ends.
/// </summary>
public sealed class RunLock : IDisposable
{
    private readonly FileStream _file;

    private RunLock(FileStream file) => _file = file;

    /// <summary>Whoever records episodes: train, record, recover.</summary>
    public static RunLock Recording(RunDirectory run) =>
        TryTake(run, "recording.lock") ?? throw new BadInputException($"{run.Path}: another process records in this run; wait for it or name another folder");

    /// <summary>Whoever learns in a process of its own; null while another does.</summary>
    public static RunLock? Learning(RunDirectory run) => TryTake(run, "learning.lock");

    public void Dispose() => _file.Dispose();

    private static RunLock? TryTake(RunDirectory run, string name)
    {
        const int wouldBlock = 11, wouldBlockMac = 35, sharing = unchecked((int)0x80070020);
        try
        {
            return new(RunFile.Open(Path.Combine(run.Path, name), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (e.HResult is wouldBlock or wouldBlockMac or sharing)
        {
            return null;
        }
    }
}

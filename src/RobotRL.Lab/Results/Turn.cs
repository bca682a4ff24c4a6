using RobotRL.Control;

namespace RobotRL.Lab.Results;

/// <summary>One writer at a time of a file that several processes add to.</summary>
public static class Turn
{
    /// <summary>Waits until nobody else writes. Disposing of the returned object lets the next one in.</summary>
    public static LockFile Of(string path)
    {
        LockFile? held;
        while ((held = LockFile.TryTake(path + ".lock")) is null) Thread.Sleep(100);
        return held;
    }
}

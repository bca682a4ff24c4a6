namespace RobotRL.Ros2.Nodes;

/// <summary>The time of day, as messages are stamped with it.</summary>
public static class WallClock
{
    /// <summary>Since the epoch, ns.</summary>
    public static long NowNs => (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;
}

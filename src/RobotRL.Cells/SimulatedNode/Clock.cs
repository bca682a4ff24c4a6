using System.Diagnostics;

namespace RobotRL.Cells.SimulatedNode;

/// <summary>The two clocks of a robot's own computer.</summary>
internal static class Clock
{
    public static long MonotonicNs => Stopwatch.Frequency == 1_000_000_000
        ? Stopwatch.GetTimestamp() : (long)((Int128)Stopwatch.GetTimestamp() * 1_000_000_000 / Stopwatch.Frequency);

    /// <summary>Since the epoch: what messages are stamped with.</summary>
    public static long WallNs => (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;
}

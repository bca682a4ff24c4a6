using System.Diagnostics;

namespace RobotRL.Robots.Ros2;

/// <summary>The machine's monotonic clock, which is the session's in real time.</summary>
internal static class MonotonicClock
{
    public static long NowNs => Stopwatch.Frequency == 1_000_000_000
        ? Stopwatch.GetTimestamp() : (long)((Int128)Stopwatch.GetTimestamp() * 1_000_000_000 / Stopwatch.Frequency);
}

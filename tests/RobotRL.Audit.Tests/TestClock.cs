namespace RobotRL.Audit.Tests;

/// <summary>Wall and monotonic time that stand still until a test moves them.</summary>
internal sealed class TestClock : TimeProvider
{
    private long _monotonicTicks = 1_000_000;

    public DateTime UtcNow { get; set; } = new(2026, 3, 1, 8, 0, 0, DateTimeKind.Utc);

    public override DateTimeOffset GetUtcNow() => new(UtcNow);
    public override long GetTimestamp() => Interlocked.Read(ref _monotonicTicks);
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public void Pass(TimeSpan time)
    {
        UtcNow += time;
        Interlocked.Add(ref _monotonicTicks, time.Ticks);
    }
}

namespace RobotRL.Model.Tests;

/// <summary>No two stamps are so far apart that one looks near the other, or the past like the future.</summary>
public sealed class StampTests
{
    private static readonly long[] Extremes =
        [long.MinValue, long.MinValue + 1, long.MinValue / 2, -1, 0, 1, 1_000_000, long.MaxValue / 2, long.MaxValue - 1, long.MaxValue];

    [Fact]
    public void Differences_and_sums_stop_at_the_ends_of_the_range()
    {
        foreach (var a in Extremes)
            foreach (var b in Extremes)
            {
                Assert.Equal((long)Int128.Clamp((Int128)a - b, long.MinValue, long.MaxValue), new Stamp(a).Since(new(b)));
                Assert.Equal((long)Int128.Clamp((Int128)a + b, long.MinValue, long.MaxValue), new Stamp(a).Plus(b).Ns);
            }
    }
}

namespace RobotRL.Control.Tests;

/// <summary>Records are copied out of the ring while the loop writes on.</summary>
public class RingTests
{
    [Fact]
    public void Record_is_found_by_its_index_until_it_is_overwritten()
    {
        var ring = new ControlRing(8);
        ControlRecord record = default;
        Assert.False(ring.TryRead(0, ref record));
        for (var i = 0; i < 20; i++) ring.Add(new() { Tick = i + 1 });
        for (var i = 0; i < 25; i++)
        {
            record = default;
            Assert.Equal(i is >= 12 and < 20, ring.TryRead(i, ref record));
            if (i is >= 12 and < 20) Assert.Equal(i + 1, record.Tick);
        }
    }

    [Fact]
    public void Record_copied_out_under_a_writing_loop_is_whole_or_refused()
    {
        const int most = 300_000;
        var ring = new ControlRing(64);
        var loop = new Thread(() =>
        {
            for (var i = 1; i <= most; i++) ring.Add(new() { Tick = i, TankJ = i, RefusedLimitChanges = i });
        });
        loop.Start();
        var (whole, torn) = (0, 0);
        ControlRecord record = default;
        while (loop.IsAlive)
            // The oldest are those that are overwritten amid a copy.
            for (long newest = ring.Written, i = Math.Max(0, newest - 64); i < newest; i++)
            {
                if (!ring.TryRead(i, ref record)) continue;
                whole++;
                if (record.Tick != i + 1 || record.TankJ != i + 1 || record.RefusedLimitChanges != (int)i + 1) torn++;
            }
        loop.Join();
        Assert.Equal(0, torn);
        Assert.True(whole > 0);
    }
}

using RobotRL.Model;

namespace RobotRL.Sensing;

/// <summary>How long ago a camera gave its last new frame. A stamp that is repeated tells nothing.</summary>
internal sealed class Silence(DateTimeOffset begin)
{
    private int _repeated;

    /// <summary>The last new frame's.</summary>
    public Stamp Newest { get; private set; } = new(long.MinValue);

    /// <summary>Since when there was none.</summary>
    public DateTimeOffset Begin { get; private set; } = begin;

    public bool IsNews(Stamp captured, DateTimeOffset now)
    {
        if (captured <= Newest)
        {
            _repeated++;
            return false;
        }
        Newest = captured;
        Forgive(now);
        return true;
    }

    /// <summary>Nobody needs frames now.</summary>
    public void Forgive(DateTimeOffset now) => (Begin, _repeated) = (now, 0);

    /// <summary>The fault in words: a driver that is stuck, or one that hands out the same frame over and over.</summary>
    public string Words(TimeSpan quiet) => _repeated == 0
        ? FormattableString.Invariant($"no frame for {quiet.TotalMilliseconds:0} ms")
        : FormattableString.Invariant($"no new frame for {quiet.TotalMilliseconds:0} ms: it repeated the stamp of the last one {_repeated} times");
}

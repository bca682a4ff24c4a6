using RobotRL.Model;

namespace RobotRL.Tasks;

/// <summary>
/// Someone bumps into the hand now and then: horizontal forces of random size and direction, each constant for a moment. They follow from the seed
/// and the time since the start.
/// </summary>
public sealed class RandomPushes
{
    public const double LargestN = 12;
    private const double LengthS = 0.15, ShortestPauseS = 0.7, LongestPauseS = 1.7;

    /// <summary>Nobody pushes while the arm drives to where an episode starts.</summary>
    private const double GraceS = 2;

    private SplitMix64 _random;
    private long _startNs = long.MaxValue, _endNs;
    private double _x, _y;

    public void Begin(ulong seed, long nowNs)
    {
        _random = new(seed);
        Draw(nowNs + Ns(GraceS));
    }

    /// <summary>Sets the force of this instant, base frame, N.</summary>
    public void Apply(long nowNs, Span<double> force)
    {
        if (nowNs >= _endNs && _startNs != long.MaxValue) Draw(nowNs);
        (force[0], force[1], force[2]) = nowNs >= _startNs ? (_x, _y, 0) : (0, 0, 0);
    }

    private void Draw(long afterNs)
    {
        _startNs = afterNs + Ns(_random.NextUniform(ShortestPauseS, LongestPauseS));
        _endNs = _startNs + Ns(LengthS);
        var (sin, cos) = Math.SinCos(_random.NextUniform(0, 2 * Math.PI));
        var size = _random.NextUniform(0, LargestN);
        (_x, _y) = (size * cos, size * sin);
    }

    private static long Ns(double seconds) => (long)(seconds * 1e9);
}

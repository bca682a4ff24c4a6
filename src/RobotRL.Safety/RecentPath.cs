using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>The poses measured lately, one a tick: the way back. Holds so many, forgets the oldest.</summary>
internal sealed class RecentPath(int capacity)
{
    /// <summary>Standing is no way: this close to where the arm is, a pose leads nowhere.</summary>
    private const double NearM = 1e-3;
    private const double NearCosine = 0.99999; // of half the angle: 9 mrad

    private readonly Pose[] _poses = new Pose[capacity];
    private long _top;
    private int _count;

    public int Count => _count;

    public void Clear() => _count = 0;

    public void Push(in Pose pose)
    {
        _poses[_top++ % _poses.Length] = pose;
        if (_count < _poses.Length) _count++;
    }

    /// <summary>The pose of so many ticks ago; the oldest for more than there are. Not to be asked of an empty path.</summary>
    public Pose Back(int ticks) => _poses[(_top - 1 - Math.Clamp(ticks, 0, _count - 1)) % _poses.Length];

    /// <summary>Takes the newest poses away: the arm has gone back over them.</summary>
    public void Drop(int ticks)
    {
        var dropped = Math.Clamp(ticks, 0, Math.Max(0, _count - 1));
        _top -= dropped;
        _count -= dropped;
    }

    /// <summary>How many of the newest poses are where the arm is now.</summary>
    public int Standing(in Pose here)
    {
        var ticks = 0;
        while (ticks < _count && IsNear(Back(ticks), here)) ticks++;
        return ticks;
    }

    private static bool IsNear(in Pose a, in Pose b)
    {
        var (p, q) = (a.Orientation, b.Orientation);
        return (a.Position - b.Position).LengthSquared < NearM * NearM && Math.Abs(p.X * q.X + p.Y * q.Y + p.Z * q.Z + p.W * q.W) > NearCosine;
    }
}

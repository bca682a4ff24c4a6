using RobotRL.Model;

namespace RobotRL.Sensing;

/// <summary>The last few items of a source, in the order of their capture, and what became of them since the episode began.</summary>
internal sealed class JoinHistory<T>(string source, int capacity)
{
    private readonly (Stamp Time, T Item)[] _items = new (Stamp, T)[capacity];
    private Stamp _asked = new(long.MinValue), _joined = new(long.MinValue);
    private long _count, _delivered, _late, _joinedItems, _joins, _ageSumNs, _ageMaxNs;

    /// <summary>The newest capture; the first stamp there is before any.</summary>
    public Stamp Newest => _count > 0 ? _items[(_count - 1) % capacity].Time : new(long.MinValue);

    public void BeginEpisode() => (_delivered, _late, _joinedItems, _joins, _ageSumNs, _ageMaxNs) = (0, 0, 0, 0, 0, 0);

    public void Add(Stamp time, in T item)
    {
        // A source that repeats or turns back its clock is frozen or broken: what it says is not taken, and its age shows.
        if (_count > 0 && time <= Newest) return;
        _items[_count++ % capacity] = (time, item);
        _delivered++;
        if (time <= _asked) _late++;
    }

    /// <summary>The newest item at or before an instant, in bounds.</summary>
    /// <exception cref="SensorFaultException">There is none, or the source runs by another clock.</exception>
    public T At(Stamp time, long maxAgeNs, FaultCode stale, FaultCode ahead, out long ageNs)
    {
        if (Newest.Since(time) is var early && early > maxAgeNs)
            throw new SensorFaultException(source, ahead, time,
                $"newest is stamped {Ms(early)} ms ahead of now, at most {Ms(maxAgeNs)} ms are allowed: its clock is another one");
        if (!TryFind(time, out var captured, out var item)) throw new SensorFaultException(source, stale, time, "nothing captured yet");
        ageNs = time.Since(captured);
        if (ageNs > maxAgeNs) throw new SensorFaultException(source, stale, time, $"newest is {Ms(ageNs)} ms old, at most {Ms(maxAgeNs)} ms are allowed");
        _asked = time;
        _joins++;
        _ageSumNs += ageNs;
        _ageMaxNs = Math.Max(_ageMaxNs, ageNs);
        if (captured != _joined) _joinedItems++;
        _joined = captured;
        return item;
    }

    public bool TryFind(Stamp time, out Stamp captured, out T item)
    {
        for (var i = _count - 1; i >= Math.Max(0, _count - capacity); i--)
        {
            (captured, item) = _items[i % capacity];
            if (captured <= time) return true;
        }
        (captured, item) = (default, default!);
        return false;
    }

    public StreamFigures Figures(string name, long dropped) =>
        new(name, _delivered, dropped, _late, _joinedItems, _joins == 0 ? 0 : 1e-6 * _ageSumNs / _joins, 1e-6 * _ageMaxNs);

    private static string Ms(long ns) => FormattableString.Invariant($"{ns * 1e-6:0.###}");
}

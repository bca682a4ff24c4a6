using RobotRL.Model;

namespace RobotRL.Control;

/// <summary>The newest state of a simulated world, as many numbers as its model has; otherwise a <see cref="LatestCell{T}"/>.</summary>
internal sealed unsafe class WorldCell(nint memory, int values)
{
    private const int Attempts = 16;

    private readonly long* _version = (long*)memory, _timeNs = (long*)memory + 1;
    private readonly double* _values = (double*)memory + 2;

    public static int Bytes(int values) => 2 * sizeof(long) + values * sizeof(double);

    public void Publish(Stamp time, ISimulatedWorld world)
    {
        var version = *_version | 1;
        Volatile.Write(ref *_version, version);
        Interlocked.MemoryBarrier();
        *_timeNs = time.Ns;
        world.CopyState(new(_values, values));
        Volatile.Write(ref *_version, version + 1);
    }

    public bool TryRead(Span<double> state, ref Stamp time, ref long seen)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var before = Volatile.Read(ref *_version);
            if (before >> 1 == seen) return false;
            if ((before & 1) != 0) continue;
            var ns = *_timeNs;
            new ReadOnlySpan<double>(_values, values).CopyTo(state);
            Interlocked.MemoryBarrier();
            if (Volatile.Read(ref *_version) != before) continue;
            (time, seen) = (new(ns), before >> 1);
            return true;
        }
        return false;
    }
}

/// <summary>A simulated world that is set up anew for each episode and whose state can be looked at from elsewhere. One thread uses it.</summary>
public interface ISimulatedWorld : IPlant
{
    /// <summary>How many numbers the state is.</summary>
    int StateSize { get; }

    /// <summary>Starts an episode: objects where the seed puts them, the arm at home and at rest.</summary>
    void Reset(ulong seed);

    /// <summary>Copies the state out, without allocation.</summary>
    void CopyState(Span<double> state);
}

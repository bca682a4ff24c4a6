using RobotRL.Model;

namespace RobotRL.Control;

/// <summary>The newest state of a simulated world, as many numbers as its model has; otherwise a <see cref="LatestCell{T}"/>.</summary>
internal sealed unsafe class WorldCell(nint memory, int values)
{
    private const int Attempts = 16, Head = 3 * sizeof(long);

    private readonly long* _version = (long*)memory, _timeNs = (long*)memory + 2;
    private readonly ulong* _sum = (ulong*)memory + 1;
    private readonly double[] _state = GC.AllocateArray<double>(values + 1, pinned: true);
    private long _written;

    public static int Bytes(int values) => Head + values * sizeof(double);

    public void Publish(Stamp time, ISimulatedWorld world)
    {
        // Counted and summed here: nothing that lies in the memory by then goes out as this world's.
        _state[0] = BitConverter.Int64BitsToDouble(time.Ns);
        world.CopyState(_state.AsSpan(1));
        var version = _written | 1;
        Volatile.Write(ref *_version, version);
        Volatile.WriteBarrier();
        _state.AsSpan().CopyTo(new(_timeNs, values + 1));
        *_sum = Sum(version + 1);
        _written = version + 1;
        Volatile.Write(ref *_version, version + 1);
    }

    public CellReading Read(Span<double> state, ref Stamp time, ref long seen)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var before = Volatile.Read(ref *_version);
            if (before >> 1 == seen) return CellReading.Old;
            if ((before & 1) != 0) continue;
            new ReadOnlySpan<double>(_timeNs, values + 1).CopyTo(_state);
            var sum = *_sum;
            Volatile.ReadBarrier();
            if (Volatile.Read(ref *_version) != before) continue;
            var goesOn = before >> 1 > seen;
            seen = before >> 1;
            if (!goesOn || sum != Sum(before)) return CellReading.Corrupt;
            time = new(BitConverter.DoubleToInt64Bits(_state[0]));
            _state.AsSpan(1).CopyTo(state);
            return CellReading.New;
        }
        return CellReading.Busy;
    }

    private ulong Sum(long version)
    {
        fixed (double* state = _state) return ChannelSum.Of(version, (byte*)state, (values + 1) * sizeof(double));
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

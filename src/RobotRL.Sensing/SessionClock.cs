using System.Diagnostics;
using RobotRL.Model;

namespace RobotRL.Sensing;

/// <summary>
/// Tells what the session's clock says at an instant of the machine's monotonic clock, for cameras whose drivers stamp by that one. On a robot both are the
/// same. The clock of a simulation falls behind the machine's when the machine is busy, so the distance is taken from the newest robot states: each came some
/// time after its stamp, and the one that came soonest tells best. Thread-safe.
/// </summary>
public sealed class SessionClock
{
    /// <summary>States that are remembered; 160 ms of a stream that is looked at every 5 ms.</summary>
    private const int Remembered = 32;

    /// <summary>How far beyond the newest state a stamp may lie, ns: while no state comes, nobody knows whether the session's clock runs.</summary>
    private const long MaxLeadNs = 50_000_000;

    private readonly Lock _lock = new();
    private readonly Queue<long> _offsets = new(Remembered);
    private Stamp _newest;

    /// <summary>The machine's monotonic clock now, ns; on Linux CLOCK_MONOTONIC, by which V4L2 stamps.</summary>
    public static long MachineNs => Stopwatch.Frequency == 1_000_000_000
        ? Stopwatch.GetTimestamp()
        : (long)((Int128)Stopwatch.GetTimestamp() * 1_000_000_000 / Stopwatch.Frequency);

    /// <summary>A clock that is the machine's own.</summary>
    public static Stamp OfMachine(long machineNs) => new(machineNs);

    /// <summary>A robot state came.</summary>
    /// <param name="state">Its stamp.</param>
    /// <param name="machineNs">When it came.</param>
    public void Saw(Stamp state, long machineNs)
    {
        lock (_lock)
        {
            if (_offsets.Count == Remembered) _offsets.Dequeue();
            _offsets.Enqueue(state.Ns - machineNs);
            _newest = state;
        }
    }

    /// <summary>The session's time at an instant of the machine's clock; before the first state the origin.</summary>
    public Stamp At(long machineNs)
    {
        lock (_lock)
        {
            if (_offsets.Count == 0) return default;
            var best = long.MinValue;
            foreach (var offset in _offsets) best = Math.Max(best, offset);
            return new(Math.Min(machineNs + best, _newest.Ns + MaxLeadNs));
        }
    }
}

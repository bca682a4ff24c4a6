namespace RobotRL.Control;

/// <summary>Figures of a loop at work, gathered between ticks without allocation: histograms with 0.1 µs a bin, everything beyond 10 ms in the last.</summary>
public sealed class CycleFigures(long periodNs)
{
    private readonly Histogram _command = new(), _wake = new(), _own = new();
    private long _allocated, _overruns;

    /// <summary>Ticks since the beginning.</summary>
    public long Cycles { get; private set; }

    /// <summary>Periods at whose end no command of theirs had been written: late ones, and those that were skipped to catch up.</summary>
    public long Misses { get; private set; }

    /// <summary>Managed bytes allocated on the loop's thread.</summary>
    public long AllocatedBytes { get; private set; }

    /// <summary>From the deadline, at which the state is sampled, to the command written, ns.</summary>
    public Histogram Command => _command;

    /// <summary>From the deadline to the beginning of the tick, ns: the machine's part of it.</summary>
    public Histogram Wake => _wake;

    /// <summary>The rest: from the beginning of the tick to the command written, ns.</summary>
    public Histogram Own => _own;

    /// <summary>Forgets everything so far; on the loop's thread.</summary>
    public void Begin()
    {
        (Cycles, Misses) = (0, 0);
        foreach (var histogram in (ReadOnlySpan<Histogram>)[_command, _wake, _own]) histogram.Clear();
        _overruns = -1;
        _allocated = GC.GetAllocatedBytesForCurrentThread();
    }

    public void Add(in ControlRecord tick)
    {
        Add(tick.LatenessNs, tick.CommandNs, tick.Overruns);
        _own.Add(tick.CommandNs - tick.LatenessNs);
    }

    /// <summary>An empty tick.</summary>
    public void Add(long latenessNs, long commandNs, long overruns)
    {
        Cycles++;
        Misses += (commandNs > periodNs ? 1 : 0) + (_overruns < 0 ? 0 : overruns - _overruns);
        _overruns = overruns;
        _command.Add(commandNs);
        _wake.Add(latenessNs);
    }

    /// <summary>On the loop's thread.</summary>
    public void End() => AllocatedBytes = GC.GetAllocatedBytesForCurrentThread() - _allocated;
}

/// <summary>Counts of durations.</summary>
public sealed class Histogram
{
    private const int BinNs = 100, Bins = 100_001;

    private readonly long[] _counts = new long[Bins];
    private long _count;

    public double MaxUs { get; private set; }

    /// <summary>The duration that so large a share does not exceed, µs, to a tenth.</summary>
    public double Us(double share)
    {
        var rank = (long)Math.Ceiling(share * _count);
        for (var (bin, sum) = (0, 0L); bin < Bins; bin++)
            if ((sum += _counts[bin]) >= rank && sum > 0) return Math.Min(MaxUs, (bin + 1) * BinNs * 1e-3);
        return MaxUs;
    }

    internal void Add(long ns)
    {
        _counts[Math.Clamp(ns / BinNs, 0, Bins - 1)]++;
        _count++;
        if (ns * 1e-3 > MaxUs) MaxUs = ns * 1e-3;
    }

    internal void Clear()
    {
        Array.Clear(_counts);
        (_count, MaxUs) = (0, 0);
    }
}

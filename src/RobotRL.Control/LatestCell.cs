using System.Runtime.CompilerServices;

namespace RobotRL.Control;

/// <summary>
/// The newest value of one writer, for any number of readers: a seqlock. Neither side blocks the other or allocates; a reader that meets
/// a write in progress tries again a bounded number of times and otherwise keeps what it had.
/// </summary>
public sealed class LatestCell<T> where T : unmanaged
{
    private const int Attempts = 16;

    private T _value;
    private long _version;

    /// <summary>How many values were published.</summary>
    public long Published => Volatile.Read(ref _version) >> 1;

    /// <summary>Replaces the value. One thread at a time.</summary>
    public void Publish(in T value)
    {
        var version = _version;
        Volatile.Write(ref _version, version + 1);
        // The odd version must be seen before any byte of the value changes, and the value before the even version.
        Interlocked.MemoryBarrier();
        _value = value;
        Volatile.Write(ref _version, version + 2);
    }

    /// <summary>Copies the newest value. False, and the argument as it was, when nothing has been published since <paramref name="seen"/>.</summary>
    /// <param name="value">Receives the value.</param>
    /// <param name="seen">Count of published values already known to this reader; 0 at first.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public bool TryRead(ref T value, ref long seen)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var before = Volatile.Read(ref _version);
            if (before >> 1 == seen) return false;
            if ((before & 1) != 0) continue;
            var copy = _value;
            Interlocked.MemoryBarrier();
            if (Volatile.Read(ref _version) != before) continue;
            value = copy;
            seen = before >> 1;
            return true;
        }
        return false;
    }
}

using System.Runtime.CompilerServices;

namespace RobotRL.Control;

/// <summary>
/// The newest value of one writer, for any number of readers: a seqlock. Neither side blocks the other or allocates; a reader that meets
/// a write in progress tries again a bounded number of times and otherwise keeps what it had. Its memory may be shared with another process.
/// </summary>
public sealed unsafe class LatestCell<T> where T : unmanaged
{
    private const int Attempts = 16;

    private readonly Slot[]? _own;
    private readonly Slot* _slot;

    public LatestCell()
    {
        _own = GC.AllocateArray<Slot>(1, pinned: true);
        _slot = (Slot*)Unsafe.AsPointer(ref _own[0]);
    }

    /// <param name="memory">Where the cell lies: <see cref="Bytes"/> bytes, zero at first, that outlive it.</param>
    internal LatestCell(nint memory) => _slot = (Slot*)memory;

    internal static int Bytes => sizeof(Slot);

    /// <summary>How many values were published.</summary>
    public long Published => Volatile.Read(ref _slot->Version) >> 1;

    /// <summary>Replaces the value. One thread at a time.</summary>
    public void Publish(in T value)
    {
        // Odd already where a writer died in the midst: what it left is never seen, since this write replaces it under the same number.
        var version = _slot->Version | 1;
        Volatile.Write(ref _slot->Version, version);
        // The odd version must be seen before any byte of the value changes, and the value before the even version.
        Interlocked.MemoryBarrier();
        _slot->Value = value;
        Volatile.Write(ref _slot->Version, version + 1);
    }

    /// <summary>Copies the newest value. False, and the argument as it was, when nothing has been published since <paramref name="seen"/>.</summary>
    /// <param name="value">Receives the value.</param>
    /// <param name="seen">Count of published values already known to this reader; 0 at first.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public bool TryRead(ref T value, ref long seen)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var before = Volatile.Read(ref _slot->Version);
            if (before >> 1 == seen) return false;
            if ((before & 1) != 0) continue;
            var copy = _slot->Value;
            Interlocked.MemoryBarrier();
            if (Volatile.Read(ref _slot->Version) != before) continue;
            value = copy;
            seen = before >> 1;
            return true;
        }
        return false;
    }

    internal struct Slot
    {
        public long Version;
        public T Value;
    }
}

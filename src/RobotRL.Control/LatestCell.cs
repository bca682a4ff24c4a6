using System.Runtime.CompilerServices;

namespace RobotRL.Control;

/// <summary>What a look into a cell came to.</summary>
internal enum CellReading
{
    /// <summary>Nothing since the last look.</summary>
    Old,

    /// <summary>A value, whole and as it was written.</summary>
    New,

    /// <summary>A write is in progress, or was when its writer died.</summary>
    Busy,

    /// <summary>What is there, no writer of this cell has written.</summary>
    Corrupt,
}

/// <summary>
/// The newest value of one writer, for any number of readers: a seqlock. Neither side blocks the other or allocates; a reader that meets
/// a write in progress tries again a bounded number of times and otherwise keeps what it had. Its memory may be shared with another process:
/// then a sum over number and value tells what was written from what has come there otherwise, and the writer counts for itself.
/// </summary>
public sealed unsafe class LatestCell<T> where T : unmanaged
{
    private const int Attempts = 16;

    private readonly Slot[]? _own;
    private readonly Slot* _slot;
    private long _version, _corrupt;

    public LatestCell()
    {
        _own = GC.AllocateArray<Slot>(1, pinned: true);
        _slot = (Slot*)Unsafe.AsPointer(ref _own[0]);
    }

    /// <param name="memory">Where the cell lies: <see cref="Bytes"/> bytes, zero at first, that outlive it. A writer goes on behind the one before.</param>
    internal LatestCell(nint memory)
    {
        _slot = (Slot*)memory;
        _version = Volatile.Read(ref _slot->Version);
    }

    internal static int Bytes => sizeof(Slot);

    /// <summary>How many values were published.</summary>
    public long Published => Volatile.Read(ref _slot->Version) >> 1;

    /// <summary>How often this reader met what no writer has written.</summary>
    public long Corrupt => Volatile.Read(ref _corrupt);

    /// <summary>Replaces the value. One thread at a time.</summary>
    public void Publish(in T value)
    {
        // Odd already where a writer died in the midst: what it left is never seen, since this write replaces it under the same number.
        var version = _version | 1;
        Volatile.Write(ref _slot->Version, version);
        // The odd version must be seen before any byte of the value changes, and the value before the even version.
        Volatile.WriteBarrier();
        fixed (T* source = &value)
        {
            Unsafe.CopyBlock(&_slot->Value, source, (uint)sizeof(T));
            // Of what was given, not of what lies there by now.
            _slot->Sum = Sum(version + 1, (byte*)source);
        }
        _version = version + 1;
        Volatile.Write(ref _slot->Version, version + 1);
    }

    /// <summary>Copies the newest value. False, and the argument as it was, when nothing has been published since <paramref name="seen"/>.</summary>
    /// <param name="value">Receives the value.</param>
    /// <param name="seen">Count of published values already known to this reader; 0 at first.</param>
    public bool TryRead(ref T value, ref long seen) => Read(ref value, ref seen) == CellReading.New;

    /// <summary>Copies the newest value where there is one, and says what was found. What was <see cref="CellReading.Corrupt"/> counts as seen.</summary>
    /// <param name="value">Receives the value; else stays as it was.</param>
    /// <param name="seen">Count of published values already known to this reader; 0 at first.</param>
    /// <param name="most">More values than this cannot have been published since.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal CellReading Read(ref T value, ref long seen, long most = long.MaxValue)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var before = Volatile.Read(ref _slot->Version);
            if (before >> 1 == seen) return (before & 1) == 0 ? CellReading.Old : CellReading.Busy;
            if ((before & 1) != 0) continue;
            Unsafe.SkipInit(out T copy);
            Unsafe.CopyBlock(&copy, &_slot->Value, (uint)sizeof(T));
            var sum = _slot->Sum;
            Volatile.ReadBarrier();
            if (Volatile.Read(ref _slot->Version) != before) continue;
            var since = (before >> 1) - seen;
            seen = before >> 1;
            if (since <= 0 || since > most || sum != Sum(before, (byte*)&copy))
            {
                Interlocked.Increment(ref _corrupt);
                return CellReading.Corrupt;
            }
            value = copy;
            return CellReading.New;
        }
        return CellReading.Busy;
    }

    // Within one process nobody else writes.
    private ulong Sum(long version, byte* value) => _own is null ? ChannelSum.Of(version, value, sizeof(T)) : 0;

    internal struct Slot
    {
        public long Version;
        public ulong Sum;
        public T Value;
    }
}

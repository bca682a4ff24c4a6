using System.Runtime.CompilerServices;

namespace RobotRL.Control;

/// <summary>
/// The last records of the loop, preallocated. The loop alone writes and waits for nobody; anyone may copy records out meanwhile, and is told
/// when one has been overwritten. Its memory may be shared with other processes: see <see cref="TickMemory"/>.
/// </summary>
public sealed unsafe class ControlRing
{
    private readonly ControlRecord[]? _own;
    private readonly long[]? _ownCount;
    private readonly ControlRecord* _records;
    private readonly long* _written;

    /// <param name="capacity">Records kept.</param>
    public ControlRing(int capacity)
    {
        Capacity = capacity;
        (_own, _ownCount) = (GC.AllocateArray<ControlRecord>(capacity, pinned: true), GC.AllocateArray<long>(1, pinned: true));
        _records = (ControlRecord*)Unsafe.AsPointer(ref _own[0]);
        _written = (long*)Unsafe.AsPointer(ref _ownCount[0]);
    }

    /// <param name="written">Where the count lies, 0 at first.</param>
    /// <param name="records">Where so many records have room, which outlives the ring.</param>
    /// <param name="capacity">Records kept.</param>
    internal ControlRing(nint written, nint records, int capacity)
    {
        Capacity = capacity;
        _records = (ControlRecord*)records;
        _written = (long*)written;
    }

    public int Capacity { get; }

    /// <summary>How many records were ever written: their indices run from 0 to one below this.</summary>
    public long Written => Volatile.Read(ref *_written);

    public int Count => (int)Math.Min(*_written, Capacity);

    /// <summary>The record of so many ticks ago, 0 the latest. For the loop's own thread, or for a loop that stands still.</summary>
    public ref readonly ControlRecord this[int ago]
    {
        get
        {
            if ((uint)ago >= (uint)Count) throw new ArgumentOutOfRangeException(nameof(ago));
            return ref _records[(*_written - 1 - ago) % Capacity];
        }
    }

    /// <summary>Copies out the record of an index, while the loop writes on. False when it is not written yet, or is overwritten by now.</summary>
    public bool TryRead(long index, ref ControlRecord record)
    {
        if (index < 0 || index >= Written) return false;
        record = _records[index % Capacity];
        // The slot of the coming record may be half written already: of a ring of n, the last n − 1 are safe.
        Interlocked.MemoryBarrier();
        return index > Written - Capacity;
    }

    /// <summary>Copies out the records kept, oldest first. For the loop's own thread, or for a loop that stands still.</summary>
    public ControlRecord[] ToArray()
    {
        var copy = new ControlRecord[Count];
        for (var i = 0; i < copy.Length; i++) copy[i] = this[copy.Length - 1 - i];
        return copy;
    }

    internal void Add(in ControlRecord record)
    {
        _records[*_written % Capacity] = record;
        Volatile.Write(ref *_written, *_written + 1);
        // No byte of the next record may be seen to change before this count.
        Interlocked.MemoryBarrier();
    }
}

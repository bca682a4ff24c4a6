namespace RobotRL.Control;

/// <summary>
/// The last records of the loop, preallocated. The loop alone writes and waits for nobody; anyone may copy records out meanwhile, and is told
/// when one has been overwritten.
/// </summary>
public sealed class ControlRing
{
    private readonly ControlRecord[] _records;
    private long _written;

    /// <param name="capacity">Records kept.</param>
    public ControlRing(int capacity) => _records = new ControlRecord[capacity];

    public int Capacity => _records.Length;

    /// <summary>How many records were ever written: their indices run from 0 to one below this.</summary>
    public long Written => Volatile.Read(ref _written);

    public int Count => (int)Math.Min(_written, _records.Length);

    /// <summary>The record of so many ticks ago, 0 the latest. For the loop's own thread, or for a loop that stands still.</summary>
    public ref readonly ControlRecord this[int ago]
    {
        get
        {
            if ((uint)ago >= (uint)Count) throw new ArgumentOutOfRangeException(nameof(ago));
            return ref _records[(_written - 1 - ago) % _records.Length];
        }
    }

    /// <summary>Copies out the record of an index, while the loop writes on. False when it is not written yet, or is overwritten by now.</summary>
    public bool TryRead(long index, ref ControlRecord record)
    {
        if (index < 0 || index >= Written) return false;
        record = _records[index % _records.Length];
        // The slot of the coming record may be half written already: of a ring of n, the last n − 1 are safe.
        Interlocked.MemoryBarrier();
        return index > Written - _records.Length;
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
        _records[_written % _records.Length] = record;
        Volatile.Write(ref _written, _written + 1);
        // No byte of the next record may be seen to change before this count.
        Interlocked.MemoryBarrier();
    }
}

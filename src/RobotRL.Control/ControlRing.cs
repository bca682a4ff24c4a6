using System.Runtime.CompilerServices;

namespace RobotRL.Control;

/// <summary>
/// The last records of the loop, preallocated. The loop alone writes and waits for nobody; anyone may copy records out meanwhile, and is told
/// when one has been overwritten. Its memory may be shared with other processes (<see cref="TickMemory"/>): the loop counts for itself and reads nothing
/// back from there to go by, and a reader tells by number and sum whether what it copied is what the loop wrote under that number.
/// </summary>
public sealed unsafe class ControlRing
{
    private readonly Slot[]? _own;
    private readonly Slot* _slots;
    private readonly long* _published;
    private long _written, _corrupt;

    /// <param name="capacity">Records kept.</param>
    public ControlRing(int capacity)
    {
        Capacity = capacity;
        _own = GC.AllocateArray<Slot>(capacity, pinned: true);
        _slots = (Slot*)Unsafe.AsPointer(ref _own[0]);
    }

    /// <param name="written">Where the loop shows its count, 0 at first.</param>
    /// <param name="slots">Where so many slots have room, zero at first, which outlive the ring.</param>
    /// <param name="capacity">Records kept.</param>
    internal ControlRing(nint written, nint slots, int capacity)
    {
        Capacity = capacity;
        _slots = (Slot*)slots;
        _published = (long*)written;
    }

    public int Capacity { get; }

    /// <summary>How many records were ever written through this ring: their indices run from 0 to one below this. 0 for who only reads.</summary>
    public long Written => Volatile.Read(ref _written);

    public int Count => (int)Math.Min(_written, Capacity);

    /// <summary>How often a reader met what the loop has not written.</summary>
    public long Corrupt => Volatile.Read(ref _corrupt);

    internal static int SlotBytes => sizeof(Slot);

    /// <summary>The record of so many ticks ago, 0 the latest. For the loop's own thread, or for a loop that stands still.</summary>
    public ref readonly ControlRecord this[int ago]
    {
        get
        {
            if ((uint)ago >= (uint)Count) throw new ArgumentOutOfRangeException(nameof(ago));
            return ref _slots[(_written - 1 - ago) % Capacity].Record;
        }
    }

    /// <summary>
    /// Copies out the record of an index, while the loop writes on. False, and the argument as it was, when it is not written yet, is overwritten by
    /// now, or is not what the loop wrote: then <see cref="Corrupt"/> rises.
    /// </summary>
    public bool TryRead(long index, ref ControlRecord record)
    {
        if (index < 0) return false;
        var number = index + 1;
        var slot = &_slots[index % Capacity];
        var before = Volatile.Read(ref slot->Number);
        if (before != number) return IsAbsent(before, number);
        Unsafe.SkipInit(out ControlRecord copy);
        Unsafe.CopyBlock(&copy, &slot->Record, (uint)sizeof(ControlRecord));
        var sum = slot->Sum;
        Volatile.ReadBarrier();
        var after = Volatile.Read(ref slot->Number);
        if (after != number) return IsAbsent(after, number);
        if (sum != Sum(number, &copy))
        {
            Interlocked.Increment(ref _corrupt);
            return false;
        }
        record = copy;
        return true;
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
        var number = _written + 1;
        var slot = &_slots[_written % Capacity];
        // Below zero while the record changes: seen before any byte of it does, and the record before its number.
        Volatile.Write(ref slot->Number, -number);
        Volatile.WriteBarrier();
        fixed (ControlRecord* source = &record)
        {
            Unsafe.CopyBlock(&slot->Record, source, (uint)sizeof(ControlRecord));
            // Of what was given, not of what lies there by now.
            slot->Sum = Sum(number, source);
        }
        Volatile.Write(ref slot->Number, number);
        Volatile.Write(ref _written, number);
        if (_published != null) Volatile.Write(ref *_published, number);
    }

    /// <summary>Always false. A slot only ever holds numbers that are whole turns of the ring apart: anything else nobody wrote.</summary>
    private bool IsAbsent(long found, long number)
    {
        var at = found < 0 ? -found : found;
        if (at < 0 || found != 0 && (at - number) % Capacity != 0) Interlocked.Increment(ref _corrupt);
        return false;
    }

    // Within one process nobody else writes.
    private ulong Sum(long number, ControlRecord* record) => _own is null ? ChannelSum.Of(number, (byte*)record, sizeof(ControlRecord)) : 0;

    private struct Slot
    {
        /// <summary>Which record: from 1, below zero while it is written, 0 for none.</summary>
        public long Number;
        public ulong Sum;
        public ControlRecord Record;
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RobotRL.Ros2.Cyclone;

/// <summary>
/// Lays a message out as the C structure that Cyclone DDS sends. Texts and sequences of numbers are not copied: the structure points into the message. Reused
/// from message to message; memory grows to the largest and stays.
/// </summary>
internal sealed unsafe class NativeSample(TopicType type) : IDisposable
{
    private const int Head = 4;

    private readonly byte* _structure = (byte*)NativeMemory.AllocZeroed((nuint)type.Layout.Bytes);
    private byte* _elements;
    private nuint _room, _used, _needed;
    private byte* _message;
    private int _length, _position;

    /// <summary>The structure, valid while <paramref name="message"/> stays where it is and until the next call.</summary>
    /// <exception cref="InvalidDataException">The message is not of the type.</exception>
    public void* Lay(byte* message, int length)
    {
        while (true)
        {
            _message = message;
            (_length, _position, _used, _needed) = (length, Head, 0, 0);
            Fill(type.Layout, _structure);
            if (_needed <= _room) return _structure;
            // Nothing points into the old memory any more: all is laid out anew.
            NativeMemory.Free(_elements);
            _room = _needed * 2;
            _elements = (byte*)NativeMemory.AllocZeroed(_room);
        }
    }

    public void Dispose()
    {
        NativeMemory.Free(_structure);
        NativeMemory.Free(_elements);
    }

    private void Fill(NativeStructure layout, byte* into)
    {
        foreach (var field in layout.Fields)
        {
            var at = into + field.Offset;
            switch (field.Kind)
            {
                case NativeKind.Number: Unsafe.CopyBlock(at, Take(field.Bytes, field.Bytes), (uint)field.Bytes); break;
                case NativeKind.Numbers: Unsafe.CopyBlock(at, Take((long)field.Bytes * field.Count, field.Bytes), (uint)(field.Bytes * field.Count)); break;
                case NativeKind.Text: *(byte**)at = Text(); break;
                case NativeKind.NumberSequence:
                    var count = Count();
                    Sequence(at, count, count == 0 ? null : Take(count * field.Bytes, field.Bytes));
                    break;
                case NativeKind.TextSequence: Texts(at, Count()); break;
                default: Structures(at, Count(), field); break;
            }
        }
    }

    private void Texts(byte* at, uint count)
    {
        var texts = (byte**)Allocate(count, sizeof(nint));
        Sequence(at, count, (byte*)texts);
        for (var i = 0u; i < count; i++)
        {
            var text = Text();
            if (texts is not null) texts[i] = text;
        }
    }

    private void Structures(byte* at, uint count, NativeField field)
    {
        var elements = Allocate(count, field.Bytes);
        Sequence(at, count, elements);
        // Where there is no room yet each goes to one place, so that what follows is counted.
        var spare = stackalloc byte[field.Bytes];
        for (var i = 0u; i < count; i++) Fill(field.Element!, elements is null ? spare : elements + i * field.Bytes);
    }

    private static void Sequence(byte* at, uint count, byte* buffer)
    {
        *(uint*)at = count;
        *(uint*)(at + TopicType.LengthOffset) = count;
        *(byte**)(at + TopicType.BufferOffset) = buffer;
    }

    /// <summary>Null where there is no room for it yet.</summary>
    private byte* Allocate(uint count, int bytes)
    {
        var size = ((nuint)count * (nuint)bytes + 7) & ~(nuint)7;
        _needed += size;
        if (count == 0 || _used + size > _room) return null;
        var memory = _elements + _used;
        _used += size;
        return memory;
    }

    private uint Count()
    {
        var count = *(uint*)Take(4, 4);
        if (count > _length) throw new InvalidDataException($"A sequence of {count} elements runs past the end of its message.");
        return count;
    }

    private byte* Text()
    {
        var count = Count();
        var text = Take(count, 1);
        if (count == 0 || text[count - 1] != 0) throw new InvalidDataException("A text lacks its closing zero.");
        return text;
    }

    private byte* Take(long count, int alignment)
    {
        var start = ((_position - Head + alignment - 1) & -alignment) + Head;
        if (count > _length - start) throw new InvalidDataException("The message ends too early.");
        _position = (int)(start + count);
        return _message + start;
    }
}

using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace RobotRL.Wire;

/// <summary>Reads what <see cref="CdrWriter"/> writes, and any other little-endian XCDR1 message.</summary>
/// <exception cref="InvalidDataException">The message is of another encoding or ends too early.</exception>
public ref struct CdrReader
{
    /// <summary>Longest string that is compared with the one known, in bytes.</summary>
    private const int LongestKnown = 128;

    private readonly ReadOnlySpan<byte> _bytes;
    private int _position;

    public CdrReader(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < CdrWriter.HeadBytes || bytes[0] != 0 || bytes[1] != 1) throw new InvalidDataException("The message is not little-endian CDR.");
        _bytes = bytes;
        _position = CdrWriter.HeadBytes;
    }

    /// <summary>Whether there is more: a message may have grown since it was written.</summary>
    public readonly bool HasMore => _position < _bytes.Length;

    public byte U8() => Take(1, 1)[0];
    public sbyte I8() => (sbyte)U8();
    public bool Bool() => U8() != 0;
    public short I16() => BinaryPrimitives.ReadInt16LittleEndian(Take(2, 2));
    public ushort U16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2, 2));
    public int I32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4, 4));
    public uint U32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4, 4));
    public long I64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8, 8));
    public ulong U64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8, 8));
    public double F64() => BinaryPrimitives.ReadDoubleLittleEndian(Take(8, 8));
    public float F32() => BinaryPrimitives.ReadSingleLittleEndian(Take(4, 4));
    public string Text() => Encoding.UTF8.GetString(RawText());

    /// <summary>A string; <paramref name="known"/> itself where it is the same, so that names that repeat allocate nothing.</summary>
    public string Text(string? known)
    {
        var bytes = RawText();
        return known is not null && IsSame(bytes, known) ? known : Encoding.UTF8.GetString(bytes);
    }

    public ReadOnlySpan<byte> Bytes() => Take(Count(1), 1);

    public float[] F32Sequence()
    {
        var values = new float[Count(4)];
        F32Array(values);
        return values;
    }

    public void F32Array(scoped Span<float> values)
    {
        foreach (ref var value in values) value = F32();
    }

    public void F64Array(scoped Span<double> values)
    {
        foreach (ref var value in values) value = F64();
    }

    /// <summary>T[]: a sequence of numbers.</summary>
    public void Sequence<T>(List<T> into) where T : unmanaged
    {
        var count = Count(Unsafe.SizeOf<T>());
        CollectionsMarshal.SetCount(into, count);
        if (count > 0) Array(CollectionsMarshal.AsSpan(into));
    }

    /// <summary>T[N]: numbers.</summary>
    public void Array<T>(scoped Span<T> into) where T : unmanaged
    {
        var size = Unsafe.SizeOf<T>();
        var bytes = Take(checked(size * into.Length), size);
        var raw = MemoryMarshal.AsBytes(into);
        bytes.CopyTo(raw);
        if (BitConverter.IsLittleEndian) return;
        for (var i = 0; i < into.Length; i++) raw.Slice(i * size, size).Reverse();
    }

    /// <summary>bool[].</summary>
    public void Bools(List<bool> into)
    {
        var bytes = Take(Count(1), 1);
        CollectionsMarshal.SetCount(into, bytes.Length);
        for (var i = 0; i < bytes.Length; i++) into[i] = bytes[i] != 0;
    }

    /// <summary>string[].</summary>
    public void Texts(List<string> into)
    {
        var count = Count(4);
        if (into.Count > count) CollectionsMarshal.SetCount(into, count);
        for (var i = 0; i < count; i++)
            if (i < into.Count) into[i] = Text(into[i]);
            else into.Add(Text());
    }

    /// <summary>A sequence of messages; those that are there are filled anew.</summary>
    public void Messages<T>(List<T> into) where T : IMessage, new()
    {
        var count = Count(1);
        if (into.Count > count) CollectionsMarshal.SetCount(into, count);
        for (var i = 0; i < count; i++)
        {
            if (i == into.Count) into.Add(new());
            into[i].Read(ref this);
        }
    }

    /// <summary>Without the closing zero. Some writers give an empty string no byte at all.</summary>
    private ReadOnlySpan<byte> RawText()
    {
        var bytes = Take(Count(1), 1);
        return bytes is [.., 0] ? bytes[..^1] : bytes;
    }

    private static bool IsSame(ReadOnlySpan<byte> utf8, string text)
    {
        Span<char> characters = stackalloc char[LongestKnown];
        return utf8.Length <= LongestKnown && Encoding.UTF8.TryGetChars(utf8, characters, out var count) && characters[..count].SequenceEqual(text);
    }

    private int Count(int elementBytes)
    {
        var count = U32();
        if (count > (uint)(_bytes.Length - _position) / elementBytes)
            throw new InvalidDataException($"A sequence of {count} elements runs past the end of its message.");
        return (int)count;
    }

    private ReadOnlySpan<byte> Take(int count, int alignment)
    {
        var start = CdrWriter.Aligned(_position, alignment);
        if (count > _bytes.Length - start) throw new InvalidDataException("The message ends too early.");
        _position = start + count;
        return _bytes.Slice(start, count);
    }
}

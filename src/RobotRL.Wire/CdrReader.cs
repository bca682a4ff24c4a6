using System.Buffers.Binary;
using System.Text;

namespace RobotRL.Wire;

/// <summary>Reads what <see cref="CdrWriter"/> writes, and any other little-endian XCDR1 message.</summary>
/// <exception cref="InvalidDataException">The message is of another encoding or ends too early.</exception>
public ref struct CdrReader
{
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
    public int I32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4, 4));
    public uint U32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4, 4));
    public long I64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8, 8));
    public ulong U64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8, 8));
    public double F64() => BinaryPrimitives.ReadDoubleLittleEndian(Take(8, 8));
    public float F32() => BinaryPrimitives.ReadSingleLittleEndian(Take(4, 4));
    public string Text() => Encoding.UTF8.GetString(Take(Count(1), 1)[..^1]);
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

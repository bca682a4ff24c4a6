using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace RobotRL.Wire;

/// <summary>
/// Serialises a ROS 2 message as XCDR1, little-endian: four bytes that say so, then each number aligned to its own size as counted from
/// behind them; a sequence is its length and its elements, a string its length with the closing zero. Reused from message to message.
/// </summary>
public sealed class CdrWriter
{
    internal const int HeadBytes = 4;
    private byte[] _bytes = new byte[1024];
    private int _length;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    public CdrWriter Begin()
    {
        _length = 0;
        ((ReadOnlySpan<byte>)[0, 1, 0, 0]).CopyTo(Take(HeadBytes, 1));
        return this;
    }

    public void U8(byte value) => Take(1, 1)[0] = value;
    public void I8(sbyte value) => U8((byte)value);
    public void Bool(bool value) => U8(value ? (byte)1 : (byte)0);
    public void I16(short value) => BinaryPrimitives.WriteInt16LittleEndian(Take(2, 2), value);
    public void U16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Take(2, 2), value);
    public void I32(int value) => BinaryPrimitives.WriteInt32LittleEndian(Take(4, 4), value);
    public void U32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Take(4, 4), value);
    public void I64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Take(8, 8), value);
    public void U64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Take(8, 8), value);
    public void F64(double value) => BinaryPrimitives.WriteDoubleLittleEndian(Take(8, 8), value);
    public void F32(float value) => BinaryPrimitives.WriteSingleLittleEndian(Take(4, 4), value);

    public void Text(string value)
    {
        var count = Encoding.UTF8.GetByteCount(value);
        U32((uint)count + 1);
        Encoding.UTF8.GetBytes(value, Take(count, 1));
        U8(0);
    }

    /// <summary>uint8[].</summary>
    public void Bytes(ReadOnlySpan<byte> values)
    {
        U32((uint)values.Length);
        values.CopyTo(Take(values.Length, 1));
    }

    /// <summary>float32[].</summary>
    public void F32Sequence(ReadOnlySpan<float> values)
    {
        U32((uint)values.Length);
        F32Array(values);
    }

    /// <summary>float32[N].</summary>
    public void F32Array(ReadOnlySpan<float> values)
    {
        foreach (var value in values) F32(value);
    }

    /// <summary>float64[N].</summary>
    public void F64Array(ReadOnlySpan<double> values)
    {
        foreach (var value in values) F64(value);
    }

    /// <summary>T[]: a sequence of numbers.</summary>
    public void Sequence<T>(List<T> values) where T : unmanaged
    {
        U32((uint)values.Count);
        if (values.Count > 0) Array<T>(CollectionsMarshal.AsSpan(values));
    }

    /// <summary>T[N]: numbers.</summary>
    public void Array<T>(ReadOnlySpan<T> values) where T : unmanaged
    {
        var size = Unsafe.SizeOf<T>();
        var into = Take(checked(size * values.Length), size);
        MemoryMarshal.AsBytes(values).CopyTo(into);
        if (BitConverter.IsLittleEndian) return;
        for (var i = 0; i < values.Length; i++) into.Slice(i * size, size).Reverse();
    }

    /// <summary>bool[].</summary>
    public void Bools(List<bool> values)
    {
        U32((uint)values.Count);
        foreach (var value in values) Bool(value);
    }

    /// <summary>string[].</summary>
    public void Texts(List<string> values)
    {
        U32((uint)values.Count);
        foreach (var value in values) Text(value);
    }

    /// <summary>A sequence of messages.</summary>
    public void Messages<T>(List<T> values) where T : IMessage
    {
        U32((uint)values.Count);
        foreach (var value in values) value.Write(this);
    }

    /// <summary>A whole message. It is overwritten by the next.</summary>
    public ReadOnlySpan<byte> Message<T>(T message) where T : IMessage
    {
        message.Write(Begin());
        return Written;
    }

    private Span<byte> Take(int count, int alignment)
    {
        var start = Aligned(_length, alignment);
        if (start + count > _bytes.Length) System.Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, start + count));
        _bytes.AsSpan(_length, start - _length).Clear();
        _length = start + count;
        return _bytes.AsSpan(start, count);
    }

    internal static int Aligned(int position, int alignment) => ((position - HeadBytes + alignment - 1) & -alignment) + HeadBytes;
}

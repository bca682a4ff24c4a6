using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;

namespace RobotRL.Mcap;

/// <summary>A growing run of records in memory, little-endian.</summary>
internal sealed class RecordBuffer : IBufferWriter<byte>
{
    private byte[] _bytes = new byte[4096];

    public int Length { get; private set; }
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);
    public ReadOnlyMemory<byte> WrittenMemory => _bytes.AsMemory(0, Length);

    public void Clear() => Length = 0;

    /// <summary>Room for <paramref name="count"/> bytes, which count as written.</summary>
    public Span<byte> Take(int count)
    {
        var end = checked(Length + count);
        if (end > _bytes.Length) Array.Resize(ref _bytes, (int)Math.Clamp(2L * _bytes.Length, end, Array.MaxLength));
        var span = _bytes.AsSpan(Length, count);
        Length = end;
        return span;
    }

    void IBufferWriter<byte>.Advance(int count) => Take(count);

    Span<byte> IBufferWriter<byte>.GetSpan(int sizeHint)
    {
        var span = Take(Math.Max(sizeHint, 1));
        GiveBack(span.Length);
        return span;
    }

    Memory<byte> IBufferWriter<byte>.GetMemory(int sizeHint)
    {
        var start = Length;
        GiveBack(Take(Math.Max(sizeHint, 1)).Length);
        return _bytes.AsMemory(start);
    }

    /// <summary>Begins a record; <see cref="End"/> with the returned position fills in its length.</summary>
    public int Begin(Opcode opcode)
    {
        U8((byte)opcode);
        U64(0);
        return Length;
    }

    public void End(int start) => PatchU64(start - 8, (ulong)(Length - start));

    /// <summary>Unsays the last bytes taken.</summary>
    public void GiveBack(int count) => Length -= count;

    public void PatchU64(int position, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(_bytes.AsSpan(position), value);

    public void U8(byte value) => Take(1)[0] = value;
    public void U16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Take(2), value);
    public void U32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Take(4), value);
    public void U64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Take(8), value);
    public void Bytes(ReadOnlySpan<byte> value) => value.CopyTo(Take(value.Length));

    public void Text(string value)
    {
        var count = Encoding.UTF8.GetByteCount(value);
        U32((uint)count);
        Encoding.UTF8.GetBytes(value, Take(count));
    }

    /// <summary>An array or map: its length in bytes, then its entries.</summary>
    public void List(Action entries)
    {
        U32(0);
        var start = Length;
        entries();
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(start - 4), (uint)(Length - start));
    }

    public void Map(ImmutableSortedDictionary<string, string> map) => List(() =>
    {
        foreach (var (key, value) in map)
        {
            Text(key);
            Text(value);
        }
    });

    public void Map(ImmutableSortedDictionary<ushort, ulong> map) => List(() =>
    {
        foreach (var (key, value) in map)
        {
            U16(key);
            U64(value);
        }
    });

    public void Schema(McapSchema schema)
    {
        var start = Begin(Opcode.Schema);
        U16(schema.Id);
        Text(schema.Name);
        Text(schema.Encoding);
        U32((uint)schema.Data.Length);
        Bytes(schema.Data.Span);
        End(start);
    }

    public void Channel(McapChannel channel)
    {
        var start = Begin(Opcode.Channel);
        U16(channel.Id);
        U16(channel.SchemaId);
        Text(channel.Topic);
        Text(channel.MessageEncoding);
        Map(channel.Metadata);
        End(start);
    }
}

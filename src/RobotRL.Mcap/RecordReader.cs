using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;

namespace RobotRL.Mcap;

/// <summary>Reads the fields of one record from memory. Running off the end is an <see cref="McapException"/>, never a crash.</summary>
internal ref struct RecordReader(ReadOnlyMemory<byte> data)
{
    private readonly ReadOnlyMemory<byte> _data = data;

    public int Position { get; private set; }
    public readonly int Left => _data.Length - Position;

    public byte U8() => Take(1).Span[0];
    public ushort U16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2).Span);
    public uint U32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4).Span);
    public ulong U64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8).Span);
    public string Text() => Encoding.UTF8.GetString(Take(U32()).Span);
    public ReadOnlyMemory<byte> Bytes(ulong count) => Take(count);
    public ReadOnlyMemory<byte> Rest() => Take((ulong)Left);

    public ImmutableSortedDictionary<string, string> TextMap()
    {
        var map = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var entries = new RecordReader(Take(U32()));
        while (entries.Left > 0) map[entries.Text()] = entries.Text();
        return map.ToImmutable();
    }

    public ImmutableSortedDictionary<ushort, ulong> NumberMap()
    {
        var map = ImmutableSortedDictionary.CreateBuilder<ushort, ulong>();
        var entries = new RecordReader(Take(U32()));
        while (entries.Left > 0) map[entries.U16()] = entries.U64();
        return map.ToImmutable();
    }

    private ReadOnlyMemory<byte> Take(ulong count)
    {
        if (count > (ulong)Left) throw new McapException($"A field of {count} bytes runs past the end of its record.");
        var slice = _data.Slice(Position, (int)count);
        Position += (int)count;
        return slice;
    }
}

using System.IO.Hashing;

namespace RobotRL.Mcap;

/// <summary>A chunk as read: its head, and its records still packed.</summary>
internal readonly record struct ChunkRecord(ulong StartTime, ulong EndTime, ulong Size, uint Crc, McapCompression Compression,
    ulong PackedSize, ReadOnlyMemory<byte> Packed)
{
    /// <summary>Reads the head; the packed records may be cut short.</summary>
    public static ChunkRecord Parse(ReadOnlyMemory<byte> content)
    {
        var r = new RecordReader(content);
        var (start, end, size, crc, compression, packedSize) = (r.U64(), r.U64(), r.U64(), r.U32(), RobotRL.Mcap.Compression.Parse(r.Text()), r.U64());
        return new ChunkRecord(
            StartTime: start, EndTime: end, Size: size, Crc: crc, Compression: compression,
            PackedSize: packedSize, Packed: r.Bytes(Math.Min(packedSize, (ulong)r.Left)));
    }

    /// <summary>The records, checked.</summary>
    /// <exception cref="McapException">They are cut short or damaged.</exception>
    public ReadOnlyMemory<byte> Unpack()
    {
        if ((ulong)Packed.Length != PackedSize)
            throw new McapException($"A chunk's records take {PackedSize} bytes, of which {Packed.Length} are in its record.");
        var records = RobotRL.Mcap.Compression.Restore(Compression, Packed, Size);
        if (Crc != 0 && Crc != Crc32.HashToUInt32(records.Span)) throw new McapException("A chunk's checksum does not match its records.");
        return records;
    }

    /// <summary>What can be had of a chunk at the torn end of a file; no checksum vouches for it beyond its being whole records.</summary>
    public ReadOnlyMemory<byte> UnpackTorn() => RobotRL.Mcap.Compression.RestorePrefix(Compression, Packed, Size);
}

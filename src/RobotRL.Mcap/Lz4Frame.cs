using System.Buffers.Binary;
using K4os.Compression.LZ4;

namespace RobotRL.Mcap;

/// <summary>The LZ4 frame format (v1.6.x) around the block codec. Checksums inside the frame are passed over: a chunk has its own.</summary>
internal static class Lz4Frame
{
    private const uint MagicNumber = 0x184D2204;
    private const int BlockBytes = 4 << 20;
    private const int WindowBytes = 64 << 10;
    private const uint StoredBit = 0x8000_0000;

    // Version 1, independent blocks of up to 4 MiB, no checksums, no content size; the third byte is the descriptor's own checksum.
    private static ReadOnlySpan<byte> Descriptor => [0x60, 0x70, 0x73];

    /// <summary>Appends one frame.</summary>
    public static void Encode(ReadOnlySpan<byte> data, RecordBuffer target)
    {
        target.U32(MagicNumber);
        target.Bytes(Descriptor);
        var packed = new byte[LZ4Codec.MaximumOutputSize(Math.Min(data.Length, BlockBytes))];
        for (; data.Length > 0; data = data[Math.Min(data.Length, BlockBytes)..])
        {
            var block = data[..Math.Min(data.Length, BlockBytes)];
            var length = LZ4Codec.Encode(block, packed);
            if (length > 0 && length < block.Length)
            {
                target.U32((uint)length);
                target.Bytes(packed.AsSpan(0, length));
            }
            else
            {
                target.U32((uint)block.Length | StoredBit);
                target.Bytes(block);
            }
        }
        target.U32(0);
    }

    /// <summary>Unpacks whole blocks until the frame, its data or the target ends; gives the bytes unpacked.</summary>
    public static int DecodePrefix(ReadOnlySpan<byte> data, Span<byte> target)
    {
        if (data.Length < 7 || BinaryPrimitives.ReadUInt32LittleEndian(data) != MagicNumber) return 0;
        var flags = data[4];
        var blockChecksums = (flags & 0x10) != 0;
        var head = 7 + ((flags & 0x08) != 0 ? 8 : 0) + ((flags & 0x01) != 0 ? 4 : 0);
        if (data.Length < head) return 0;
        data = data[head..];
        var length = 0;
        while (data.Length >= 4)
        {
            var word = BinaryPrimitives.ReadUInt32LittleEndian(data);
            var size = (int)(word & ~StoredBit);
            if (size == 0 || size > data.Length - 4) break;
            var block = data.Slice(4, size);
            if ((word & StoredBit) != 0)
            {
                if (size > target.Length - length) break;
                block.CopyTo(target[length..]);
                length += size;
            }
            else
            {
                // Blocks may refer to the last 64 KiB before them.
                var window = target[Math.Max(0, length - WindowBytes)..length];
                var unpacked = LZ4Codec.Decode(block, target[length..], window);
                if (unpacked < 0) break;
                length += unpacked;
            }
            data = data[Math.Min(data.Length, 4 + size + (blockChecksums ? 4 : 0))..];
        }
        return length;
    }
}

using K4os.Compression.LZ4.Streams;
using ZstdSharp;

namespace RobotRL.Mcap;

/// <summary>Compresses and restores the records of a chunk.</summary>
internal static class Compression
{
    public static string Name(McapCompression compression) => compression switch
    {
        McapCompression.None => "",
        McapCompression.Lz4 => "lz4",
        _ => "zstd",
    };

    public static McapCompression Parse(string name) => name switch
    {
        "" => McapCompression.None,
        "lz4" => McapCompression.Lz4,
        "zstd" => McapCompression.Zstd,
        _ => throw new McapException($"Chunks compressed by '{name}' cannot be read: only lz4, zstd and none."),
    };

    /// <summary>The whole content of a chunk.</summary>
    /// <exception cref="McapException">The data is damaged.</exception>
    public static ReadOnlyMemory<byte> Restore(McapCompression compression, ReadOnlyMemory<byte> data, ulong size)
    {
        var restored = RestorePrefix(compression, data, size);
        if ((ulong)restored.Length != size) throw new McapException($"A chunk of {size} bytes unpacks to {restored.Length} bytes.");
        return restored;
    }

    /// <summary>As much of a chunk as its data yields: the data may be cut off anywhere.</summary>
    public static ReadOnlyMemory<byte> RestorePrefix(McapCompression compression, ReadOnlyMemory<byte> data, ulong size)
    {
        if (size > (ulong)Array.MaxLength) throw new McapException($"A chunk of {size} bytes is larger than can be read.");
        if (compression == McapCompression.None) return data;
        // No codec packs tighter than this: a larger size is a damaged number, not a reason to take the machine's memory.
        var target = new byte[(int)Math.Min(size, (ulong)data.Length * 40_000 + 4096)];
        var length = compression == McapCompression.Lz4 ? UnpackLz4(data, target) : UnpackZstd(data, target);
        return target.AsMemory(0, length);
    }

    /// <summary>Appends one frame of LZ4.</summary>
    public static void PackLz4(ReadOnlySpan<byte> data, RecordBuffer target) => LZ4Frame.Encode(data, target, new LZ4EncoderSettings
    {
        ChainBlocks = false,
        // The least that holds the data: writers and readers set aside a whole block.
        BlockSize = data.Length switch { <= 64 << 10 => 64 << 10, <= 256 << 10 => 256 << 10, <= 1 << 20 => 1 << 20, _ => 4 << 20 },
    });

    private static int UnpackLz4(ReadOnlyMemory<byte> data, byte[] target)
    {
        using var frame = LZ4Frame.Decode(data);
        var length = 0;
        try
        {
            // Block by block: one that is torn or damaged takes none of those before it along.
            for (int read; (read = frame.ReadManyBytes(target.AsSpan(length), interactive: true)) > 0;) length += read;
            // More than the chunk claims is as wrong as less.
            if (length == target.Length && frame.ReadOneByte() >= 0) return 0;
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or InvalidOperationException
            or ArgumentException or NotImplementedException)
        {
        }
        return length;
    }

    private static int UnpackZstd(ReadOnlyMemory<byte> data, byte[] target)
    {
        using var stream = new DecompressionStream(new MemoryStream(data.ToArray(), writable: false), checkEndOfStream: false, leaveOpen: false);
        var length = 0;
        try
        {
            for (int read; length < target.Length && (read = stream.Read(target, length, target.Length - length)) > 0;) length += read;
        }
        catch (ZstdException) { }
        return length;
    }
}

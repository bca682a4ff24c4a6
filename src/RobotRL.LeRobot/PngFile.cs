using System.Buffers.Binary;
using System.IO.Compression;

namespace RobotRL.LeRobot;

/// <summary>PNG images of 8 bits a channel: writes RGB, reads grey, RGB and either with opacity, which is left out. Not interlaced.</summary>
internal static class PngFile
{
    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', (byte)'\r', (byte)'\n', 0x1A, (byte)'\n'];
    private static readonly uint[] CrcTable = [.. Enumerable.Range(0, 256).Select(CrcEntry)];

    /// <param name="rgb">[height × width × 3].</param>
    public static byte[] Encode(ReadOnlySpan<byte> rgb, int width, int height)
    {
        var file = new MemoryStream();
        file.Write(Signature);
        Span<byte> head = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(head, width);
        BinaryPrimitives.WriteInt32BigEndian(head[4..], height);
        (head[8], head[9], head[10], head[11], head[12]) = (8, 2, 0, 0, 0);
        Chunk(file, "IHDR"u8, head);
        var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            // Differences to the pixel on the left pack better than pixels.
            var line = new byte[1 + width * 3];
            line[0] = 1;
            for (var y = 0; y < height; y++)
            {
                var row = rgb.Slice(y * width * 3, width * 3);
                for (var i = 0; i < row.Length; i++) line[i + 1] = (byte)(row[i] - (i < 3 ? 0 : row[i - 3]));
                zlib.Write(line);
            }
        }
        Chunk(file, "IDAT"u8, packed.GetBuffer().AsSpan(0, (int)packed.Length));
        Chunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    /// <exception cref="InvalidDataException">Not a PNG, damaged, or of a kind that is not read.</exception>
    public static (int Width, int Height, byte[] Rgb) Decode(ReadOnlySpan<byte> file)
    {
        if (!file.StartsWith(Signature)) throw new InvalidDataException("An image is no PNG.");
        var (width, height, channels, packed) = (0, 0, 0, new MemoryStream());
        for (var at = Signature.Length; at + 12 <= file.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(file[at..]);
            if (length < 0 || length > file.Length - at - 12) throw new InvalidDataException("A PNG is cut short.");
            var kind = file.Slice(at + 4, 4);
            var content = file.Slice(at + 8, length);
            if (BinaryPrimitives.ReadUInt32BigEndian(file[(at + 8 + length)..]) != Crc(file.Slice(at + 4, 4 + length))) throw new InvalidDataException("The checksum of a PNG does not match.");
            if (kind.SequenceEqual("IHDR"u8))
            {
                (width, height) = (BinaryPrimitives.ReadInt32BigEndian(content), BinaryPrimitives.ReadInt32BigEndian(content[4..]));
                channels = (content[8], content[9], content[12]) switch
                {
                    (8, 0, 0) => 1,
                    (8, 2, 0) => 3,
                    (8, 4, 0) => 2,
                    (8, 6, 0) => 4,
                    _ => throw new InvalidDataException("A PNG is interlaced, has a palette or not 8 bits a channel: convert it to plain RGB."),
                };
            }
            else if (kind.SequenceEqual("IDAT"u8)) packed.Write(content);
            at += 12 + length;
        }
        if (channels == 0 || width <= 0 || height <= 0 || (long)width * height > 1 << 28) throw new InvalidDataException("A PNG has no readable head.");
        return (width, height, Unpack(packed, width, height, channels));
    }

    private static byte[] Unpack(MemoryStream packed, int width, int height, int channels)
    {
        packed.Position = 0;
        using var zlib = new ZLibStream(packed, CompressionMode.Decompress);
        var rgb = new byte[width * height * 3];
        byte[] above = new byte[width * channels], row = new byte[width * channels];
        for (var y = 0; y < height; y++, (above, row) = (row, above))
        {
            var filter = zlib.ReadByte();
            if (filter < 0 || zlib.ReadAtLeast(row, row.Length, throwOnEndOfStream: false) < row.Length) throw new InvalidDataException("A PNG is cut short.");
            for (var i = 0; i < row.Length; i++)
            {
                int left = i < channels ? 0 : row[i - channels], up = above[i], corner = i < channels ? 0 : above[i - channels];
                row[i] += (byte)(filter switch
                {
                    0 => 0,
                    1 => left,
                    2 => up,
                    3 => (left + up) / 2,
                    4 => Paeth(left, up, corner),
                    _ => throw new InvalidDataException("A PNG names a filter that does not exist."),
                });
            }
            for (var x = 0; x < width; x++)
                for (var c = 0; c < 3; c++) rgb[(y * width + x) * 3 + c] = row[x * channels + (channels < 3 ? 0 : c)];
        }
        return rgb;
    }

    private static int Paeth(int left, int up, int corner)
    {
        var p = left + up - corner;
        var (a, b, c) = (Math.Abs(p - left), Math.Abs(p - up), Math.Abs(p - corner));
        return a <= b && a <= c ? left : b <= c ? up : corner;
    }

    private static void Chunk(MemoryStream file, ReadOnlySpan<byte> kind, ReadOnlySpan<byte> content)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        file.Write(number);
        var start = (int)file.Length;
        file.Write(kind);
        file.Write(content);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc(file.GetBuffer().AsSpan(start, (int)file.Length - start)));
        file.Write(number);
    }

    private static uint Crc(ReadOnlySpan<byte> data)
    {
        var crc = ~0u;
        foreach (var b in data) crc = CrcTable[(byte)crc ^ b] ^ (crc >> 8);
        return ~crc;
    }

    private static uint CrcEntry(int index)
    {
        var crc = (uint)index;
        for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        return crc;
    }
}

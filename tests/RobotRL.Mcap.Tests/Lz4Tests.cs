using System.IO.Hashing;
using System.Text;
using K4os.Compression.LZ4.Streams;
using RobotRL.Mcap;

namespace RobotRL.Mcap.Tests;

public sealed class Lz4Tests
{
    private const int BlockBytes = 64 << 10;

    /// <summary>Three blocks and a bit, of which some pack and some do not.</summary>
    private static readonly byte[] Data = MakeData();

    [Theory]
    [InlineData(true, false, false, false)]
    [InlineData(false, true, false, false)]
    [InlineData(false, false, true, false)]
    [InlineData(true, true, true, true)]
    public void Frames_of_other_writers_are_read(bool chained, bool blockChecksums, bool contentChecksum, bool withLength)
    {
        var frame = Frame(new() { ChainBlocks = chained, BlockChecksum = blockChecksums, ContentChecksum = contentChecksum });
        if (withLength) frame = WithLength(frame, Data.Length);
        Assert.True(Compression.Restore(McapCompression.Lz4, frame, (ulong)Data.Length).Span.SequenceEqual(Data));
    }

    /// <summary>From the writer that recordings were made with before a library wrote the frames: a stored block, then a packed one.</summary>
    [Theory]
    [InlineData("04224D186070730300008061626300000000", "abc", 1)]
    [InlineData("04224D186070731E000000FF0461206672616D65206F66206265666F72652C20130080506F72652C2000000000", "a frame of before, ", 9)]
    public void Frames_of_before_are_read(string frame, string text, int times)
    {
        var records = Compression.Restore(McapCompression.Lz4, Convert.FromHexString(frame), (ulong)(text.Length * times));
        Assert.Equal(string.Concat(Enumerable.Repeat(text, times)), Encoding.UTF8.GetString(records.Span));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(BlockBytes)]
    [InlineData(-BlockBytes)]
    public void A_chunk_of_another_size_than_it_claims_is_refused(int error) =>
        Assert.Throws<McapException>(() => Compression.Restore(McapCompression.Lz4, Frame(new() { ChainBlocks = false }), (ulong)(Data.Length + error)));

    [Fact]
    public void A_claim_of_gigabytes_takes_no_gigabytes()
    {
        var frame = Convert.FromHexString("04224D186070730300008061626300000000");
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<McapException>(() => Compression.Restore(McapCompression.Lz4, frame, 2_000_000_000));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 << 20);
    }

    [Fact]
    public void Cut_off_anywhere_a_frame_gives_its_whole_blocks()
    {
        var frame = Frame(new() { ChainBlocks = true });
        var given = 0;
        for (var length = frame.Length % 97; length <= frame.Length; length += 97)
        {
            var prefix = Compression.RestorePrefix(McapCompression.Lz4, frame.AsMemory(0, length), (ulong)Data.Length).Span;
            Assert.True(Data.AsSpan().StartsWith(prefix));
            Assert.True(prefix.Length % BlockBytes == 0 || prefix.Length == Data.Length);
            Assert.True(prefix.Length >= given);
            given = prefix.Length;
        }
        Assert.Equal(Data.Length, given);
    }

    private static byte[] Frame(LZ4EncoderSettings settings)
    {
        var frame = new MemoryStream();
        using (var encoder = LZ4Stream.Encode(frame, settings, leaveOpen: true)) encoder.Write(Data);
        return frame.ToArray();
    }

    /// <summary>The same frame with the length of its content in the head, as Python's writer puts it: flag, length, and the head's checksum anew.</summary>
    private static byte[] WithLength(byte[] frame, long length)
    {
        byte[] descriptor = [(byte)(frame[4] | 0x08), frame[5], .. BitConverter.GetBytes(length)];
        return [.. frame[..4], .. descriptor, (byte)(XxHash32.HashToUInt32(descriptor) >> 8), .. frame[7..]];
    }

    private static byte[] MakeData()
    {
        var data = new byte[3 * BlockBytes + 1000];
        new Random(1).NextBytes(data.AsSpan(BlockBytes, BlockBytes));
        for (var i = 2 * BlockBytes; i < data.Length; i++) data[i] = (byte)(i / 7);
        return data;
    }
}

using System.Collections.Immutable;
using System.IO.Hashing;
using System.Text;
using CsCheck;

namespace RobotRL.Mcap.Tests;

public sealed class McapFileTests
{
    private static readonly Gen<Sample> Samples =
        from compression in Gen.Enum<McapCompression>()
        from chunkBytes in Gen.Int[1, 3000]
        from channels in Gen.Int[1, 4]
        from messages in Gen.Select(Gen.Int[0, channels - 1], Gen.ULong, Gen.Byte.Array[0, 400], Gen.Bool).Array[0, 30]
        select new Sample(compression, chunkBytes, channels, messages);

    [Fact]
    public void What_is_written_is_read_back_in_order_of_time() => Samples.Sample(sample =>
    {
        var bytes = sample.Write(complete: true);
        using var reader = McapReader.Open(new MemoryStream(bytes));
        reader.Verify();

        Assert.True(reader.IsIndexed);
        Assert.Equal("ros2", reader.Header.Profile);
        Assert.Equal(sample.Messages.Select((m, i) => (m, i)).OrderBy(x => x.m.Time).ThenBy(x => x.i).Select(x => sample.Text(x.i)),
            reader.Messages().Select(Sample.Text));
        Assert.Equal((ulong)sample.Messages.Length, reader.Statistics.MessageCount);
        Assert.Equal(Sample.Note, Assert.Single(reader.Metadata()).Values);
        Assert.Equal("hello", Encoding.UTF8.GetString(Assert.Single(reader.Attachments()).Data.Span));
    }, iter: 200);

    [Fact]
    public void A_file_without_an_index_says_the_same_as_one_with() => Samples.Sample(sample =>
    {
        using var whole = McapReader.Open(new MemoryStream(sample.Write(complete: true)));
        using var torn = McapReader.Open(new MemoryStream(sample.Write(complete: false)));

        Assert.False(torn.IsComplete);
        Assert.NotNull(torn.Damage);
        Assert.Equal(sample.Messages.Select((_, i) => sample.Text(i)), torn.Messages().Select(Sample.Text));
        Assert.Equal(whole.Statistics.ChannelMessageCounts.Where(c => c.Value > 0), torn.Statistics.ChannelMessageCounts);
        Assert.Equal(whole.Statistics with { ChannelMessageCounts = torn.Statistics.ChannelMessageCounts }, torn.Statistics);
        Assert.Equal(Sample.Note, Assert.Single(torn.Metadata()).Values);
    }, iter: 100);

    [Fact]
    public void A_window_of_time_and_topics_is_what_a_filter_over_all_would_give() => Gen.Select(Samples, Gen.ULong, Gen.ULong).Sample((sample, a, b) =>
    {
        var (from, until) = (Math.Min(a, b), Math.Max(a, b));
        using var reader = McapReader.Open(new MemoryStream(sample.Write(complete: true)));
        var expected = reader.Messages().Where(m => m.Channel.Topic == "/topic/0" && m.LogTime >= from && m.LogTime <= until);
        Assert.Equal(expected.Select(Sample.Text), reader.Messages(c => c.Topic == "/topic/0", from, until).Select(Sample.Text));
    }, iter: 100);

    [Theory]
    [InlineData(McapCompression.None)]
    [InlineData(McapCompression.Lz4)]
    [InlineData(McapCompression.Zstd)]
    public void Cut_off_at_any_byte_a_file_gives_a_prefix_of_its_messages(McapCompression compression)
    {
        var sample = Sample.Small(compression);
        var bytes = sample.Write(complete: true);
        var all = Enumerable.Range(0, sample.Messages.Length).Select(sample.Text).ToArray();
        var recovered = 0;
        for (var length = 0; length < bytes.Length; length++)
        {
            McapReader reader;
            try
            {
                reader = McapReader.Open(new MemoryStream(bytes, 0, length));
            }
            catch (McapException)
            {
                Assert.True(length < 64, $"Cut at byte {length}, behind magic and header, the file does not open.");
                continue;
            }
            using (reader)
            {
                var messages = reader.Messages().Select(Sample.Text).ToArray();
                Assert.False(reader.IsComplete);
                Assert.NotNull(reader.Damage);
                Assert.Equal(all[..messages.Length], messages);
                Assert.True(messages.Length >= recovered, $"A longer file, of {length} bytes, gives fewer messages.");
                recovered = messages.Length;
            }
        }
        Assert.Equal(all.Length, recovered);
    }

    [Fact]
    public void Of_a_torn_chunk_the_whole_messages_are_recovered()
    {
        var sample = new Sample(McapCompression.None, int.MaxValue, 1,
            [(0, 1, new byte[100], false), (0, 2, new byte[100], false), (0, 3, new byte[100], false)]);
        var bytes = sample.Write(complete: true);
        using var whole = McapReader.Open(new MemoryStream(bytes));
        using var reader = McapReader.Open(new MemoryStream(bytes, 0, (int)(whole.Chunks[0].ChunkStartOffset + whole.Chunks[0].ChunkLength) - 10));
        Assert.Equal([1UL, 2UL], reader.Messages().Select(m => m.LogTime));
    }

    [Theory]
    [InlineData(McapCompression.None)]
    [InlineData(McapCompression.Lz4)]
    [InlineData(McapCompression.Zstd)]
    public void A_changed_byte_never_passes_verification(McapCompression compression)
    {
        var bytes = Sample.Small(compression).Write(complete: true);
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= 0x10;
            var error = Record.Exception(() =>
            {
                using var reader = McapReader.Open(new MemoryStream(bytes));
                reader.Verify();
            });
            Assert.True(error is McapException, $"Byte {i} of {bytes.Length}: {error}");
            bytes[i] ^= 0x10;
        }
    }

    [Fact]
    public void A_chunk_that_does_not_match_its_checksum_is_refused()
    {
        var bytes = Sample.Small(McapCompression.None).Write(complete: true);
        bytes[bytes.AsSpan().IndexOf("payload"u8)] ^= 1;
        using var reader = McapReader.Open(new MemoryStream(bytes));
        Assert.Contains("checksum", Assert.Throws<McapException>(() => reader.Messages().Count()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(McapCompression.Lz4)]
    [InlineData(McapCompression.Zstd)]
    public void Large_messages_of_every_texture_survive_compression(McapCompression compression)
    {
        var noise = new byte[9 << 20];
        new Random(1).NextBytes(noise);
        var flat = new byte[9 << 20];
        var stream = new MemoryStream();
        using (var writer = new McapWriter(stream, new McapWriterOptions { Compression = compression }))
        {
            var channel = writer.AddChannel("/x", "", null);
            writer.Write(channel, 1, 1, noise);
            writer.Write(channel, 2, 2, flat);
            writer.Complete();
        }
        using var reader = McapReader.Open(new MemoryStream(stream.ToArray()));
        var messages = reader.Messages().ToArray();
        Assert.True(messages[0].Data.Span.SequenceEqual(noise));
        Assert.True(messages[1].Data.Span.SequenceEqual(flat));
    }

    [Theory]
    [InlineData(McapCompression.None)]
    [InlineData(McapCompression.Lz4)]
    [InlineData(McapCompression.Zstd)]
    public void The_public_reader_reads_the_same(McapCompression compression)
    {
        var sample = Sample.Small(compression);
        var file = Path.Combine(Path.GetTempPath(), $"robotrl-{Guid.NewGuid():N}.mcap");
        try
        {
            File.WriteAllBytes(file, sample.Write(complete: true));
            var read = NpmReader.Read(file);

            Assert.Equal("ros2", read.GetProperty("profile").GetString());
            Assert.Equal(sample.Messages.Length.ToString(), read.GetProperty("statistics").GetProperty("messageCount").GetString());
            Assert.True(read.GetProperty("chunks").GetInt32() > 1);
            Assert.Equal("text/plain", read.GetProperty("attachments")[0].GetProperty("mediaType").GetString());
            Assert.Equal("value", read.GetProperty("metadata")[0].GetProperty("values").GetProperty("key").GetString());
            Assert.Equal(
                sample.Messages.OrderBy(m => m.Time).Select(m => $"/topic/{m.Channel} {m.Time} {m.Data.Length} {Crc32.HashToUInt32(m.Data)}"),
                read.GetProperty("messages").EnumerateArray().Select(m => $"{m.GetProperty("topic")} {m.GetProperty("logTime")} "
                    + $"{m.GetProperty("data").GetProperty("length")} {m.GetProperty("data").GetProperty("crc")}"));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void The_checksum_is_that_of_zlib()
    {
        Assert.Equal(0xCBF43926, Crc32.HashToUInt32("123456789"u8));
        Assert.Equal(0xE8B7BE43, Crc32.HashToUInt32("a"u8));
        Assert.Equal(0u, Crc32.HashToUInt32([]));
    }

    [Fact]
    public void Something_else_is_named_as_such() =>
        Assert.Contains("not an MCAP file", Assert.Throws<McapException>(() =>
            McapReader.Open(new MemoryStream("PK\u0003\u0004 something else"u8.ToArray()))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_complete_file_takes_nothing_more()
    {
        using var writer = new McapWriter(new MemoryStream());
        var channel = writer.AddChannel("/x", "", null);
        writer.Complete();
        Assert.Throws<InvalidOperationException>(() => writer.Write(channel, 0, 0, []));
    }
}

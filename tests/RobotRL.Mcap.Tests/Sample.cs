using System.Collections.Immutable;
using System.Text;

namespace RobotRL.Mcap.Tests;

/// <summary>What one test file holds.</summary>
internal sealed record Sample(McapCompression Compression, int ChunkBytes, int Channels, (int Channel, ulong Time, byte[] Data, bool Flush)[] Messages)
{
    public static readonly ImmutableSortedDictionary<string, string> Note = ImmutableSortedDictionary<string, string>.Empty.Add("key", "value").Add("ключ", "");

    /// <summary>Several chunks of several messages, with and without repetition.</summary>
    public static Sample Small(McapCompression compression) => new(compression, 300, 2,
        [.. Enumerable.Range(0, 12).Select(i => (i % 2, (ulong)(i * 10), Encoding.UTF8.GetBytes($"payload {i} {new string('x', 7 * i)}"), i == 5))]);

    public byte[] Write(bool complete)
    {
        var stream = new MemoryStream();
        using (var writer = new McapWriter(stream, new McapWriterOptions { Profile = "ros2", Compression = Compression, ChunkBytes = ChunkBytes }))
        {
            var schema = writer.AddSchema("std_msgs/msg/String", "text", "string data\n"u8);
            var channels = Enumerable.Range(0, Channels).Select(i => writer.AddChannel($"/topic/{i}", "raw", i % 2 == 0 ? schema : null)).ToArray();
            for (var i = 0; i < Messages.Length; i++)
            {
                var (channel, time, data, flush) = Messages[i];
                writer.Write(channels[channel], time, time / 2, data, (uint)i);
                if (flush) writer.Flush();
            }
            writer.Write(new McapAttachment(5, 6, "note", "text/plain", "hello"u8.ToArray()));
            writer.Write(new McapMetadata("note", Note));
            if (complete) writer.Complete();
        }
        return stream.ToArray();
    }

    public string Text(int i) => $"/topic/{Messages[i].Channel} {i} {Messages[i].Time} {Messages[i].Time / 2} {Convert.ToHexString(Messages[i].Data)}";

    public static string Text(McapMessage m) => $"{m.Channel.Topic} {m.Sequence} {m.LogTime} {m.PublishTime} {Convert.ToHexString(m.Data.Span)}";
}

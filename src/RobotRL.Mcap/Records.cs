using System.Collections.Immutable;

namespace RobotRL.Mcap;

/// <summary>The first record of a file.</summary>
/// <param name="Profile">Conventions that the whole file follows, such as <c>ros2</c>; may be empty.</param>
/// <param name="Library">What wrote the file.</param>
public sealed record McapHeader(string Profile, string Library);

/// <summary>The type of a channel's messages.</summary>
/// <param name="Id">Unique within the file, from 1; 0 stands for no schema.</param>
/// <param name="Name">Such as <c>sensor_msgs/msg/Image</c>.</param>
/// <param name="Encoding">Language of <paramref name="Data"/>, such as <c>ros2msg</c>.</param>
/// <param name="Data">The definition.</param>
public sealed record McapSchema(ushort Id, string Name, string Encoding, ReadOnlyMemory<byte> Data);

/// <summary>A stream of messages of one type on one topic.</summary>
/// <param name="Id">Unique within the file.</param>
/// <param name="SchemaId">The messages' schema, 0 for none.</param>
/// <param name="Topic">Such as <c>/action</c>.</param>
/// <param name="MessageEncoding">How messages are serialised, such as <c>cdr</c>.</param>
/// <param name="Metadata">Free key-value pairs.</param>
public sealed record McapChannel(ushort Id, ushort SchemaId, string Topic, string MessageEncoding, ImmutableSortedDictionary<string, string> Metadata);

/// <summary>One message.</summary>
/// <param name="Channel">Where it was published.</param>
/// <param name="Sequence">Counts the channel's messages, from 0 unless the writer says otherwise.</param>
/// <param name="LogTime">When it was recorded, ns.</param>
/// <param name="PublishTime">When it was published, ns.</param>
/// <param name="Data">The serialised message.</param>
public sealed record McapMessage(McapChannel Channel, uint Sequence, ulong LogTime, ulong PublishTime, ReadOnlyMemory<byte> Data);

/// <summary>A file within the file.</summary>
public sealed record McapAttachment(ulong LogTime, ulong CreateTime, string Name, string MediaType, ReadOnlyMemory<byte> Data);

/// <summary>Named key-value pairs.</summary>
public sealed record McapMetadata(string Name, ImmutableSortedDictionary<string, string> Values);

/// <summary>Counts over the whole file.</summary>
public sealed record McapStatistics(
    ulong MessageCount, ushort SchemaCount, uint ChannelCount, uint AttachmentCount, uint MetadataCount, uint ChunkCount,
    ulong MessageStartTime, ulong MessageEndTime, ImmutableSortedDictionary<ushort, ulong> ChannelMessageCounts);

/// <summary>Where a chunk and the message indexes behind it lie, in bytes from the start of the file.</summary>
public sealed record McapChunkIndex(
    ulong MessageStartTime, ulong MessageEndTime, ulong ChunkStartOffset, ulong ChunkLength, ImmutableSortedDictionary<ushort, ulong> MessageIndexOffsets,
    ulong MessageIndexLength, McapCompression Compression, ulong CompressedSize, ulong UncompressedSize);

/// <summary>Where an attachment lies.</summary>
internal sealed record AttachmentIndex(ulong Offset, ulong Length, ulong LogTime, ulong CreateTime, ulong DataSize, string Name, string MediaType);

/// <summary>Where a metadata record lies.</summary>
internal sealed record MetadataIndex(ulong Offset, ulong Length, string Name);

/// <summary>How chunks are compressed.</summary>
public enum McapCompression
{
    None,
    Lz4,
    Zstd,
}

/// <summary>The file is not what the format asks for: where and how.</summary>
public sealed class McapException(string message) : IOException(message);

/// <summary>Record types, by their number in a file.</summary>
internal enum Opcode : byte
{
    Header = 0x01,
    Footer = 0x02,
    Schema = 0x03,
    Channel = 0x04,
    Message = 0x05,
    Chunk = 0x06,
    MessageIndex = 0x07,
    ChunkIndex = 0x08,
    Attachment = 0x09,
    AttachmentIndex = 0x0A,
    Statistics = 0x0B,
    Metadata = 0x0C,
    MetadataIndex = 0x0D,
    SummaryOffset = 0x0E,
    DataEnd = 0x0F,
}

/// <summary>Fixed facts of the format, see https://mcap.dev/spec.</summary>
internal static class Format
{
    public static ReadOnlySpan<byte> Magic => [0x89, (byte)'M', (byte)'C', (byte)'A', (byte)'P', 0x30, (byte)'\r', (byte)'\n'];

    /// <summary>Opcode and length of content.</summary>
    public const int RecordHead = 1 + 8;

    /// <summary>Content of a footer: two offsets and a CRC.</summary>
    public const int FooterContent = 8 + 8 + 4;
}

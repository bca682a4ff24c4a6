using System.IO.Hashing;

namespace RobotRL.Mcap;

/// <summary>The content of each kind of record as a value. Unknown fields at the end are ignored, as the format asks.</summary>
internal static class RecordParsing
{
    public static McapHeader Header(ReadOnlyMemory<byte> content)
    {
        var r = new RecordReader(content);
        return new McapHeader(r.Text(), r.Text());
    }

    public static McapSchema Schema(ReadOnlyMemory<byte> content)
    {
        var r = new RecordReader(content);
        // Copied, so that a schema does not keep a whole chunk alive.
        return new McapSchema(r.U16(), r.Text(), r.Text(), r.Bytes(r.U32()).ToArray());
    }

    public static McapChannel Channel(ReadOnlyMemory<byte> content)
    {
        var r = new RecordReader(content);
        return new McapChannel(r.U16(), r.U16(), r.Text(), r.Text(), r.TextMap());
    }

    public static McapMessage Message(ReadOnlyMemory<byte> content, Dictionary<ushort, McapChannel> channels)
    {
        var r = new RecordReader(content);
        var id = r.U16();
        if (!channels.TryGetValue(id, out var channel)) throw new McapException($"A message names channel {id}, which the file does not declare.");
        return new McapMessage(channel, r.U32(), r.U64(), r.U64(), r.Rest());
    }

    public static McapAttachment Attachment(ReadOnlyMemory<byte> content)
    {
        var r = new RecordReader(content);
        var attachment = new McapAttachment(r.U64(), r.U64(), r.Text(), r.Text(), r.Bytes(r.U64()));
        var end = r.Position;
        var crc = r.U32();
        if (crc != 0 && crc != Crc32.HashToUInt32(content.Span[..end]))
            throw new McapException($"The checksum of attachment '{attachment.Name}' does not match its content.");
        return attachment;
    }

    public static McapMetadata Metadata(ReadOnlyMemory<byte> content)
    {
        var r = new RecordReader(content);
        return new McapMetadata(r.Text(), r.TextMap());
    }

    public static McapStatistics Statistics(ReadOnlyMemory<byte> content)
    {
        var r = new RecordReader(content);
        return new McapStatistics(
            MessageCount: r.U64(), SchemaCount: r.U16(), ChannelCount: r.U32(), AttachmentCount: r.U32(), MetadataCount: r.U32(), ChunkCount: r.U32(),
            MessageStartTime: r.U64(), MessageEndTime: r.U64(), ChannelMessageCounts: r.NumberMap());
    }

    public static McapChunkIndex ChunkIndex(ReadOnlyMemory<byte> content)
    {
        var r = new RecordReader(content);
        return new McapChunkIndex(
            MessageStartTime: r.U64(), MessageEndTime: r.U64(), ChunkStartOffset: r.U64(), ChunkLength: r.U64(),
            MessageIndexOffsets: r.NumberMap(), MessageIndexLength: r.U64(),
            Compression: Compression.Parse(r.Text()), CompressedSize: r.U64(), UncompressedSize: r.U64());
    }

    public static AttachmentIndex AttachmentIndex(ReadOnlyMemory<byte> content)
    {
        var r = new RecordReader(content);
        return new AttachmentIndex(
            Offset: r.U64(), Length: r.U64(), LogTime: r.U64(), CreateTime: r.U64(), DataSize: r.U64(), Name: r.Text(), MediaType: r.Text());
    }

    public static MetadataIndex MetadataIndex(ReadOnlyMemory<byte> content)
    {
        var r = new RecordReader(content);
        return new MetadataIndex(r.U64(), r.U64(), r.Text());
    }
}

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
        return new McapStatistics(r.U64(), r.U16(), r.U32(), r.U32(), r.U32(), r.U32(), r.U64(), r.U64(), r.NumberMap());
    }

    public static McapChunkIndex ChunkIndex(ReadOnlyMemory<byte> content)
    {
        var r = new RecordReader(content);
        return new McapChunkIndex(r.U64(), r.U64(), r.U64(), r.U64(), r.NumberMap(), r.U64(), Compression.Parse(r.Text()), r.U64(), r.U64());
    }

    public static AttachmentIndex AttachmentIndex(ReadOnlyMemory<byte> content)
    {
        var r = new RecordReader(content);
        return new AttachmentIndex(r.U64(), r.U64(), r.U64(), r.U64(), r.U64(), r.Text(), r.Text());
    }

    public static MetadataIndex MetadataIndex(ReadOnlyMemory<byte> content)
    {
        var r = new RecordReader(content);
        return new MetadataIndex(r.U64(), r.U64(), r.Text());
    }
}

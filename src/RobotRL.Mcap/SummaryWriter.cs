using System.IO.Hashing;

namespace RobotRL.Mcap;

/// <summary>Writes everything behind the data section: the index in groups by kind, where each group lies, footer and closing magic.</summary>
/// <param name="buffer">Empty; what it holds afterwards goes to <paramref name="position"/> in the file.</param>
/// <param name="position">Bytes before the summary.</param>
internal sealed class SummaryWriter(RecordBuffer buffer, ulong position)
{
    private readonly List<(Opcode Kind, ulong Start, ulong Length)> _groups = [];

    public void Write(
        IReadOnlyList<McapSchema> schemas, IReadOnlyList<McapChannel> channels, McapStatistics statistics, IReadOnlyList<McapChunkIndex> chunks,
        IReadOnlyList<AttachmentIndex> attachments, IReadOnlyList<MetadataIndex> metadata)
    {
        Group(Opcode.Schema, schemas, buffer.Schema);
        Group(Opcode.Channel, channels, buffer.Channel);
        Group(Opcode.Statistics, [statistics], Add);
        Group(Opcode.ChunkIndex, chunks, Add);
        Group(Opcode.AttachmentIndex, attachments, Add);
        Group(Opcode.MetadataIndex, metadata, Add);

        var offsets = position + (ulong)buffer.Length;
        foreach (var (kind, start, length) in _groups)
        {
            var record = buffer.Begin(Opcode.SummaryOffset);
            buffer.U8((byte)kind);
            buffer.U64(start);
            buffer.U64(length);
            buffer.End(record);
        }

        // The footer's length is fixed, so that it can be written before its own checksum is known.
        buffer.U8((byte)Opcode.Footer);
        buffer.U64(Format.FooterContent);
        buffer.U64(position);
        buffer.U64(offsets);
        buffer.U32(Crc32.HashToUInt32(buffer.Written));
        buffer.Bytes(Format.Magic);
    }

    private void Group<T>(Opcode kind, IReadOnlyList<T> values, Action<T> write)
    {
        if (values.Count == 0) return;
        var start = buffer.Length;
        foreach (var value in values) write(value);
        _groups.Add((kind, position + (ulong)start, (ulong)(buffer.Length - start)));
    }

    private void Add(McapStatistics s)
    {
        var start = buffer.Begin(Opcode.Statistics);
        buffer.U64(s.MessageCount);
        buffer.U16(s.SchemaCount);
        buffer.U32(s.ChannelCount);
        buffer.U32(s.AttachmentCount);
        buffer.U32(s.MetadataCount);
        buffer.U32(s.ChunkCount);
        buffer.U64(s.MessageStartTime);
        buffer.U64(s.MessageEndTime);
        buffer.Map(s.ChannelMessageCounts);
        buffer.End(start);
    }

    private void Add(McapChunkIndex c)
    {
        var start = buffer.Begin(Opcode.ChunkIndex);
        buffer.U64(c.MessageStartTime);
        buffer.U64(c.MessageEndTime);
        buffer.U64(c.ChunkStartOffset);
        buffer.U64(c.ChunkLength);
        buffer.Map(c.MessageIndexOffsets);
        buffer.U64(c.MessageIndexLength);
        buffer.Text(Compression.Name(c.Compression));
        buffer.U64(c.CompressedSize);
        buffer.U64(c.UncompressedSize);
        buffer.End(start);
    }

    private void Add(AttachmentIndex a)
    {
        var start = buffer.Begin(Opcode.AttachmentIndex);
        buffer.U64(a.Offset);
        buffer.U64(a.Length);
        buffer.U64(a.LogTime);
        buffer.U64(a.CreateTime);
        buffer.U64(a.DataSize);
        buffer.Text(a.Name);
        buffer.Text(a.MediaType);
        buffer.End(start);
    }

    private void Add(MetadataIndex m)
    {
        var start = buffer.Begin(Opcode.MetadataIndex);
        buffer.U64(m.Offset);
        buffer.U64(m.Length);
        buffer.Text(m.Name);
        buffer.End(start);
    }
}

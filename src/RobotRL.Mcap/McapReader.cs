using System.Buffers.Binary;
using System.Collections.Immutable;
using System.IO.Hashing;

namespace RobotRL.Mcap;

/// <summary>
/// Reads an MCAP file: by its index where it has one, else from start to end. A file that was never completed (its writer was killed)
/// is read up to its last whole message, and <see cref="Damage"/> says how it ends. A complete file in which a checksum or a structure
/// is wrong throws. For one thread.
/// </summary>
public sealed class McapReader : IDisposable
{
    private readonly Stream _stream;
    private readonly RecordFile _file;
    private readonly Dictionary<ushort, McapSchema> _schemas = [];
    private readonly Dictionary<ushort, McapChannel> _channels = [];
    private readonly List<McapChunkIndex> _chunks = [];
    private readonly List<AttachmentIndex> _attachments = [];
    private readonly List<MetadataIndex> _metadata = [];
    private ulong _summaryStart;

    private McapReader(Stream stream)
    {
        _stream = stream;
        _file = new RecordFile(stream);
        if (!_file.ReadAt(0, (ulong)Format.Magic.Length).Span.SequenceEqual(Format.Magic))
            throw new McapException("This is not an MCAP file: it does not begin with the format's eight magic bytes.");
        Header = RecordParsing.Header(_file.Read((ulong)Format.Magic.Length, Opcode.Header));

        var summary = FindSummary();
        IsComplete = summary is not null;
        Statistics = summary is null ? null! : ReadSummary(summary.Value)!;
        IsIndexed = Statistics is { } s && s.ChunkCount == _chunks.Count && s.AttachmentCount == _attachments.Count && s.MetadataCount == _metadata.Count
            && s.ChannelCount == _channels.Count && (s.MessageCount == 0 || _chunks.Count > 0);
        if (IsIndexed) return;
        _chunks.Clear();
        Statistics = Scan();
        Damage = IsComplete ? null : _file.Damage ?? "its index is missing";
    }

    public McapHeader Header { get; }

    /// <summary>Whether the file has its footer: its writer came to the end.</summary>
    public bool IsComplete { get; }

    /// <summary>Whether single chunks are found without reading the others.</summary>
    public bool IsIndexed { get; }

    /// <summary>How a file that is not complete ends; null for a complete one.</summary>
    public string? Damage { get; }

    public IReadOnlyDictionary<ushort, McapSchema> Schemas => _schemas;
    public IReadOnlyDictionary<ushort, McapChannel> Channels => _channels;

    /// <summary>As the file states them, or counted where it does not.</summary>
    public McapStatistics Statistics { get; }

    /// <summary>Where the chunks lie; empty without an index.</summary>
    public IReadOnlyList<McapChunkIndex> Chunks => _chunks;

    /// <summary>Reads a file that another process may still be writing.</summary>
    /// <exception cref="McapException">The file is of another format, or complete and damaged.</exception>
    public static McapReader Open(string path) => Open(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));

    /// <summary>Reads from a stream that can seek; the reader disposes of it.</summary>
    /// <exception cref="McapException">The file is of another format, or complete and damaged.</exception>
    public static McapReader Open(Stream stream)
    {
        try
        {
            return new McapReader(stream);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>The messages: in order of log time where there is an index, else in order of the file.</summary>
    /// <param name="wanted">Which channels; null for all.</param>
    /// <param name="fromTime">Earliest log time, ns.</param>
    /// <param name="untilTime">Latest log time, ns.</param>
    public IEnumerable<McapMessage> Messages(Func<McapChannel, bool>? wanted = null, ulong fromTime = 0, ulong untilTime = ulong.MaxValue)
    {
        var ids = _channels.Values.Where(c => wanted is null || wanted(c)).Select(c => c.Id).ToHashSet();
        var messages = IsIndexed
            ? ByTime(ids, fromTime, untilTime)
            : _file.Scan(!IsComplete).Where(r => r.Kind == Opcode.Message).Select(r => Message(r.Content));
        return messages.Where(m => ids.Contains(m.Channel.Id) && m.LogTime >= fromTime && m.LogTime <= untilTime);
    }

    /// <summary>The attachments, in order of the file.</summary>
    public IEnumerable<McapAttachment> Attachments() => IsIndexed
        ? _attachments.Select(a => RecordParsing.Attachment(_file.Read(a.Offset, Opcode.Attachment)))
        : _file.Scan(!IsComplete).Where(r => r.Kind == Opcode.Attachment).Select(r => RecordParsing.Attachment(r.Content));

    /// <summary>The metadata records, in order of the file.</summary>
    public IEnumerable<McapMetadata> Metadata() => IsIndexed
        ? _metadata.Select(m => RecordParsing.Metadata(_file.Read(m.Offset, Opcode.Metadata)))
        : _file.Scan(!IsComplete).Where(r => r.Kind == Opcode.Metadata).Select(r => RecordParsing.Metadata(r.Content));

    /// <summary>Reads everything and holds it against every checksum.</summary>
    /// <exception cref="McapException">Something is damaged or missing.</exception>
    public void Verify()
    {
        if (!IsComplete) throw new McapException($"The file was never completed: {Damage}.");
        foreach (var (kind, content) in _file.Scan(torn: false))
        {
            if (kind == Opcode.Message) Message(content);
            else if (kind == Opcode.Attachment) RecordParsing.Attachment(content);
            else if (kind == Opcode.DataEnd && BinaryPrimitives.ReadUInt32LittleEndian(content.Span) is var crc && crc != 0 && crc != _file.DataCrc())
                throw new McapException("The checksum of the data section does not match its records.");
        }
        if (_summaryStart != 0 && _summaryStart != _file.ScanEnd) throw new McapException("The data section does not end where the summary begins.");
    }

    public void Dispose() => _stream.Dispose();

    /// <summary>The summary section of a complete file (empty where it has none), or null without a footer.</summary>
    private ReadOnlyMemory<byte>? FindSummary()
    {
        var tailLength = (ulong)(Format.RecordHead + Format.FooterContent + Format.Magic.Length);
        if (_file.Length < tailLength) return null;
        var footerAt = _file.Length - tailLength;
        var tail = _file.ReadAt(footerAt, tailLength);
        var at = 0;
        if (!tail.Span[^Format.Magic.Length..].SequenceEqual(Format.Magic) || !RecordFile.TryRecord(tail, ref at, out var footer)
            || footer.Kind != Opcode.Footer || footer.Content.Length != Format.FooterContent) return null;

        var fields = new RecordReader(footer.Content);
        var (start, _, crc) = (fields.U64(), fields.U64(), fields.U32());
        _summaryStart = start;
        if (start == 0) return ReadOnlyMemory<byte>.Empty;
        if (start > footerAt) throw new McapException($"The footer places the summary at byte {start}, outside of the file.");
        var summary = _file.ReadAt(start, footerAt - start);
        var found = new Crc32();
        found.Append(summary.Span);
        found.Append(tail.Span[..(Format.RecordHead + Format.FooterContent - sizeof(uint))]);
        if (crc != 0 && crc != found.GetCurrentHashAsUInt32()) throw new McapException("The checksum of the summary does not match its records.");
        return summary;
    }

    private McapStatistics? ReadSummary(ReadOnlyMemory<byte> summary)
    {
        McapStatistics? statistics = null;
        for (var at = 0; RecordFile.TryRecord(summary, ref at, out var record);)
        {
            if (record.Kind == Opcode.Statistics) statistics = RecordParsing.Statistics(record.Content);
            else if (record.Kind == Opcode.ChunkIndex) _chunks.Add(RecordParsing.ChunkIndex(record.Content));
            else if (record.Kind == Opcode.AttachmentIndex) _attachments.Add(RecordParsing.AttachmentIndex(record.Content));
            else if (record.Kind == Opcode.MetadataIndex) _metadata.Add(RecordParsing.MetadataIndex(record.Content));
            else Declare(record);
        }
        return statistics;
    }

    /// <summary>One pass over a file without an index: what it declares and how much it holds.</summary>
    private McapStatistics Scan()
    {
        var (attachments, metadata, times) = (0u, 0u, new TimeSpanned());
        var counts = new SortedDictionary<ushort, ulong>();
        foreach (var record in _file.Scan(!IsComplete))
        {
            Declare(record);
            if (record.Kind == Opcode.Attachment) attachments++;
            else if (record.Kind == Opcode.Metadata) metadata++;
            else if (record.Kind == Opcode.Message)
            {
                var message = Message(record.Content);
                times.Add(message.LogTime);
                counts[message.Channel.Id] = counts.GetValueOrDefault(message.Channel.Id) + 1;
            }
        }
        return new McapStatistics(
            MessageCount: (ulong)counts.Values.Sum(c => (long)c), SchemaCount: (ushort)_schemas.Count, ChannelCount: (uint)_channels.Count,
            AttachmentCount: attachments, MetadataCount: metadata, ChunkCount: _file.ChunkCount,
            MessageStartTime: times.First, MessageEndTime: times.Last, ChannelMessageCounts: counts.ToImmutableSortedDictionary());
    }

    private void Declare(McapRecord record)
    {
        if (record.Kind == Opcode.Schema && RecordParsing.Schema(record.Content) is { Id: not 0 } schema) _schemas[schema.Id] = schema;
        else if (record.Kind == Opcode.Channel && RecordParsing.Channel(record.Content) is var channel) _channels[channel.Id] = channel;
    }

    /// <summary>Merges the chunks that may hold something wanted: a chunk is unpacked when the first of its messages is due.</summary>
    private IEnumerable<McapMessage> ByTime(HashSet<ushort> ids, ulong fromTime, ulong untilTime)
    {
        var chunks = new Queue<McapChunkIndex>(_chunks
            .Where(c => c.MessageEndTime >= fromTime && c.MessageStartTime <= untilTime
                && (c.MessageIndexOffsets.Count == 0 || c.MessageIndexOffsets.Keys.Any(ids.Contains)))
            .OrderBy(c => c.MessageStartTime).ThenBy(c => c.ChunkStartOffset));
        // Messages of one time come in order of the file.
        var due = new PriorityQueue<McapMessage, (ulong Time, ulong Chunk, int At)>();
        while (chunks.Count > 0 || due.Count > 0)
        {
            while (chunks.TryPeek(out var chunk) && (!due.TryPeek(out var next, out _) || chunk.MessageStartTime <= next.LogTime))
            {
                chunks.Dequeue();
                var records = ChunkRecord.Parse(_file.Read(chunk.ChunkStartOffset, Opcode.Chunk)).Unpack();
                for (var at = 0; RecordFile.TryRecord(records, ref at, out var record);)
                    if (record.Kind == Opcode.Message && Message(record.Content) is var message)
                        due.Enqueue(message, (message.LogTime, chunk.ChunkStartOffset, at));
            }
            if (due.TryDequeue(out var first, out _)) yield return first;
        }
    }

    private McapMessage Message(ReadOnlyMemory<byte> content) => RecordParsing.Message(content, _channels);
}

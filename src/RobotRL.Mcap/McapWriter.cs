using System.Collections.Immutable;
using System.IO.Hashing;
using ZstdSharp;

namespace RobotRL.Mcap;

/// <summary>How a file is written.</summary>
public sealed record McapWriterOptions
{
    /// <summary>Conventions that the whole file follows.</summary>
    public string Profile { get; init; } = "";

    public string Library { get; init; } = "RobotRL.Mcap";

    public McapCompression Compression { get; init; } = McapCompression.Zstd;

    /// <summary>Zstd's level; negative ones trade size for speed.</summary>
    public int ZstdLevel { get; init; } = 1;

    /// <summary>A chunk is closed when its records reach this size, or by <see cref="McapWriter.Flush"/>.</summary>
    public int ChunkBytes { get; init; } = 1 << 20;
}

/// <summary>
/// Writes an MCAP file from start to end. After each <see cref="Flush"/> everything so far can be read back, even if the process ends there
/// and then. Only <see cref="Complete"/> makes a whole file with an index; disposing without it leaves a file to recover. For one thread.
/// </summary>
public sealed class McapWriter : IDisposable
{
    private static readonly ImmutableSortedDictionary<string, string> NoMetadata = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    private readonly Stream _stream;
    private readonly McapWriterOptions _options;
    private readonly Compressor? _zstd;
    private readonly RecordBuffer _chunk = new(), _out = new();
    private readonly List<McapSchema> _schemas = [];
    private readonly List<ChannelState> _channels = [];
    private readonly List<McapChunkIndex> _chunks = [];
    private readonly List<AttachmentIndex> _attachments = [];
    private readonly List<MetadataIndex> _metadata = [];
    private readonly Crc32 _dataCrc = new();
    private TimeSpanned _chunkTimes, _fileTimes;
    private ulong _written;
    private bool _completed;

    /// <param name="stream">Written from its current position, which counts as the start of the file; disposed with the writer. Need not seek.</param>
    /// <param name="options">How to write; null for the defaults.</param>
    public McapWriter(Stream stream, McapWriterOptions? options = null)
    {
        _stream = stream;
        _options = options ?? new McapWriterOptions();
        if (_options.Compression == McapCompression.Zstd) _zstd = new Compressor(_options.ZstdLevel);
        _out.Bytes(Format.Magic);
        var start = _out.Begin(Opcode.Header);
        _out.Text(_options.Profile);
        _out.Text(_options.Library);
        _out.End(start);
        Send();
    }

    /// <summary>Declares a message type.</summary>
    public McapSchema AddSchema(string name, string encoding, ReadOnlySpan<byte> data)
    {
        ThrowIfCompleted();
        var schema = new McapSchema(checked((ushort)(_schemas.Count + 1)), name, encoding, data.ToArray());
        _schemas.Add(schema);
        _chunk.Schema(schema);
        return schema;
    }

    /// <summary>Declares a stream of messages, with a schema of this file or none.</summary>
    public McapChannel AddChannel(string topic, string messageEncoding, McapSchema? schema, ImmutableSortedDictionary<string, string>? metadata = null)
    {
        ThrowIfCompleted();
        if (schema is not null && !_schemas.Contains(schema)) throw new ArgumentException($"Schema '{schema.Name}' is not of this file.", nameof(schema));
        var channel = new McapChannel(checked((ushort)(_channels.Count + 1)), schema?.Id ?? 0, topic, messageEncoding, metadata ?? NoMetadata);
        _channels.Add(new ChannelState(channel));
        _chunk.Channel(channel);
        return channel;
    }

    /// <summary>Adds a message to the open chunk.</summary>
    /// <param name="channel">One of this writer's.</param>
    /// <param name="logTime">ns.</param>
    /// <param name="publishTime">ns.</param>
    /// <param name="data">Copied.</param>
    /// <param name="sequence">Null counts the channel's messages from 0.</param>
    public void Write(McapChannel channel, ulong logTime, ulong publishTime, ReadOnlySpan<byte> data, uint? sequence = null)
    {
        ThrowIfCompleted();
        var state = channel.Id >= 1 && channel.Id <= _channels.Count ? _channels[channel.Id - 1] : null;
        if (state is null || !ReferenceEquals(state.Channel, channel))
            throw new ArgumentException($"Channel '{channel.Topic}' is not of this file.", nameof(channel));

        state.Entries.Add((logTime, (ulong)_chunk.Length));
        var start = _chunk.Begin(Opcode.Message);
        _chunk.U16(channel.Id);
        _chunk.U32(sequence ?? (uint)state.Count);
        _chunk.U64(logTime);
        _chunk.U64(publishTime);
        _chunk.Bytes(data);
        _chunk.End(start);
        state.Count++;
        _chunkTimes.Add(logTime);
        _fileTimes.Add(logTime);
        if (_chunk.Length >= _options.ChunkBytes) CloseChunk();
    }

    /// <summary>Adds a file within the file, behind the messages so far.</summary>
    public void Write(McapAttachment attachment)
    {
        ThrowIfCompleted();
        CloseChunk();
        var start = _out.Begin(Opcode.Attachment);
        _out.U64(attachment.LogTime);
        _out.U64(attachment.CreateTime);
        _out.Text(attachment.Name);
        _out.Text(attachment.MediaType);
        _out.U64((ulong)attachment.Data.Length);
        _out.Bytes(attachment.Data.Span);
        _out.U32(Crc32.HashToUInt32(_out.Written[start..]));
        _out.End(start);
        _attachments.Add(new AttachmentIndex(
            Offset: _written, Length: (ulong)_out.Length, LogTime: attachment.LogTime, CreateTime: attachment.CreateTime,
            DataSize: (ulong)attachment.Data.Length, Name: attachment.Name, MediaType: attachment.MediaType));
        Send();
    }

    /// <summary>Adds named values, behind the messages so far.</summary>
    public void Write(McapMetadata metadata)
    {
        ThrowIfCompleted();
        CloseChunk();
        var start = _out.Begin(Opcode.Metadata);
        _out.Text(metadata.Name);
        _out.Map(metadata.Values);
        _out.End(start);
        _metadata.Add(new MetadataIndex(_written, (ulong)_out.Length, metadata.Name));
        Send();
    }

    /// <summary>Closes the open chunk and hands everything so far to the operating system.</summary>
    public void Flush()
    {
        ThrowIfCompleted();
        CloseChunk();
        _stream.Flush();
    }

    /// <summary>Writes index and footer: the file is whole, and nothing more can be written.</summary>
    public void Complete()
    {
        Flush();
        var start = _out.Begin(Opcode.DataEnd);
        _out.U32(_dataCrc.GetCurrentHashAsUInt32());
        _out.End(start);
        Send();
        new SummaryWriter(_out, _written).Write(_schemas, [.. _channels.Select(c => c.Channel)], Statistics(), _chunks, _attachments, _metadata);
        Send();
        _stream.Flush();
        _completed = true;
    }

    public void Dispose()
    {
        _zstd?.Dispose();
        _stream.Dispose();
    }

    private void CloseChunk()
    {
        if (_chunk.Length == 0) return;
        var chunkStart = _written;
        var start = _out.Begin(Opcode.Chunk);
        _out.U64(_chunkTimes.First);
        _out.U64(_chunkTimes.Last);
        _out.U64((ulong)_chunk.Length);
        _out.U32(Crc32.HashToUInt32(_chunk.Written));
        _out.Text(Compression.Name(_options.Compression));
        _out.U64(0);
        var records = _out.Length;
        Pack();
        var packedSize = _out.Length - records;
        _out.PatchU64(records - 8, (ulong)packedSize);
        _out.End(start);
        var chunkLength = _out.Length;

        var offsets = ImmutableSortedDictionary.CreateBuilder<ushort, ulong>();
        foreach (var channel in _channels.Where(c => c.Entries.Count > 0))
        {
            offsets[channel.Channel.Id] = chunkStart + (ulong)_out.Length;
            var index = _out.Begin(Opcode.MessageIndex);
            _out.U16(channel.Channel.Id);
            _out.U32((uint)channel.Entries.Count * 16);
            foreach (var (time, offset) in channel.Entries)
            {
                _out.U64(time);
                _out.U64(offset);
            }
            _out.End(index);
            channel.Entries.Clear();
        }
        _chunks.Add(new McapChunkIndex(
            MessageStartTime: _chunkTimes.First, MessageEndTime: _chunkTimes.Last, ChunkStartOffset: chunkStart, ChunkLength: (ulong)chunkLength,
            MessageIndexOffsets: offsets.ToImmutable(), MessageIndexLength: (ulong)(_out.Length - chunkLength),
            Compression: _options.Compression, CompressedSize: (ulong)packedSize, UncompressedSize: (ulong)_chunk.Length));
        _chunk.Clear();
        _chunkTimes = default;
        Send();
    }

    private void Pack()
    {
        if (_options.Compression == McapCompression.Lz4) Compression.PackLz4(_chunk.Written, _out);
        else if (_zstd is null) _out.Bytes(_chunk.Written);
        else
        {
            var room = Compressor.GetCompressBound(_chunk.Length);
            var packed = _zstd.Wrap(_chunk.Written, _out.Take(room));
            _out.GiveBack(room - packed);
        }
    }

    private McapStatistics Statistics() => new(
        MessageCount: (ulong)_channels.Sum(c => (long)c.Count), SchemaCount: (ushort)_schemas.Count, ChannelCount: (uint)_channels.Count,
        AttachmentCount: (uint)_attachments.Count, MetadataCount: (uint)_metadata.Count, ChunkCount: (uint)_chunks.Count,
        MessageStartTime: _fileTimes.First, MessageEndTime: _fileTimes.Last,
        ChannelMessageCounts: _channels.ToImmutableSortedDictionary(c => c.Channel.Id, c => c.Count));

    /// <summary>One write a time: a chunk and its indexes reach the system together.</summary>
    private void Send()
    {
        _dataCrc.Append(_out.Written);
        _stream.Write(_out.Written);
        _written += (ulong)_out.Length;
        _out.Clear();
    }

    private void ThrowIfCompleted()
    {
        if (_completed) throw new InvalidOperationException("The file is complete: nothing can be added.");
    }

    private sealed class ChannelState(McapChannel channel)
    {
        public McapChannel Channel { get; } = channel;
        public List<(ulong LogTime, ulong Offset)> Entries { get; } = [];
        public ulong Count { get; set; }
    }
}

using System.Buffers.Binary;

namespace RobotRL.Mcap;

/// <summary>
/// Follows a file that another process is writing: each <see cref="Read"/> gives what has become whole since the last one, and what is still
/// half written waits. It stays with the file when that is renamed. For one thread.
/// </summary>
public sealed class McapTail : IDisposable
{
    private readonly Stream _stream;
    private readonly RecordFile _file;
    private readonly Dictionary<ushort, McapChannel> _channels = [];
    private ulong _position;

    private McapTail(Stream stream) => (_stream, _file) = (stream, new RecordFile(stream));

    /// <summary>Whether the end of the data section was reached: its writer finished.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>Follows a stream that can seek, open for others to write; it is disposed of with this.</summary>
    public static McapTail Open(Stream stream) => new(stream);

    /// <summary>Gives the messages and metadata that came whole, in order of the file.</summary>
    /// <exception cref="McapException">What is whole is damaged, or no MCAP.</exception>
    public void Read(Action<McapMessage> onMessage, Action<McapMetadata> onMetadata)
    {
        var length = _file.Length;
        if (_position == 0)
        {
            if (length < (ulong)Format.Magic.Length) return;
            if (!_file.ReadAt(0, (ulong)Format.Magic.Length).Span.SequenceEqual(Format.Magic))
                throw new McapException("This is not an MCAP file: it does not begin with the format's eight magic bytes.");
            _position = (ulong)Format.Magic.Length;
        }
        while (!IsEnded && _position + Format.RecordHead <= length)
        {
            var size = BinaryPrimitives.ReadUInt64LittleEndian(_file.ReadAt(_position, Format.RecordHead).Span[1..]);
            if (size > length - _position - Format.RecordHead) return;
            var run = _file.ReadAt(_position, Format.RecordHead + size);
            _position += Format.RecordHead + size;
            var at = 0;
            if (!RecordFile.TryRecord(run, ref at, out var record)) throw new McapException($"The record before byte {_position} cannot be read.");
            if (record.Kind != Opcode.Chunk) Take(record, onMessage, onMetadata);
            else
            {
                var records = ChunkRecord.Parse(record.Content).Unpack();
                for (var inside = 0; RecordFile.TryRecord(records, ref inside, out var one);) Take(one, onMessage, onMetadata);
            }
        }
    }

    public void Dispose() => _stream.Dispose();

    private void Take(McapRecord record, Action<McapMessage> onMessage, Action<McapMetadata> onMetadata)
    {
        if (record.Kind == Opcode.Message) onMessage(RecordParsing.Message(record.Content, _channels));
        else if (record.Kind == Opcode.Metadata) onMetadata(RecordParsing.Metadata(record.Content));
        else if (record.Kind == Opcode.Channel && RecordParsing.Channel(record.Content) is var channel) _channels[channel.Id] = channel;
        else if (record.Kind == Opcode.DataEnd) IsEnded = true;
    }
}

using System.Buffers.Binary;
using System.IO.Hashing;

namespace RobotRL.Mcap;

/// <summary>One record: its kind and its content, without opcode and length.</summary>
internal readonly record struct McapRecord(Opcode Kind, ReadOnlyMemory<byte> Content);

/// <summary>Records of a file by position, or all of the data section in order with chunks unpacked.</summary>
internal sealed class RecordFile(Stream stream)
{
    public ulong Length => (ulong)stream.Length;

    /// <summary>How the data section ended short of its end at the last <see cref="Scan"/>; null when it did not.</summary>
    public string? Damage { get; private set; }

    /// <summary>Chunks met by the last <see cref="Scan"/>, a torn one included.</summary>
    public uint ChunkCount { get; private set; }

    /// <summary>Behind the last record that a <see cref="Scan"/> met.</summary>
    public ulong ScanEnd { get; private set; }

    /// <summary>Up to <paramref name="count"/> bytes: fewer at the end of the file.</summary>
    public ReadOnlyMemory<byte> ReadAt(ulong position, ulong count)
    {
        var available = position >= Length ? 0 : Math.Min(count, Length - position);
        if (available > (ulong)Array.MaxLength) throw new McapException($"The record at byte {position} is larger than can be read.");
        var bytes = new byte[(int)available];
        stream.Position = (long)position;
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>A record that must be there, whole and of the kind asked for.</summary>
    public ReadOnlyMemory<byte> Read(ulong position, Opcode kind)
    {
        var (found, content, length) = ReadUpTo(position);
        if (found != kind || (ulong)content.Length != length)
            throw new McapException($"There is no {kind} record at byte {position}, where the index places one.");
        return content;
    }

    /// <summary>
    /// The records of the data section from start to end, those within chunks in their place. In a <paramref name="torn"/> file the first thing
    /// that is not whole ends the enumeration and is told in <see cref="Damage"/>; in a complete one it throws.
    /// </summary>
    public IEnumerable<McapRecord> Scan(bool torn)
    {
        Damage = null;
        ChunkCount = 0;
        for (var position = (ulong)Format.Magic.Length; ;)
        {
            var (kind, content, length) = ReadUpTo(position);
            var whole = kind != default && (ulong)content.Length == length;
            if (!whole) Fail(torn, $"it ends at byte {position} within a record");
            if (!whole && kind != Opcode.Chunk) yield break;

            if (kind == Opcode.Chunk)
            {
                ChunkCount++;
                var records = Unpack(content, torn, whole, position);
                for (var at = 0; TryRecord(records, ref at, out var record);) yield return record;
                if (Damage is not null) yield break;
            }
            else
            {
                ScanEnd = position + Format.RecordHead + length;
                yield return new McapRecord(kind, content);
                if (kind == Opcode.DataEnd) yield break;
            }
            position += Format.RecordHead + length;
        }
    }

    /// <summary>The next whole record of a run in memory.</summary>
    public static bool TryRecord(ReadOnlyMemory<byte> run, ref int at, out McapRecord record)
    {
        record = default;
        if (run.Length - at < Format.RecordHead) return false;
        var head = run.Span[at..];
        var length = BinaryPrimitives.ReadUInt64LittleEndian(head[1..]);
        if (length > (ulong)(run.Length - at - Format.RecordHead)) return false;
        record = new McapRecord((Opcode)head[0], run.Slice(at + Format.RecordHead, (int)length));
        at += Format.RecordHead + (int)length;
        return true;
    }

    /// <summary>CRC-32 of everything before the DataEnd record.</summary>
    public uint DataCrc()
    {
        var crc = new Crc32();
        ulong position = (ulong)Format.Magic.Length, end = position;
        while (ReadHead(position) is var (kind, length) && kind != default)
        {
            end = position;
            if (kind == Opcode.DataEnd) break;
            position += Format.RecordHead + length;
        }
        for (ulong at = 0; at < end; at += 1 << 20) crc.Append(ReadAt(at, Math.Min(1 << 20, end - at)).Span);
        return crc.GetCurrentHashAsUInt32();
    }

    private ReadOnlyMemory<byte> Unpack(ReadOnlyMemory<byte> content, bool torn, bool whole, ulong position)
    {
        try
        {
            return whole ? ChunkRecord.Parse(content).Unpack() : ChunkRecord.Parse(content).UnpackTorn();
        }
        catch (McapException e)
        {
            Fail(torn, $"the chunk at byte {position} is damaged: {e.Message}");
            return default;
        }
    }

    private void Fail(bool torn, string what)
    {
        Damage ??= what;
        if (!torn) throw new McapException($"The file is complete but {what}.");
    }

    /// <summary>The record at a position, as far as the file goes, beside the length it should have.</summary>
    private (Opcode Kind, ReadOnlyMemory<byte> Content, ulong Length) ReadUpTo(ulong position)
    {
        var (kind, length) = ReadHead(position);
        return kind == default ? default : (kind, ReadAt(position + Format.RecordHead, length), length);
    }

    private (Opcode Kind, ulong Length) ReadHead(ulong position)
    {
        var head = ReadAt(position, Format.RecordHead).Span;
        return head.Length < Format.RecordHead ? default : ((Opcode)head[0], BinaryPrimitives.ReadUInt64LittleEndian(head[1..]));
    }
}

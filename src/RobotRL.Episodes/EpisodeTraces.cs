using System.Text;
using RobotRL.Mcap;
using RobotRL.Model;

namespace RobotRL.Episodes;

/// <summary>Reads the traces of an episode, which learning has no use for.</summary>
public static class EpisodeTraces
{
    /// <summary>One message a step, in order, of the first arm; none where the episode was recorded without.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Read(string path) => Read(path, out _) is [var first, ..] ? first : [];

    /// <summary>The same of every arm, and in which format they were written.</summary>
    public static IReadOnlyList<IReadOnlyList<ReadOnlyMemory<byte>>> Read(string path, out TraceFormat? format)
    {
        try
        {
            using var mcap = McapReader.Open(RunFile.OpenRead(path));
            (format, var traces) = Read(mcap);
            return traces;
        }
        catch (McapException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    internal static (TraceFormat? Format, IReadOnlyList<IReadOnlyList<ReadOnlyMemory<byte>>> Traces) Read(McapReader mcap)
    {
        McapChannel[] channels = [.. mcap.Channels.Values.Where(c => IsTrace(c.Topic)).OrderBy(c => c.Id)];
        if (channels.Length == 0) return (null, []);
        var messages = mcap.Messages().Where(m => IsTrace(m.Channel.Topic)).ToLookup(m => m.Channel.Id);
        IReadOnlyList<ReadOnlyMemory<byte>>[] traces =
            [.. channels.Select(c => (IReadOnlyList<ReadOnlyMemory<byte>>)[.. messages[c.Id].OrderBy(m => m.Sequence).Select(m => m.Data)])];
        return mcap.Schemas.TryGetValue(channels[0].SchemaId, out var schema)
            ? (new(schema.Name, Encoding.UTF8.GetString(schema.Data.Span)), traces)
            : (null, traces);
    }

    private static bool IsTrace(string topic) => topic == TraceFormat.Topic || topic.StartsWith(TraceFormat.Topic + "/", StringComparison.Ordinal);
}

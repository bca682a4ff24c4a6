using System.Text;
using RobotRL.Mcap;
using RobotRL.Model;

namespace RobotRL.Episodes;

/// <summary>Reads the traces of an episode, which learning has no use for.</summary>
public static class EpisodeTraces
{
    /// <summary>One message a step, in order; none where the episode was recorded without.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Read(string path) => Read(path, out _);

    /// <summary>The same, and in which format they were written.</summary>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Read(string path, out TraceFormat? format)
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

    internal static (TraceFormat? Format, IReadOnlyList<ReadOnlyMemory<byte>> Traces) Read(McapReader mcap)
    {
        ReadOnlyMemory<byte>[] traces = [.. mcap.Messages().Where(m => m.Channel.Topic == TraceFormat.Topic).OrderBy(m => m.Sequence).Select(m => m.Data)];
        var channel = mcap.Channels.Values.FirstOrDefault(c => c.Topic == TraceFormat.Topic);
        return channel is not null && mcap.Schemas.TryGetValue(channel.SchemaId, out var schema)
            ? (new(schema.Name, Encoding.UTF8.GetString(schema.Data.Span)), traces)
            : (null, traces);
    }
}

using System.Globalization;
using System.Text;
using RobotRL.Mcap;

namespace RobotRL.Recording.Messages;

/// <summary>A topic of a file.</summary>
public sealed record ChannelSummary(string Topic, string Type, string Encoding, ulong Messages);

/// <summary>The contents of a file: the object that <c>mcap info --json</c> prints.</summary>
public sealed record McapSummary(
    string Profile, string Library, bool Complete, bool Indexed, string? Damage,
    ulong Messages, uint Chunks, string Compression, uint Attachments, uint MetadataRecords, ulong StartNs, ulong EndNs,
    IReadOnlyList<ChannelSummary> Channels, IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Metadata)
{
    public static McapSummary Of(McapReader mcap)
    {
        var s = mcap.Statistics;
        string TypeOf(McapChannel c) => mcap.Schemas.TryGetValue(c.SchemaId, out var schema) ? $"{schema.Name} ({schema.Encoding})" : "none";
        return new(
            Profile: mcap.Header.Profile, Library: mcap.Header.Library, Complete: mcap.IsComplete, Indexed: mcap.IsIndexed, Damage: mcap.Damage,
            Messages: s.MessageCount, Chunks: s.ChunkCount,
            Compression: string.Join(", ", mcap.Chunks.Select(c => c.Compression).Distinct().Select(c => c.ToString().ToLowerInvariant())),
            Attachments: s.AttachmentCount, MetadataRecords: s.MetadataCount, StartNs: s.MessageStartTime, EndNs: s.MessageEndTime,
            Channels: [.. mcap.Channels.Values.OrderBy(c => c.Id)
                .Select(c => new ChannelSummary(c.Topic, TypeOf(c), c.MessageEncoding, s.ChannelMessageCounts.GetValueOrDefault(c.Id)))],
            Metadata: mcap.Metadata().GroupBy(m => m.Name).ToDictionary(g => g.Key, g => (IReadOnlyDictionary<string, string>)g.Last().Values));
    }

    public string Text()
    {
        var text = new StringBuilder();
        var state = !Complete ? $"never completed: {Damage}" : Indexed ? "complete, indexed" : "complete, without an index";
        text.AppendLine(CultureInfo.InvariantCulture, $"profile {Profile}, written by {Library}; {state}");
        text.Append(CultureInfo.InvariantCulture, $"{Messages} messages in {Chunks} chunks{(Compression.Length > 0 ? $" ({Compression})" : "")}, ");
        text.AppendLine(CultureInfo.InvariantCulture, $"{(EndNs - StartNs) * 1e-9:F3} s from {StartNs} ns, {Attachments} attachments");
        foreach (var c in Channels) text.AppendLine(CultureInfo.InvariantCulture, $"  {c.Messages,8}  {c.Topic,-36} {c.Type}, {c.Encoding}");
        foreach (var (name, values) in Metadata)
            text.AppendLine(CultureInfo.InvariantCulture, $"  metadata {name}: {string.Join(", ", values.Select(v => $"{v.Key}={v.Value}"))}");
        return text.ToString();
    }
}

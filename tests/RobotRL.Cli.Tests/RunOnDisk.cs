using System.Text.Json;
using System.Text.Json.Nodes;
using RobotRL.Cli.Commands;
using RobotRL.Episodes;
using RobotRL.Learning;
using RobotRL.Model;

namespace RobotRL.Cli.Tests;

/// <summary>What a training run left behind, read as anybody could.</summary>
internal sealed class RunOnDisk(string path)
{
    public string Path => path;

    /// <summary>Names of the whole episodes, in order.</summary>
    public IReadOnlyList<string> EpisodeFiles => Names("episodes", "*.mcap");

    /// <summary>Names of episodes that no writer finished.</summary>
    public IReadOnlyList<string> TornEpisodes => Names("episodes", "*.mcap.active");

    public IReadOnlyList<string> Checkpoints => !Directory.Exists(At("checkpoints"))
        ? []
        : [.. Directory.GetDirectories(At("checkpoints")).Select(d => System.IO.Path.GetFileName(d)).Order(StringComparer.Ordinal)];

    public IReadOnlyList<Episode> Episodes => [.. EpisodeFiles.Select(f => EpisodeReader.Read(At("episodes", f)))];

    public long EnvSteps => Episodes.Where(e => e.Info.Kind == EpisodeKind.Online).Sum(e => e.Steps.Count);

    /// <summary>The lines of <c>metrics.jsonl</c>, each one object.</summary>
    public IReadOnlyList<JsonObject> Metrics => [.. File.ReadLines(At("metrics.jsonl")).Select(line => JsonNode.Parse(line)!.AsObject())];

    /// <summary>The metrics without what the machine's clock has to do with.</summary>
    public IReadOnlyList<string> TimelessMetrics => [.. Metrics.Select(record =>
    {
        foreach (var key in record.Select(p => p.Key).Where(k => k.StartsWith("wall_", StringComparison.Ordinal)).ToArray()) record.Remove(key);
        return record.ToJsonString();
    })];

    /// <summary>Weights, optimizer states and random states of the only checkpoint.</summary>
    public IReadOnlyDictionary<string, byte[]> Checkpoint => Directory.GetFiles(At("checkpoints", Checkpoints[^1]))
        .ToDictionary(f => System.IO.Path.GetFileName(f), File.ReadAllBytes);

    public string At(params string[] names) => System.IO.Path.Combine([path, .. names]);

    private string[] Names(string folder, string pattern) => !Directory.Exists(At(folder))
        ? []
        : [.. Directory.GetFiles(At(folder), pattern).Select(f => System.IO.Path.GetFileName(f)).Order(StringComparer.Ordinal)];
}

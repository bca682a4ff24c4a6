using System.Globalization;
using System.Text.Json;
using RobotRL.Model;

namespace RobotRL.Audit;

/// <summary>A record as it stands in the log.</summary>
public sealed record AuditEntry(
    long Sequence, DateTime TimeUtc, long? SessionNs, string Event, AuditActor Actor, string? Reason, JsonElement Inputs, JsonElement Thresholds)
{
    /// <summary>An input by name; null where the record has none of it.</summary>
    public JsonElement? Input(string name) =>
        Inputs.ValueKind == JsonValueKind.Object && Inputs.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public double Number(string name) => Input(name) is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : double.NaN;

    public string Text(string name) => Input(name) is { } value ? value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText() : "";
}

/// <summary>Reads a log for people and queries. Only the verifier says whether somebody changed it.</summary>
public static class AuditReader
{
    /// <summary>The files of a log, oldest first.</summary>
    public static IReadOnlyList<string> Files(string directory) => new LogFolder(directory).Days;

    /// <summary>Every record that can be read, in the order of the files.</summary>
    public static IEnumerable<AuditEntry> Read(string directory)
    {
        foreach (var path in Files(directory))
            using (var reader = new StreamReader(RunFile.OpenRead(path)))
                while (reader.ReadLine() is { } line)
                    if (Parse(line) is { } entry) yield return entry;
    }

    private static AuditEntry? Parse(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            if (!root.TryGetProperty("event", out var name)) return null; // pruned
            return new(
                Sequence: root.GetProperty("sequence").GetInt64(),
                TimeUtc: DateTime.Parse(root.GetProperty("time").GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind),
                SessionNs: root.TryGetProperty("session_ns", out var session) ? session.GetInt64() : null,
                Event: name.GetString()!,
                Actor: root.GetProperty("actor").Deserialize<AuditActor>(AuditJson.Options)!,
                Reason: root.TryGetProperty("reason", out var reason) ? reason.GetString() : null,
                Inputs: Part("inputs"),
                Thresholds: Part("thresholds"));

            JsonElement Part(string part) => root.TryGetProperty(part, out var value) ? value.Clone() : default;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or FormatException or InvalidOperationException or ArgumentNullException)
        {
            return null;
        }
    }
}

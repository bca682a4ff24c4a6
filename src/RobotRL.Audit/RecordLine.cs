using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace RobotRL.Audit;

/// <summary>When something happened.</summary>
/// <param name="Utc">By the wall clock.</param>
/// <param name="MonotonicNs">By the clock that nobody sets, ns.</param>
/// <param name="SessionNs">By the session's clock, ns; null outside a session.</param>
internal readonly record struct RecordTime(DateTime Utc, long MonotonicNs, long? SessionNs = null);

/// <summary>
/// One line of a log. Its canonical bytes are all of it up to <c>,"hash":"</c>; the hash is the SHA-256 of those, which hold the hash of the record
/// before. A pruned stretch leaves one line in place of its records that joins the chain's ends.
/// </summary>
internal readonly record struct RecordLine(long First, long Last, string Previous, string Hash, DateTime? Time, string Event, bool HashHolds)
{
    public const int HashLength = 64;
    private const int SuffixLength = 9 + HashLength + 2; // ,"hash":"…"}

    /// <summary>What the first record follows.</summary>
    public static string Genesis { get; } = new('0', HashLength);

    /// <summary>Whether the line stands for records that retention removed.</summary>
    public bool IsPruned => Event.Length == 0;

    /// <summary>The part of a record that does not depend on its place in the chain: an object's members without the braces.</summary>
    public static byte[] Body<TInputs, TThresholds>(
        in RecordTime at, in AuditEvent what, AuditActor actor, string? reason, TInputs inputs, TThresholds thresholds)
    {
        using var bytes = new MemoryStream(512);
        using (var writer = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = AuditJson.Options.Encoder }))
        {
            writer.WriteStartObject();
            writer.WriteString("time", Iso(at.Utc));
            writer.WriteNumber("monotonic_ns", at.MonotonicNs);
            if (at.SessionNs is { } session) writer.WriteNumber("session_ns", session);
            writer.WriteString("event", what.Name);
            writer.WriteString("class", JsonNamingPolicy.SnakeCaseLower.ConvertName(what.Class.ToString()));
            writer.WritePropertyName("actor");
            JsonSerializer.Serialize(writer, actor, AuditJson.Options);
            if (reason is not null) writer.WriteString("reason", reason);
            Part("inputs", inputs);
            Part("thresholds", thresholds);
            writer.WriteEndObject();

            void Part<T>(string name, T value)
            {
                if (value is null) return;
                writer.WritePropertyName(name);
                JsonSerializer.Serialize(writer, value, value.GetType(), AuditJson.Options);
            }
        }
        return bytes.GetBuffer().AsSpan(1, (int)bytes.Length - 2).ToArray();
    }

    /// <summary>A record in its place, with its newline.</summary>
    public static (byte[] Line, string Hash) Seal(long sequence, ReadOnlySpan<byte> body, string previous)
    {
        var start = Encoding.ASCII.GetBytes($"{{\"sequence\":{sequence.ToString(CultureInfo.InvariantCulture)},");
        byte[] canonical = [.. start, .. body, .. Encoding.ASCII.GetBytes($",\"previous\":\"{previous}\"")];
        var hash = Sha256(canonical);
        return ([.. canonical, .. Suffix(hash), (byte)'\n'], hash);
    }

    /// <summary>What stands in place of the records that were pruned, with its newline.</summary>
    public static byte[] Pruned(long first, long last, string previous, string hash) => Encoding.ASCII.GetBytes(
        $"{{\"pruned\":{{\"first\":{first.ToString(CultureInfo.InvariantCulture)},\"last\":{last.ToString(CultureInfo.InvariantCulture)}}},"
        + $"\"previous\":\"{previous}\",\"hash\":\"{hash}\"}}\n");

    /// <summary>Reads a line without its newline; null where it is none.</summary>
    public static RecordLine? Parse(ReadOnlySpan<byte> line)
    {
        if (line.Length <= SuffixLength) return null;
        var suffix = line[^SuffixLength..];
        var hash = Encoding.ASCII.GetString(suffix.Slice(9, HashLength));
        if (!IsHash(hash) || !suffix.SequenceEqual(Suffix(hash))) return null;
        try
        {
            var reader = new Utf8JsonReader(line);
            using var document = JsonDocument.ParseValue(ref reader);
            if (reader.BytesConsumed != line.Length) return null;
            var root = document.RootElement;
            var previous = root.GetProperty("previous").GetString()!;
            if (!IsHash(previous)) return null;
            if (root.TryGetProperty("pruned", out var pruned))
            {
                var (first, last) = (pruned.GetProperty("first").GetInt64(), pruned.GetProperty("last").GetInt64());
                var rebuilt = Pruned(first, last, previous, hash);
                if (!line.SequenceEqual(rebuilt.AsSpan(0, rebuilt.Length - 1)) || first > last) return null;
                return new(First: first, Last: last, Previous: previous, Hash: hash, Time: null, Event: "", HashHolds: true);
            }
            var sequence = root.GetProperty("sequence").GetInt64();
            var time = DateTime.Parse(root.GetProperty("time").GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);
            return new(
                First: sequence, Last: sequence, Previous: previous, Hash: hash, Time: time,
                Event: root.GetProperty("event").GetString()!, HashHolds: Sha256(line[..^SuffixLength]) == hash);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or FormatException or InvalidOperationException or ArgumentNullException)
        {
            return null;
        }
    }

    /// <summary>UTC to the microsecond: always of one length.</summary>
    public static string Iso(DateTime utc) => utc.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    public static string Sha256(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    public static bool IsHash(string? text) => text is { Length: HashLength } && text.All(char.IsAsciiHexDigitLower);

    private static byte[] Suffix(string hash) => Encoding.ASCII.GetBytes($",\"hash\":\"{hash}\"}}");
}

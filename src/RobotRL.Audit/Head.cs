using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace RobotRL.Audit;

/// <summary>
/// A signed statement of how far a log went: the record <see cref="Sequence"/> had <see cref="Hash"/>. A chain alone shows neither a cut tail nor a
/// wholesale rewrite; heads that are kept elsewhere do.
/// </summary>
/// <param name="Log">First 16 digits of the first record's hash: which log.</param>
/// <param name="Number">Counts the log's heads from 1.</param>
/// <param name="Sequence">The newest record.</param>
/// <param name="Hash">Its hash.</param>
/// <param name="TimeUtc">When it was signed.</param>
/// <param name="Reason"><c>open</c>, <c>periodic</c> or <c>close</c>.</param>
/// <param name="Writers">Processes that had the log open after it; 0 for a log at rest, which nothing may follow but a new opening.</param>
/// <param name="Key">Fingerprint of the signing key.</param>
internal sealed record Head(string Log, long Number, long Sequence, string Hash, DateTime TimeUtc, string Reason, int Writers, string Key)
{
    private const string Mark = ",\"signature\":\"";

    /// <summary>The signed line, with its newline.</summary>
    public byte[] Line(SigningKey key)
    {
        var canonical = Canonical();
        return [.. canonical, .. Encoding.ASCII.GetBytes($"{Mark}{key.Sign(canonical)}\"}}\n")];
    }

    /// <summary>Reads a line without its newline; null where it is none. Its signature is <paramref name="signature"/>, not yet checked.</summary>
    public static Head? Parse(ReadOnlySpan<byte> line, out byte[] signature)
    {
        signature = [];
        try
        {
            var reader = new Utf8JsonReader(line);
            using var document = JsonDocument.ParseValue(ref reader);
            var root = document.RootElement;
            var head = new Head(
                Log: root.GetProperty("log").GetString()!,
                Number: root.GetProperty("number").GetInt64(),
                Sequence: root.GetProperty("sequence").GetInt64(),
                Hash: root.GetProperty("hash").GetString()!,
                TimeUtc: DateTime.Parse(root.GetProperty("time").GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind),
                Reason: root.GetProperty("reason").GetString()!,
                Writers: root.GetProperty("writers").GetInt32(),
                Key: root.GetProperty("key").GetString()!);
            var text = root.GetProperty("signature").GetString()!;
            signature = Convert.FromBase64String(text);
            // Nothing may hide between the members: the line is the one that this head makes.
            byte[] expected = [.. head.Canonical(), .. Encoding.ASCII.GetBytes($"{Mark}{text}\"}}")];
            return line.SequenceEqual(expected) && IsLog(head.Log) && RecordLine.IsHash(head.Key) ? head : null;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or FormatException or InvalidOperationException or ArgumentNullException)
        {
            return null;
        }
    }

    /// <summary>A log's name as its heads spell it: it becomes the name of a file at the anchor.</summary>
    public static bool IsLog(string text) => text is { Length: 16 } && text.All(char.IsAsciiHexDigitLower);

    public bool IsSignedBy(ECDsa key, byte[] signature) => key.VerifyData(Canonical(), signature, HashAlgorithmName.SHA256);

    private byte[] Canonical() => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
        $"{{\"log\":\"{Log}\",\"number\":{Number},\"sequence\":{Sequence},\"hash\":\"{Hash}\","
        + $"\"time\":\"{RecordLine.Iso(TimeUtc)}\",\"reason\":\"{Reason}\",\"writers\":{Writers},\"key\":\"{Key}\""));
}

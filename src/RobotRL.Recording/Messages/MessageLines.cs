using System.Text.Encodings.Web;
using System.Text.Json;
using RobotRL.Mcap;
using RobotRL.Wire;

namespace RobotRL.Recording.Messages;

/// <summary>Messages as JSON lines: decoded where the schema's text says how, else their bytes as base64.</summary>
public sealed class MessageLines(McapReader mcap, Stream output)
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly Dictionary<ushort, Ros2Json?> _decoders = [];

    public void Write(McapMessage message)
    {
        var channel = message.Channel;
        using (var json = new Utf8JsonWriter(output, Options))
        {
            json.WriteStartObject();
            json.WriteString("topic", channel.Topic);
            json.WriteNumber("sequence", message.Sequence);
            json.WriteNumber("log_time_ns", message.LogTime);
            json.WriteNumber("publish_time_ns", message.PublishTime);
            if (Decoded(message) is { } decoded)
            {
                json.WritePropertyName("message");
                json.WriteRawValue(decoded.Span, skipInputValidation: true);
            }
            else json.WriteBase64String("data", message.Data.Span);
            json.WriteEndObject();
        }
        output.WriteByte((byte)'\n');
    }

    /// <summary>Null where the message cannot be decoded: it is shown as it is.</summary>
    private ReadOnlyMemory<byte>? Decoded(McapMessage message)
    {
        if (message.Channel.MessageEncoding == "json") return message.Data;
        if (message.Channel.MessageEncoding != "cdr" || Decoder(message.Channel.SchemaId) is not { } decoder) return null;
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        try
        {
            using var json = new Utf8JsonWriter(buffer, Options);
            decoder.Write(json, message.Data.Span);
            json.Flush();
            return buffer.WrittenMemory;
        }
        catch (WireException)
        {
            return null;
        }
    }

    private Ros2Json? Decoder(ushort schema)
    {
        if (_decoders.TryGetValue(schema, out var known)) return known;
        try
        {
            var isKnown = mcap.Schemas.TryGetValue(schema, out var found) && found.Encoding == "ros2msg";
            return _decoders[schema] = isKnown ? new Ros2Json(found!.Name, found.Data.Span) : null;
        }
        catch (WireException)
        {
            return _decoders[schema] = null;
        }
    }
}

using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace RobotRL.Wire;

/// <summary>
/// Turns CDR messages into JSON by the text of their schema, whatever the type: for people and scripts. Bytes (<c>uint8[]</c>) become base64,
/// numbers that JSON lacks become the strings <c>NaN</c>, <c>Infinity</c> and <c>-Infinity</c>.
/// </summary>
public sealed class Ros2Json
{
    private const int Head = 4;
    private readonly Ros2Definition _definition;

    /// <param name="name">The message's type, such as <c>sensor_msgs/msg/Image</c>.</param>
    /// <param name="definition">Its text in the encoding <c>ros2msg</c>, UTF-8.</param>
    /// <exception cref="WireException">The definition is unreadable.</exception>
    public Ros2Json(string name, ReadOnlySpan<byte> definition) => _definition = new Ros2Definition(name, Encoding.UTF8.GetString(definition));

    /// <summary>Writes one message as a JSON object.</summary>
    /// <exception cref="WireException">The message is not of this type, or cut short. What was written until then is unfinished.</exception>
    public void Write(Utf8JsonWriter json, ReadOnlySpan<byte> message)
    {
        // The second byte tells byte order (odd: little-endian) and version: from 6 on 64-bit numbers are aligned to 4 bytes only.
        if (message.Length < Head || message[0] != 0 || message[1] is not (0 or 1 or 6 or 7)) throw new WireException("The message is not plain CDR.");
        var cdr = new Cdr(message, bigEndian: (message[1] & 1) == 0, wide: message[1] < 6 ? 8 : 4);
        Message(json, ref cdr, _definition.Root);
    }

    private void Message(Utf8JsonWriter json, ref Cdr cdr, string type)
    {
        json.WriteStartObject();
        var fields = _definition.Fields(type);
        // CDR has no empty structure: a byte stands in for one.
        if (fields.Count == 0) cdr.Skip(1);
        foreach (var field in fields)
        {
            json.WritePropertyName(field.Name);
            if (field.Length == 0) Value(json, ref cdr, field.Type);
            else Array(json, ref cdr, field.Type, field.Length == Ros2Definition.Sequence ? cdr.Count() : field.Length);
        }
        json.WriteEndObject();
    }

    private void Array(Utf8JsonWriter json, ref Cdr cdr, string type, int count)
    {
        if (type is "uint8" or "byte")
        {
            json.WriteBase64StringValue(cdr.Take(count, 1));
            return;
        }
        json.WriteStartArray();
        for (var i = 0; i < count; i++) Value(json, ref cdr, type);
        json.WriteEndArray();
    }

    private void Value(Utf8JsonWriter json, ref Cdr cdr, string type)
    {
        switch (type)
        {
            case "bool": json.WriteBooleanValue(cdr.Unsigned(1) != 0); break;
            case "byte" or "char" or "uint8": json.WriteNumberValue(cdr.Unsigned(1)); break;
            case "uint16": json.WriteNumberValue(cdr.Unsigned(2)); break;
            case "uint32": json.WriteNumberValue(cdr.Unsigned(4)); break;
            case "uint64": json.WriteNumberValue(cdr.Unsigned(8)); break;
            case "int8": json.WriteNumberValue((sbyte)cdr.Unsigned(1)); break;
            case "int16": json.WriteNumberValue((short)cdr.Unsigned(2)); break;
            case "int32": json.WriteNumberValue((int)cdr.Unsigned(4)); break;
            case "int64": json.WriteNumberValue((long)cdr.Unsigned(8)); break;
            case "float32": Number(json, BitConverter.UInt32BitsToSingle((uint)cdr.Unsigned(4))); break;
            case "float64": Number(json, BitConverter.UInt64BitsToDouble(cdr.Unsigned(8))); break;
            case "string": json.WriteStringValue(cdr.Text()); break;
            case "wstring": json.WriteStringValue(cdr.WideText()); break;
            default: Message(json, ref cdr, type); break;
        }
    }

    private static void Number(Utf8JsonWriter json, float value)
    {
        // As float32, so that 0.1 reads 0.1.
        if (float.IsFinite(value)) json.WriteNumberValue(value);
        else json.WriteStringValue(Name(value));
    }

    private static void Number(Utf8JsonWriter json, double value)
    {
        if (double.IsFinite(value)) json.WriteNumberValue(value);
        else json.WriteStringValue(Name(value));
    }

    private static string Name(double value) => double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";

    /// <summary>A cursor over a message.</summary>
    private ref struct Cdr(ReadOnlySpan<byte> bytes, bool bigEndian, int wide)
    {
        private readonly ReadOnlySpan<byte> _bytes = bytes;
        private readonly bool _bigEndian = bigEndian;
        private readonly int _wide = wide;
        private int _position = Head;

        public void Skip(int count) => _position = Math.Min(_bytes.Length, _position + count);

        public ReadOnlySpan<byte> Take(int count, int size)
        {
            var alignment = Math.Min(size, _wide);
            var start = ((_position - Head + alignment - 1) & -alignment) + Head;
            if (count < 0 || count > _bytes.Length - start) throw new WireException("A message ends too early for its definition.");
            _position = start + count;
            return _bytes.Slice(start, count);
        }

        public ulong Unsigned(int size)
        {
            var raw = Take(size, size);
            ulong value = 0;
            for (var i = 0; i < size; i++) value = (value << 8) | raw[_bigEndian ? i : size - 1 - i];
            return value;
        }

        public int Count() => Unsigned(4) is var count && count <= (ulong)_bytes.Length
            ? (int)count
            : throw new WireException($"A sequence of {count} elements runs past the end of its message.");

        public string Text() => Encoding.UTF8.GetString(Take(Count(), 1)).TrimEnd('\0');

        public string WideText()
        {
            var text = new StringBuilder();
            for (var left = Count(); left > 0; left--) text.Append((char)Unsigned(2));
            return text.ToString();
        }
    }
}

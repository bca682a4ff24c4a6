using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using RobotRL.Wire;

namespace RobotRL.Mcap.Tests;

public sealed class Ros2JsonTests
{
    private const string Definition =
        "# Everything at once.\nuint8 KIND=3\nstring NAME = \"a # b\"\nstd_msgs/Header header\nint8 small -1\nfloat64 wide\nbool[<=4] flags\n" +
        "Point[2] points\nuint8[] data\nstring<=10[] words\nuint16 last\nEmpty nothing\nint64 signed\n" +
        "================\nMSG: std_msgs/Header\nbuiltin_interfaces/Time stamp\nstring frame_id\n" +
        "================\nMSG: builtin_interfaces/Time\nint32 sec\nuint32 nanosec\n" +
        "================\nMSG: test_msgs/Point\nfloat32 x\nfloat32 y\n================\nMSG: test_msgs/Empty\n";

    private static string Decode(string name, string definition, byte[] message)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer)) new Ros2Json(name, Encoding.UTF8.GetBytes(definition)).Write(json, message);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    [Theory]
    [InlineData(false, 8)]
    [InlineData(true, 8)]
    [InlineData(false, 4)]
    public void Every_kind_of_field_is_read_at_its_alignment(bool bigEndian, int wide)
    {
        var cdr = new Bytes(bigEndian, wide);
        cdr.Number(4, unchecked((ulong)-5)); // header.stamp.sec
        cdr.Number(4, 6);
        cdr.Text("base");
        cdr.Number(1, 0xFF); // small
        cdr.Number(8, BitConverter.DoubleToUInt64Bits(double.NegativeInfinity));
        cdr.Number(4, 2); // flags
        cdr.Number(1, 1);
        cdr.Number(1, 0);
        foreach (var x in new[] { 0.1f, -2, float.NaN, 4 }) cdr.Number(4, BitConverter.SingleToUInt32Bits(x));
        cdr.Number(4, 3);
        foreach (var b in "abc"u8) cdr.Number(1, b);
        cdr.Number(4, 2);
        cdr.Text("ü");
        cdr.Text("");
        cdr.Number(2, 65535);
        cdr.Number(1, 0); // what stands for an empty structure
        cdr.Number(8, unchecked((ulong)long.MinValue));

        var json = JsonNode.Parse(Decode("test_msgs/msg/All", Definition, cdr.ToArray()))!;
        Assert.Equal(
            """{"header":{"stamp":{"sec":-5,"nanosec":6},"frame_id":"base"},"small":-1,"wide":"-Infinity","flags":[true,false],"points":"""
            + """[{"x":0.1,"y":-2},{"x":"NaN","y":4}],"data":"YWJj","words":["ü",""],"last":65535,"nothing":{},"signed":-9223372036854775808}""",
            json.ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
    }

    [Fact]
    public void Cut_short_anywhere_a_message_is_refused_and_never_crashes()
    {
        var cdr = new Bytes(false, 8);
        cdr.Number(4, 1);
        cdr.Text("hello");
        cdr.Number(8, 7);
        var whole = cdr.ToArray();
        const string definition = "int32 a\nstring b\nint64 c\n";
        Assert.Equal("""{"a":1,"b":"hello","c":7}""", Decode("p/msg/T", definition, whole));
        for (var length = 0; length < whole.Length; length++) Assert.Throws<WireException>(() => Decode("p/msg/T", definition, whole[..length]));
    }

    [Fact]
    public void A_definition_that_lacks_a_type_is_refused() =>
        Assert.Contains("other/Thing",
            Assert.Throws<WireException>(() => Decode("p/msg/T", "other/Thing x\n", [0, 1, 0, 0])).Message, StringComparison.Ordinal);

    /// <summary>CDR written a byte at a time, by a road of its own.</summary>
    private sealed class Bytes(bool bigEndian, int wide)
    {
        private readonly List<byte> _bytes = [0, (byte)((wide == 4 ? 6 : 0) + (bigEndian ? 0 : 1)), 0, 0];

        public void Number(int size, ulong value)
        {
            while ((_bytes.Count - 4) % Math.Min(size, wide) != 0) _bytes.Add(0xEE);
            for (var i = 0; i < size; i++) _bytes.Add((byte)(value >> (8 * (bigEndian ? size - 1 - i : i))));
        }

        public void Text(string text)
        {
            var utf8 = Encoding.UTF8.GetBytes(text);
            Number(4, (ulong)utf8.Length + 1);
            _bytes.AddRange(utf8);
            _bytes.Add(0);
        }

        public byte[] ToArray() => [.. _bytes];
    }
}

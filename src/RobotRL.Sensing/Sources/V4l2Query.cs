using System.Buffers.Binary;
using System.Text;

namespace RobotRL.Sensing.Sources;

/// <summary>What a Video4Linux node says of itself. Numbers and places are those of the kernel's <c>videodev2.h</c>, which keeps them for good.</summary>
internal static class V4l2Query
{
    public const uint Capability = 0x80685600, Format = 0xC0405602, FrameSize = 0xC02C564A, FrameInterval = 0xC034564B;

    private const int CapabilityBytes = 104, FormatBytes = 64, SizeBytes = 44, IntervalBytes = 52;
    private const uint VideoCapture = 1, HasDeviceCapabilities = 0x8000_0000, Discrete = 1;

    /// <summary>More answers than any device gives: a driver that never ends its list ends here.</summary>
    private const int Most = 256;

    /// <summary>The device's name; null where the node gives no pictures.</summary>
    public static string? NameOf(IV4l2 node)
    {
        var answer = new byte[CapabilityBytes];
        if (!node.Ask(Capability, answer)) return null;
        var all = Word(answer, 84);
        var here = (all & HasDeviceCapabilities) != 0 ? Word(answer, 88) : all;
        return (here & VideoCapture) == 0 ? null : Encoding.UTF8.GetString(answer.AsSpan(16, 32)).Split('\0')[0];
    }

    /// <summary>Each format at each size.</summary>
    public static IReadOnlyList<VideoFormat> Formats(IV4l2 node)
    {
        List<VideoFormat> formats = [];
        foreach (var format in Answers(node, Format, FormatBytes, question => Put(question, 4, VideoCapture)))
        {
            var code = Word(format, 44);
            foreach (var size in Answers(node, FrameSize, SizeBytes, question => Put(question, 4, code)))
            {
                // A range of sizes: least, largest and step of the width, then of the height.
                var isOne = Word(size, 8) == Discrete;
                var (width, height) = (Word(size, isOne ? 12 : 16), Word(size, isOne ? 16 : 28));
                formats.Add(new(UvcSetup.TextOf(code), (int)width, (int)height, Rates(node, code, width, height)));
            }
        }
        return formats;
    }

    private static double[] Rates(IV4l2 node, uint code, uint width, uint height) =>
        [.. Answers(node, FrameInterval, IntervalBytes, question =>
        {
            Put(question, 4, code);
            Put(question, 8, width);
            Put(question, 12, height);
        }).Where(interval => Word(interval, 16) == Discrete && Word(interval, 20) > 0).Select(interval => (double)Word(interval, 24) / Word(interval, 20))];

    /// <summary>The same question with index 0, 1, 2 … until there is no answer.</summary>
    private static IEnumerable<byte[]> Answers(IV4l2 node, uint request, int bytes, Action<byte[]> ask)
    {
        for (uint index = 0; index < Most; index++)
        {
            var answer = new byte[bytes];
            Put(answer, 0, index);
            ask(answer);
            if (!node.Ask(request, answer)) yield break;
            yield return answer;
        }
    }

    private static uint Word(byte[] at, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(at.AsSpan(offset));

    private static void Put(byte[] at, int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(at.AsSpan(offset), value);
}

using System.Globalization;
using OpenCvSharp;
using RobotRL.Calibration.Boards;
using RobotRL.Mcap;
using RobotRL.Model;
using RobotRL.Wire;

namespace RobotRL.Calibration.Sources;

/// <summary>The ROS 2 messages that a calibration reads.</summary>
internal static class RecordedMessages
{
    private const string Compressed = "CompressedImage";
    private const double QuaternionTolerance = 2e-3;

    public static readonly string[] ImageTypes =
        ["sensor_msgs/msg/Image", "sensor_msgs/msg/CompressedImage", "sensor_msgs/Image", "sensor_msgs/CompressedImage"];

    public static readonly string[] PoseTypes = ["geometry_msgs/msg/PoseStamped", "geometry_msgs/PoseStamped"];

    public static string TypeOf(McapReader mcap, McapChannel channel) => mcap.Schemas.TryGetValue(channel.SchemaId, out var schema) ? schema.Name : "";

    /// <summary>When it was captured, ns; when it was recorded, where the header has no time.</summary>
    public static long StampOf(McapMessage message) => Whole(message, static m =>
    {
        var cdr = new CdrReader(m.Data.Span);
        var stamp = Header(ref cdr);
        return stamp != 0 ? stamp : (long)m.LogTime;
    });

    public static Pose Flange(McapMessage message) => Whole(message, ReadFlange);

    public static GrayImage Image(McapMessage message, string type, string name) => Whole(message, m => ReadImage(m, type, name));

    /// <summary>Names the topic where a message is cut short.</summary>
    private static T Whole<T>(McapMessage message, Func<McapMessage, T> read)
    {
        try
        {
            return read(message);
        }
        catch (InvalidDataException e) when (!e.Message.StartsWith(message.Channel.Topic, StringComparison.Ordinal))
        {
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture,
                $"{message.Channel.Topic}: message {message.Sequence} cannot be read ({e.Message}); record it again"), e);
        }
    }

    private static Pose ReadFlange(McapMessage message)
    {
        var cdr = new CdrReader(message.Data.Span);
        var stamp = Header(ref cdr);
        Pose pose = new(new(cdr.F64(), cdr.F64(), cdr.F64()), new(cdr.F64(), cdr.F64(), cdr.F64(), cdr.F64()));
        var (x, y, z, w) = pose.Orientation;
        return pose.IsFinite && Math.Abs(Math.Sqrt(x * x + y * y + z * z + w * w) - 1) <= QuaternionTolerance
            ? pose with { Orientation = pose.Orientation.Normalized }
            : throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture,
                $"{message.Channel.Topic} at {stamp * 1e-9:0.000} s: no pose: a number is not finite, or the quaternion's length is not 1; record it again"));
    }

    private static GrayImage ReadImage(McapMessage message, string type, string name)
    {
        var cdr = new CdrReader(message.Data.Span);
        Header(ref cdr);
        if (type.EndsWith(Compressed, StringComparison.Ordinal))
        {
            cdr.Text();
            return GrayImage.Decode(name, cdr.Bytes());
        }
        var (height, width, encoding, bigEndian, step) = (cdr.U32(), cdr.U32(), cdr.Text(), cdr.Bool(), cdr.U32());
        var data = cdr.Bytes();
        var (form, toGray) = encoding switch
        {
            "mono8" or "8UC1" => (MatType.CV_8UC1, (ColorConversionCodes?)null),
            "mono16" or "16UC1" => (MatType.CV_16UC1, null),
            "rgb8" => (MatType.CV_8UC3, ColorConversionCodes.RGB2GRAY),
            "bgr8" or "8UC3" => (MatType.CV_8UC3, ColorConversionCodes.BGR2GRAY),
            "rgba8" => (MatType.CV_8UC4, ColorConversionCodes.RGBA2GRAY),
            "bgra8" => (MatType.CV_8UC4, ColorConversionCodes.BGRA2GRAY),
            _ => throw new InvalidDataException($"{name}: encoding {encoding} is not read; record mono8, mono16, rgb8, bgr8, rgba8, bgra8 or CompressedImage"),
        };
        var (size, bytes) = ((ulong)form.Channels * (form.Depth == MatType.CV_16U ? 2UL : 1UL), (ulong)data.Length);
        if (width is 0 or > 65_535 || height is 0 or > 65_535 || step < width * size || bytes < (height - 1UL) * step + width * size)
            throw new InvalidDataException($"{name}: {data.Length} bytes are no {width}×{height} image of {encoding} in rows of {step}; record it again");
        if (bigEndian && size == 2) throw new InvalidDataException($"{name}: {encoding} is read with the low byte first; record it so");
        var copy = data.ToArray();
        using var mat = Mat.FromPixelData((int)height, (int)width, form, copy, step);
        if (size != 2) return GrayImage.Of(name, mat, toGray);
        using var narrow = new Mat();
        mat.ConvertTo(narrow, MatType.CV_8UC1, 1.0 / 256);
        return GrayImage.Of(name, narrow, null);
    }

    /// <summary>Time of a header, ns; leaves the reader behind it.</summary>
    private static long Header(ref CdrReader cdr)
    {
        var (seconds, nanoseconds) = (cdr.I32(), cdr.U32());
        cdr.Text();
        return seconds * 1_000_000_000L + nanoseconds;
    }
}

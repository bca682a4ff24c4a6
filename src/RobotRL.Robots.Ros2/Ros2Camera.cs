using OpenCvSharp;
using RobotRL.Model;
using RobotRL.Ros2.Nodes;
using RobotRL.Ros2.Transport;
using RobotRL.Sensing;
using RobotRL.Wire.SensorMsgs;

namespace RobotRL.Robots.Ros2;

/// <summary>
/// A camera behind ROS 2: raw pictures of <c>sensor_msgs/Image</c>, or compressed ones where the topic's name ends in <c>/compressed</c>. The newest picture
/// waits here until it is captured; it is stamped with the time of its exposure, by this machine's clock.
/// </summary>
public sealed class Ros2Camera : ICamera
{
    private const string Compressed = "/compressed";

    /// <summary>Two that send within this time of each other send both.</summary>
    private const long AtOnceNs = 1_000_000_000;

    private readonly object _arriving = new();
    private readonly Ros2Node _node;
    private readonly string _name;
    private readonly CameraDescription _camera;
    private readonly ClockMap _clock = new();
    private readonly IDisposable _topic;
    private readonly byte[] _pixels;
    private Stamp _time = new(long.MinValue);
    private string? _wrong;
    private ulong _sender;
    private long _cameNs;

    public Ros2Camera(Ros2Node node, CameraDescription camera, Ros2Topic topic)
    {
        (_node, _name, _camera) = (node, topic.Name, camera);
        _pixels = GC.AllocateUninitializedArray<byte>(camera.Width * camera.Height * ImageShape.Rgb, pinned: true);
        var qos = new Qos(topic.IsReliable ? Reliability.Reliable : Reliability.BestEffort, Durability.Volatile, 2);
        _topic = topic.Name.EndsWith(Compressed, StringComparison.Ordinal)
            ? node.Subscribe<CompressedImage>(topic.Name, qos, Take) : node.Subscribe<Image>(topic.Name, qos, Take);
    }

    public void Capture(CameraFrame frame)
    {
        lock (_arriving)
        {
            if (_wrong is not null) throw new InvalidDataException(_wrong);
            frame.CaptureTime = _time;
            if (_time.Ns != long.MinValue) _pixels.CopyTo(frame.Pixels, 0);
        }
    }

    public void Dispose() => _topic.Dispose();

    /// <summary>Whether it comes from the one that pictures come from. Another one counts once that has fallen silent.</summary>
    private bool IsFromOne(Arrival arrival)
    {
        var now = SessionClock.MachineNs;
        if (_sender != arrival.Writer && _sender != 0 && now - _cameNs < AtOnceNs)
        {
            var senders = _node.Transport.Ends().Where(end => end.IsWriter && end.Topic == _name).ToList();
            Refuse($"{Math.Max(2, senders.Count)} nodes send pictures on {_name}, {string.Join(" and ", senders.Select(end => end.Node))}; one alone may");
            return false;
        }
        (_sender, _cameNs) = (arrival.Writer, now);
        return true;
    }

    private void Take(Image image, Arrival arrival)
    {
        if (!IsFromOne(arrival)) return;
        var step = image.Encoding switch { "rgb8" or "bgr8" => 3u, "mono8" => 1u, _ => 0u };
        var row = step * image.Width;
        if (step == 0) Refuse($"it sends pictures of the encoding '{image.Encoding}'; rgb8, bgr8 and mono8 can be used");
        else if (!IsSize((int)image.Width, (int)image.Height)) Refuse(Size((int)image.Width, (int)image.Height));
        else if (image.Step < row || image.Data.Count < (long)image.Step * image.Height) Refuse("it sends pictures that are shorter than they say");
        else lock (_arriving)
        {
            var data = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(image.Data);
            for (var y = 0; y < _camera.Height; y++) Copy(data.Slice(y * (int)image.Step, (int)row), y, image.Encoding);
            Stamped(image.Header.Stamp.Ns);
        }
    }

    private void Take(CompressedImage image, Arrival arrival)
    {
        if (!IsFromOne(arrival)) return;
        using var decoded = Cv2.ImDecode(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(image.Data), ImreadModes.Color);
        if (decoded.Empty()) Refuse($"it sends what is no picture of the format '{image.Format}'");
        else if (!IsSize(decoded.Width, decoded.Height)) Refuse(Size(decoded.Width, decoded.Height));
        else lock (_arriving)
        {
            using var into = Mat.FromPixelData(_camera.Height, _camera.Width, MatType.CV_8UC3, _pixels);
            Cv2.CvtColor(decoded, into, ColorConversionCodes.BGR2RGB);
            Stamped(image.Header.Stamp.Ns);
        }
    }

    private void Stamped(long stampNs)
    {
        _clock.TryMap(stampNs, SessionClock.MachineNs, out var measuredNs);
        _time = new(measuredNs);
    }

    private void Copy(ReadOnlySpan<byte> row, int y, string encoding)
    {
        var into = _pixels.AsSpan(y * 3 * _camera.Width, 3 * _camera.Width);
        if (encoding == "rgb8") row[..into.Length].CopyTo(into);
        else
            for (var x = 0; x < _camera.Width; x++)
                for (var c = 0; c < 3; c++) into[3 * x + c] = encoding == "mono8" ? row[x] : row[3 * x + 2 - c];
    }

    private bool IsSize(int width, int height) => width == _camera.Width && height == _camera.Height;

    private string Size(int width, int height) => $"it sends pictures of {width}×{height} pixels, and the task says {_camera.Width}×{_camera.Height}";

    private void Refuse(string why)
    {
        lock (_arriving) _wrong = why;
    }
}

using OpenCvSharp;
using RobotRL.Episodes;
using RobotRL.Model;
using RobotRL.Sensing;

namespace RobotRL.Lab.Cameras;

/// <summary>Where recorded frames go.</summary>
internal interface IFrameSink : IDisposable
{
    /// <param name="frame">Not kept.</param>
    /// <param name="number">From 1.</param>
    void Write(CameraFrame frame, int number);

    /// <summary>Nothing follows.</summary>
    void Complete();
}

/// <summary>An MCAP file, with the stamps.</summary>
internal sealed class McapSink(string path, CameraDescription camera) : IFrameSink
{
    private readonly ImageLog _log = new(path, camera.Name,
        (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick - SessionClock.MachineNs);

    public void Write(CameraFrame frame, int number) => _log.Write(new(frame.CaptureTime, new(frame.Width, frame.Height, ImageShape.Rgb), frame.Pixels));

    public void Complete() => _log.Complete();

    public void Dispose() => _log.Dispose();
}

/// <summary>A folder of PNG files, in the order of their names.</summary>
internal sealed class PngSink : IFrameSink
{
    private readonly string _folder;
    private readonly Mat _bgr = new();

    public PngSink(string folder)
    {
        _folder = folder;
        Directory.CreateDirectory(folder);
    }

    public unsafe void Write(CameraFrame frame, int number)
    {
        fixed (byte* pixels = frame.Pixels)
        {
            using var whole = Mat.FromPixelData(frame.Height, frame.Width, MatType.CV_8UC3, (nint)pixels);
            Cv2.CvtColor(whole, _bgr, ColorConversionCodes.RGB2BGR);
        }
        Cv2.ImEncode(".png", _bgr, out var encoded);
        RunFile.Write(Path.Combine(_folder, $"frame-{number:000000}.png"), encoded);
    }

    public void Complete() { }

    public void Dispose() => _bgr.Dispose();
}

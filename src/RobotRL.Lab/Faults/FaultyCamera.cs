using OpenCvSharp;
using RobotRL.Model;
using RobotRL.Sensing;
using RobotRL.Sensing.Sources;

namespace RobotRL.Lab.Faults;

/// <summary>A camera's behaviour from some moment on.</summary>
public enum CameraFault
{
    /// <summary>Its driver waits for a frame and never returns.</summary>
    Stall,

    /// <summary>It repeats its last picture, each time with the time of now.</summary>
    Freeze,

    /// <summary>It says that there will be no more frames.</summary>
    End,

    /// <summary>It fails.</summary>
    Fail,

    /// <summary>It hands out its last frame over and over, stamp and all.</summary>
    Repeat,

    /// <summary>Its frames come later and later: each is 20 ms older than the one before was.</summary>
    Slow,

    /// <summary>The light goes out: a twentieth of it is left.</summary>
    Darken,

    /// <summary>The sensor is blown out.</summary>
    BlowOut,

    /// <summary>It gives pictures of half the size.</summary>
    Resize,
}

/// <summary>Puts a fault in front of any camera.</summary>
/// <param name="real">The camera.</param>
/// <param name="fault">What becomes of it.</param>
/// <param name="isOn">Whether it has become that.</param>
internal sealed class FaultyCamera(ICamera real, CameraFault fault, Func<bool> isOn) : ICamera
{
    private const long LagNs = 20_000_000;
    private const int Dimmed = 20;

    private readonly FrameIntake _intake = new();
    private byte[]? _picture;
    private Stamp? _stamp;
    private long _lagNs;

    public void Capture(CameraFrame frame)
    {
        real.Capture(frame);
        if (!isOn()) return;
        switch (fault)
        {
            case CameraFault.Stall:
                Thread.Sleep(Timeout.Infinite);
                break;
            case CameraFault.Freeze:
                _picture ??= [.. frame.Pixels];
                _picture.CopyTo(frame.Pixels, 0);
                break;
            case CameraFault.End:
                throw new EndOfStreamException();
            case CameraFault.Fail:
                throw new IOException("the cable is out");
            case CameraFault.Repeat:
                frame.CaptureTime = _stamp ??= frame.CaptureTime;
                break;
            case CameraFault.Slow:
                frame.CaptureTime = frame.CaptureTime.Plus(-(_lagNs += LagNs));
                break;
            case CameraFault.Darken:
                foreach (ref var value in frame.Pixels.AsSpan()) value /= Dimmed;
                break;
            case CameraFault.BlowOut:
                foreach (ref var value in frame.Pixels.AsSpan()) value = (byte)(byte.MaxValue - (byte.MaxValue - value) / Dimmed);
                break;
            case CameraFault.Resize:
                // As a driver would: the picture is of another size than the frame that it is to fill.
                using (Mat picture = new(frame.Height / 2, frame.Width / 2, MatType.CV_8UC3, Scalar.Black)) _intake.Fill(frame, picture);
                break;
        }
    }

    public void Dispose()
    {
        _intake.Dispose();
        real.Dispose();
    }
}

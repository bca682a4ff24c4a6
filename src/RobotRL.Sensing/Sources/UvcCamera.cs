using OpenCvSharp;
using RobotRL.Model;

namespace RobotRL.Sensing.Sources;

/// <summary>A camera that the operating system knows as a video device. Each capture waits for the device's next frame, so the device sets the pace.</summary>
internal sealed class UvcCamera : ICamera
{
    private readonly UvcSource _source;
    private readonly ICaptureDevice _device;
    private readonly Func<long, Stamp> _clock;
    private readonly FrameIntake _intake = new();
    private readonly DriverStamp _stamp = new();
    private readonly Mat _image = new();

    /// <param name="camera">With a <see cref="UvcSource"/>.</param>
    /// <param name="device">Just opened; disposed with this.</param>
    /// <param name="clock">From the machine's monotonic clock, ns, to the session's.</param>
    /// <exception cref="CameraRefusedException">There is no such device, or it is not as described.</exception>
    public UvcCamera(CameraDescription camera, ICaptureDevice device, Func<long, Stamp> clock)
    {
        (_source, _device, _clock) = ((UvcSource)camera.Source!, device, clock);
        try
        {
            if (!device.IsOpen) throw new CameraRefusedException($"camera {camera.Name}: {WhyClosed(_source.Device)}");
            UvcSetup.Ask(device, camera, _source);
            if (!device.Grab() || !device.Retrieve(_image))
                throw new CameraRefusedException($"camera {camera.Name}: {_source.Device} gives no frame; "
                    + "close other programs that use it, or plug it into a port of its own");
            UvcSetup.Require(device, camera, _source);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Whether frames carry the driver's own stamp.</summary>
    public bool HasDriverStamps => _stamp.IsUsed;

    public void Capture(CameraFrame frame)
    {
        if (!_device.Grab()) throw new IOException(WhyGone());
        var nowNs = SessionClock.MachineNs;
        frame.CaptureTime = _clock(_stamp.Of(_device.Get(VideoCaptureProperties.PosMsec), nowNs));
        if (!_device.Retrieve(_image)) throw new IOException($"a frame of {_source.Device} could not be decoded");
        _intake.Fill(frame, _image);
    }

    public void Dispose()
    {
        _device.Dispose();
        _intake.Dispose();
        _image.Dispose();
    }

    private string WhyGone() => IsPath(_source.Device) && !File.Exists(_source.Device)
        ? $"{_source.Device} is gone: the camera was pulled out"
        : $"{_source.Device} gives no more frames: its cable, its supply or its driver failed";

    /// <summary>Why a device could not be opened, with the remedy.</summary>
    public static string WhyClosed(string device)
    {
        if (!IsPath(device)) return $"no device {device} can be opened; robotrl cameras list shows those that there are";
        if (!File.Exists(device)) return $"{device} does not exist; plug the camera in, or choose a device that robotrl cameras list shows";
        try
        {
            using var file = new FileStream(device, FileMode.Open, FileAccess.ReadWrite);
            return $"{device} is no camera that can be captured from; choose a device that robotrl cameras list shows";
        }
        catch (UnauthorizedAccessException)
        {
            return $"{device} may not be opened by this user; add the user to the group video and log in again";
        }
        catch (IOException e)
        {
            return $"{device} cannot be opened ({e.Message}); close other programs that use it";
        }
    }

    private static bool IsPath(string device) => !int.TryParse(device, out _);
}

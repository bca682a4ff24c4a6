using RobotRL.Model;

namespace RobotRL.Sensing.Sources;

/// <summary>Opens a camera by its source. A new kind that this project implements has its case here.</summary>
public static class RealCamera
{
    /// <summary>A driver may need a moment before a device that was just closed opens again.</summary>
    private const int MostTries = 5, TryEveryMs = 200;

    /// <summary>Opens it on the thread that will capture.</summary>
    /// <param name="camera">With a source.</param>
    /// <param name="imageMaxAgeNs">Oldest image that may be joined, ns.</param>
    /// <param name="clock">From the machine's monotonic clock, ns, to the session's.</param>
    /// <exception cref="CameraRefusedException">It is not there, or not as described.</exception>
    public static ICamera Open(CameraDescription camera, long imageMaxAgeNs, Func<long, Stamp> clock) => camera.Source switch
    {
        UvcSource uvc => new UvcCamera(camera, Opened(uvc.Device), clock),
        VideoSource video => new VideoCamera(camera, imageMaxAgeNs, () => OpenCvDevice.OfFile(video.Path), VideoTime.Real(clock)),
        var source => throw new ArgumentException($"No camera is made of {source?.GetType().Name ?? "no source"}.", nameof(camera)),
    };

    private static OpenCvDevice Opened(string path)
    {
        for (var tries = 1; ; tries++, Thread.Sleep(TryEveryMs))
        {
            var device = OpenCvDevice.OfDevice(path);
            if (device.IsOpen || tries == MostTries || !File.Exists(path)) return device;
            device.Dispose();
        }
    }
}

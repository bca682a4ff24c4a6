using System.Runtime.InteropServices;
using OpenCvSharp;

namespace RobotRL.Sensing.Sources;

/// <summary>
/// What is asked of OpenCV's capture: the far end of the wire, and all of a camera that a test replaces. For one thread.
/// </summary>
public interface ICaptureDevice : IDisposable
{
    /// <summary>Whether there is a device, or a file that can be read.</summary>
    bool IsOpen { get; }

    /// <summary>Asks for a value. What came of it is known by <see cref="Get"/> alone.</summary>
    void Set(VideoCaptureProperties property, double value);

    /// <summary>The value in force; what a backend does not know is 0 or less.</summary>
    double Get(VideoCaptureProperties property);

    /// <summary>Waits for the next frame; false where there is none.</summary>
    bool Grab();

    /// <summary>Decodes the frame that was grabbed: BGR, or one channel of a camera without colour; false where that failed.</summary>
    bool Retrieve(Mat image);
}

/// <summary>OpenCV's capture.</summary>
public sealed partial class OpenCvDevice : ICaptureDevice
{
    /// <summary>A file may have come from somebody else: a play list in it would have other files and addresses opened.</summary>
    private const string FilmsAlone = "protocol_whitelist;file|format_whitelist;avi,mov,mp4,matroska,webm,mpeg,mpegts";

    private readonly VideoCapture _capture;

    /// <summary>
    /// What it would write to stderr is said by whoever asked, in one line with a remedy. FFmpeg within it looks at the environment, of which the runtime
    /// has a copy of its own.
    /// </summary>
    static OpenCvDevice()
    {
        Cv2.SetLogLevel(LogLevel.SILENT);
        Tell("OPENCV_FFMPEG_LOGLEVEL", "-8");
        Tell("OPENCV_FFMPEG_CAPTURE_OPTIONS", FilmsAlone);

        static void Tell(string name, string value)
        {
            const int always = 1;
            if (OperatingSystem.IsLinux()) _ = setenv(name, value, always);
            else Environment.SetEnvironmentVariable(name, value);
        }
    }

    private OpenCvDevice(VideoCapture capture) => _capture = capture;

    /// <summary>A device by path or index: V4L2 on Linux, DirectShow on Windows.</summary>
    public static OpenCvDevice OfDevice(string device)
    {
        var backend = OperatingSystem.IsWindows() ? VideoCaptureAPIs.DSHOW : VideoCaptureAPIs.V4L2;
        return new(int.TryParse(device, out var index) ? new(index, backend) : new(device, backend));
    }

    /// <summary>A video file.</summary>
    public static OpenCvDevice OfFile(string path) => new(new(path, VideoCaptureAPIs.FFMPEG));

    public bool IsOpen => _capture.IsOpened();

    public void Set(VideoCaptureProperties property, double value) => _capture.Set(property, value);

    public double Get(VideoCaptureProperties property) => _capture.Get(property);

    public bool Grab() => _capture.Grab();

    public bool Retrieve(Mat image) => _capture.Retrieve(image) && !image.Empty();

    public void Dispose() => _capture.Dispose();

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)] private static partial int setenv(string name, string value, int overwrite);
}

using OpenCvSharp;
using RobotRL.Model;

namespace RobotRL.Sensing.Sources;

/// <summary>
/// Copies decoded pictures into frames, in the frames' order of colours. A picture of another size than the frame's is a fault of the camera.
/// </summary>
public sealed class FrameIntake : IDisposable
{
    private readonly Dictionary<CameraFrame, Mat> _headers = [];

    /// <exception cref="IOException">The camera has changed its size or its kind of picture.</exception>
    public void Fill(CameraFrame frame, Mat image)
    {
        if (image.Cols != frame.Width || image.Rows != frame.Height)
            throw new IOException($"its picture is {image.Cols}×{image.Rows} now, and {frame.Width}×{frame.Height} was agreed");
        if (!_headers.TryGetValue(frame, out var header)) _headers.Add(frame, header = Header(frame));
        switch (image.Type().Value)
        {
            case var type when type == MatType.CV_8UC3.Value: Cv2.CvtColor(image, header, ColorConversionCodes.BGR2RGB); break;
            case var type when type == MatType.CV_8UC1.Value: Cv2.CvtColor(image, header, ColorConversionCodes.GRAY2RGB); break;
            default:
                throw new IOException($"its picture is of {image.Channels()} channels and {image.ElemSize()} bytes a pixel, and 8-bit colour or grey is read");
        }
    }

    public void Dispose()
    {
        foreach (var header in _headers.Values) header.Dispose();
    }

    /// <summary>A native header over a pinned array, which the frame keeps alive.</summary>
    private static unsafe Mat Header(CameraFrame frame)
    {
        fixed (byte* pixels = frame.Pixels) return Mat.FromPixelData(frame.Height, frame.Width, MatType.CV_8UC3, (nint)pixels);
    }
}

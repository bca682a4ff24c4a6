using System.Reactive.Linq;
using OpenCvSharp;
using RobotRL.Model;

namespace RobotRL.Sensing;

/// <summary>
/// Takes the lens's distortion out of a camera's frames where it was calibrated, cuts its part out of them, scales it to the policy's size and, where the
/// policy sees no colour, takes its brightness (BT.601). Native headers are made once a pooled frame; the only allocation a frame is
/// the image that is kept. Not thread-safe: one a stream.
/// </summary>
public sealed class ImageCropper : IDisposable
{
    private readonly CameraDescription _camera;
    private readonly Dictionary<CameraFrame, Mat> _frames = [];
    private readonly LensCorrection? _lens;
    private readonly Rect _part;
    private readonly byte[] _scaledPixels, _grayPixels;
    private readonly Mat _scaled, _gray;
    private readonly Size _size;
    private readonly InterpolationFlags _interpolation;

    public ImageCropper(CameraDescription camera)
    {
        _camera = camera;
        var (width, height, _) = camera.Image;
        _size = new Size(width, height);
        _part = new Rect(camera.CropX, camera.CropY, camera.CropWidth, camera.CropHeight);
        _lens = camera.Calibration is { } calibration ? new(calibration.Intrinsics, _part) : null;
        _scaledPixels = GC.AllocateUninitializedArray<byte>(width * height * ImageShape.Rgb, pinned: true);
        _scaled = Header(_scaledPixels, height, width, MatType.CV_8UC3);
        _grayPixels = GC.AllocateUninitializedArray<byte>(camera.Image.IsGray ? width * height : 1, pinned: true);
        _gray = Header(_grayPixels, camera.Image.IsGray ? height : 1, camera.Image.IsGray ? width : 1, MatType.CV_8UC1);
        // The mean over whole blocks is exact and fast; for other ratios it costs eighteen times the linear one.
        _interpolation = camera.CropWidth % width == 0 && camera.CropHeight % height == 0 ? InterpolationFlags.Area : InterpolationFlags.Linear;
        Cv2.SetNumThreads(1); // Images this small are done before a thread pool has woken.
    }

    /// <summary>What the policy sees of a frame.</summary>
    public PolicyImage Crop(CameraFrame frame)
    {
        if (!_frames.TryGetValue(frame, out var header)) _frames.Add(frame, header = HeaderOf(frame));
        Cv2.Resize(_lens?.Correct(header) ?? header, _scaled, _size, 0, 0, _interpolation);
        if (_camera.Image.IsGray) Cv2.CvtColor(_scaled, _gray, ColorConversionCodes.RGB2GRAY);
        var kept = GC.AllocateUninitializedArray<byte>(_camera.Image.Bytes);
        Buffer.BlockCopy(_camera.Image.IsGray ? _grayPixels : _scaledPixels, 0, kept, 0, kept.Length);
        return new PolicyImage(frame.CaptureTime, _camera.Image, kept);
    }

    public void Dispose()
    {
        foreach (var header in _frames.Values) header.Dispose();
        _lens?.Dispose();
        _scaled.Dispose();
        _gray.Dispose();
    }

    /// <summary>Over the part that is cut out, or over the whole where the lens comes first.</summary>
    private Mat HeaderOf(CameraFrame frame)
    {
        if (frame.Width != _camera.Width || frame.Height != _camera.Height)
            throw new ArgumentException($"Camera '{_camera.Name}' gave {frame.Width}×{frame.Height}, " +
                $"its description says {_camera.Width}×{_camera.Height}.", nameof(frame));
        var whole = Header(frame.Pixels, frame.Height, frame.Width, MatType.CV_8UC3);
        if (_lens is not null) return whole;
        using (whole) return new Mat(whole, _part);
    }

    /// <summary>A native header over a pinned array, which its owner keeps alive.</summary>
    private static unsafe Mat Header(byte[] pinned, int rows, int columns, MatType type)
    {
        fixed (byte* pixels = pinned) return Mat.FromPixelData(rows, columns, type, (nint)pixels);
    }
}

/// <summary>Cropping as an operator.</summary>
public static class ImageCropping
{
    /// <summary>The policy's image of each frame.</summary>
    public static IObservable<PolicyImage> Crop(this IObservable<CameraFrame> frames, CameraDescription camera) =>
        Observable.Using(() => new ImageCropper(camera), cropper => frames.Select(cropper.Crop));
}

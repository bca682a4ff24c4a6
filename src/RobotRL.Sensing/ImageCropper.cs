using System.Reactive.Linq;
using OpenCvSharp;
using RobotRL.Model;

namespace RobotRL.Sensing;

/// <summary>
/// Cuts a camera's square out of its frames and scales it to the policy's size. Native headers are made once a pooled frame; the only allocation a frame is
/// the image that is kept. Not thread-safe: one a stream.
/// </summary>
public sealed class ImageCropper : IDisposable
{
    private readonly CameraDescription _camera;
    private readonly Dictionary<CameraFrame, Mat> _crops = [];
    private readonly byte[] _scaledPixels;
    private readonly Mat _scaled;
    private readonly Size _size;
    private readonly InterpolationFlags _interpolation;

    public ImageCropper(CameraDescription camera)
    {
        _camera = camera;
        _size = new Size(camera.ImageSize, camera.ImageSize);
        _scaledPixels = GC.AllocateUninitializedArray<byte>(camera.ImageSize * camera.ImageSize * 3, pinned: true);
        _scaled = Header(_scaledPixels, camera.ImageSize, camera.ImageSize);
        // The mean over whole blocks is exact and fast; for other ratios it costs eighteen times the linear one.
        _interpolation = camera.CropSize % camera.ImageSize == 0 ? InterpolationFlags.Area : InterpolationFlags.Linear;
        Cv2.SetNumThreads(1); // Images this small are done before a thread pool has woken.
    }

    /// <summary>What the policy sees of a frame.</summary>
    public PolicyImage Crop(CameraFrame frame)
    {
        if (!_crops.TryGetValue(frame, out var crop)) _crops.Add(frame, crop = CropHeader(frame));
        Cv2.Resize(crop, _scaled, _size, 0, 0, _interpolation);
        var kept = GC.AllocateUninitializedArray<byte>(_scaledPixels.Length);
        Buffer.BlockCopy(_scaledPixels, 0, kept, 0, kept.Length);
        return new PolicyImage(frame.CaptureTime, _camera.ImageSize, kept);
    }

    public void Dispose()
    {
        foreach (var crop in _crops.Values) crop.Dispose();
        _scaled.Dispose();
    }

    private Mat CropHeader(CameraFrame frame)
    {
        if (frame.Width != _camera.Width || frame.Height != _camera.Height)
            throw new ArgumentException($"Camera '{_camera.Name}' gave {frame.Width}×{frame.Height}, its description says {_camera.Width}×{_camera.Height}.", nameof(frame));
        using var whole = Header(frame.Pixels, frame.Height, frame.Width);
        return new Mat(whole, new Rect(_camera.CropX, _camera.CropY, _camera.CropSize, _camera.CropSize));
    }

    /// <summary>A native header over a pinned array, which its owner keeps alive.</summary>
    private static unsafe Mat Header(byte[] pinned, int rows, int columns)
    {
        fixed (byte* pixels = pinned) return Mat.FromPixelData(rows, columns, MatType.CV_8UC3, (nint)pixels);
    }
}

/// <summary>Cropping as an operator.</summary>
public static class ImageCropping
{
    /// <summary>The policy's image of each frame.</summary>
    public static IObservable<PolicyImage> Crop(this IObservable<CameraFrame> frames, CameraDescription camera) =>
        Observable.Using(() => new ImageCropper(camera), cropper => frames.Select(cropper.Crop));
}

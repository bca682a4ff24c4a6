using OpenCvSharp;
using RobotRL.Model;

namespace RobotRL.Sensing.Sources;

/// <summary>A device or a video file that is named without a configuration: it is taken as it is.</summary>
public static class NamedSource
{
    private const int MostPixels = 100_000;

    /// <summary>Opens it, and describes it with the values in force: nothing is cut and nothing is fixed.</summary>
    /// <param name="source">A video file, a device's path, or its index.</param>
    /// <exception cref="CameraRefusedException">It is neither, or gives no frame.</exception>
    /// <exception cref="InvalidDataException">A pipe stands there.</exception>
    public static CameraDescription Describe(string source)
    {
        var isFile = File.Exists(source) && !Path.GetFullPath(source).StartsWith("/dev/", StringComparison.Ordinal);
        if (!isFile && !int.TryParse(source, out _) && !File.Exists(source))
            throw new CameraRefusedException($"'{source}': there is no such configuration, video file or device; robotrl cameras list shows the devices");
        if (isFile) PlainFile.Require(source);
        using var device = isFile ? OpenCvDevice.OfFile(Path.GetFullPath(source)) : OpenCvDevice.OfDevice(source);
        using Mat image = new();
        if (!device.IsOpen || !device.Grab() || !device.Retrieve(image))
            throw new CameraRefusedException(isFile
                ? $"{source}: neither a configuration (.yaml) nor a video that can be read"
                : UvcCamera.WhyClosed(source));
        if (image.Cols is 0 or > MostPixels || image.Rows is 0 or > MostPixels) throw new CameraRefusedException($"{source}: its picture has no size");
        var rate = device.Get(VideoCaptureProperties.Fps);
        CameraSource from = isFile
            ? new VideoSource(Path.GetFullPath(source), Loops: false)
            : new UvcSource(source, UvcSetup.TextOf(device.Get(VideoCaptureProperties.FourCC)), new(null, null, null, null));
        var name = new string([.. Path.GetFileNameWithoutExtension(source).Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : '_')]);
        return new(name, image.Cols, image.Rows, 0, 0, image.Cols, image.Rows, new(image.Cols, image.Rows, ImageShape.Rgb))
        {
            Source = from,
            RateHz = !isFile && rate > 0 ? rate : null,
        };
    }
}

using OpenCvSharp;
using RobotRL.Model;

namespace RobotRL.Calibration.Boards;

/// <summary>An image in grey.</summary>
/// <param name="Name">A file's name, or topic and time.</param>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="Pixels">[Height×Width] bytes, rows from top to bottom without gaps.</param>
public sealed record GrayImage(string Name, int Width, int Height, byte[] Pixels)
{
    /// <summary>From a frame of a live camera, RGB.</summary>
    public static GrayImage Of(string name, CameraFrame frame)
    {
        using var rgb = Mat.FromPixelData(frame.Height, frame.Width, MatType.CV_8UC3, frame.Pixels);
        return Of(name, rgb, ColorConversionCodes.RGB2GRAY);
    }

    /// <summary>From the bytes of a PNG, JPEG or other file. A turn that the file notes for viewers is passed over: the sensor does not turn.</summary>
    /// <exception cref="InvalidDataException">The bytes are no image.</exception>
    public static GrayImage Decode(string name, ReadOnlySpan<byte> bytes)
    {
        try
        {
            using var mat = bytes.IsEmpty ? new Mat() : Cv2.ImDecode(bytes, ImreadModes.Grayscale | ImreadModes.IgnoreOrientation);
            if (!mat.Empty()) return Of(name, mat, null);
        }
        catch (OpenCVException)
        {
            // Too large, or broken within: told below.
        }
        throw new InvalidDataException($"{name}: no image that can be read; remove it, or record it again as PNG or JPEG");
    }

    /// <summary>Of a matrix of bytes, whose colours <paramref name="toGray"/> joins; null for a grey one.</summary>
    internal static GrayImage Of(string name, Mat mat, ColorConversionCodes? toGray)
    {
        using var gray = new Mat();
        if (toGray is { } code) Cv2.CvtColor(mat, gray, code);
        else mat.CopyTo(gray);
        gray.GetArray(out byte[] pixels);
        return new(name, gray.Cols, gray.Rows, pixels);
    }

    internal Mat ToMat() => Mat.FromPixelData(Height, Width, MatType.CV_8UC1, Pixels);
}

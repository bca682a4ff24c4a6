using System.Runtime.InteropServices;
using OpenCvSharp;
using RobotRL.Model;
using RobotRL.Sensing;

namespace RobotRL.Lab.Pictures;

/// <summary>A frame as crop and policy take it: without the lens's distortion where that is known.</summary>
internal static class StraightPicture
{
    public static unsafe byte[] Of(CameraDescription camera, CameraFrame frame)
    {
        if (camera.Calibration is not { } calibration) return frame.Pixels;
        using LensCorrection lens = new(calibration.Intrinsics, new Rect(0, 0, frame.Width, frame.Height));
        fixed (byte* pixels = frame.Pixels)
        {
            using var whole = Mat.FromPixelData(frame.Height, frame.Width, MatType.CV_8UC3, (nint)pixels);
            var straight = lens.Correct(whole);
            var bytes = new byte[frame.Pixels.Length];
            Marshal.Copy(straight.Data, bytes, 0, bytes.Length);
            return bytes;
        }
    }
}

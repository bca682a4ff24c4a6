using OpenCvSharp;
using RobotRL.Model;

namespace RobotRL.Sensing;

/// <summary>
/// Takes a lens's distortion out of a camera's frames: straight lines are straight then. Focal lengths and principal point stay what they are, so the picture
/// keeps its size, and what the lens never saw is black. The maps are computed once. Not thread-safe: one a stream.
/// </summary>
public sealed class LensCorrection : IDisposable
{
    private readonly Mat _map1 = new(), _map2 = new(), _part1, _part2, _corrected = new();

    /// <param name="lens">Of images of the frames' size.</param>
    /// <param name="part">The part of the picture that is wanted; the rest is not computed.</param>
    public LensCorrection(CameraIntrinsics lens, Rect part)
    {
        using var matrix = Mat.FromArray(new[,] { { lens.Fx, 0, lens.Cx }, { 0, lens.Fy, lens.Cy }, { 0, 0, 1 } });
        using var distortion = Mat.FromArray(lens.Distortion.ToArray());
        using var noRotation = new Mat();
        Cv2.InitUndistortRectifyMap(matrix, distortion, noRotation, matrix, new Size(lens.WidthPx, lens.HeightPx), MatType.CV_16SC2, _map1, _map2);
        (_part1, _part2) = (new Mat(_map1, part), new Mat(_map2, part));
    }

    /// <summary>The part of a whole picture, without distortion; good until the next call.</summary>
    public Mat Correct(Mat whole)
    {
        Cv2.Remap(whole, _corrected, _part1, _part2, InterpolationFlags.Linear, BorderTypes.Constant, Scalar.Black);
        return _corrected;
    }

    public void Dispose()
    {
        foreach (var mat in (Mat[])[_part1, _part2, _map1, _map2, _corrected]) mat.Dispose();
    }
}

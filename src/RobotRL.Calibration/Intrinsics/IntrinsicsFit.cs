using OpenCvSharp;
using RobotRL.Calibration.Boards;
using RobotRL.Calibration.Geometry;
using RobotRL.Model;

namespace RobotRL.Calibration.Intrinsics;

/// <summary>Fits intrinsics to views, and says how well they explain others.</summary>
internal static class IntrinsicsFit
{
    /// <summary>The intrinsics that explain the views best, by OpenCV; null where none do.</summary>
    /// <param name="board">The board.</param>
    /// <param name="views">Of one size.</param>
    /// <param name="hasK3">Whether the radial term of r⁶ is found as well; else it is 0.</param>
    public static CameraIntrinsics? Of(BoardDescription board, IReadOnlyList<BoardView> views, bool hasK3)
    {
        var (matrix, distortion) = (new double[3, 3], new double[5]);
        var size = new Size(views[0].Width, views[0].Height);
        try
        {
            var flags = hasK3 ? CalibrationFlags.None : CalibrationFlags.FixK3;
            Cv2.CalibrateCamera(views.Select(v => v.Corners.Select(c => Projection.ToOpenCv(board.Corner(c.Id)))),
                views.Select(v => v.Corners.Select(c => new Point2f((float)c.X, (float)c.Y))), size, matrix, distortion, out _, out _, flags,
                new TermCriteria(CriteriaTypes.Count | CriteriaTypes.Eps, 30, 1e-7));
        }
        catch (OpenCVException)
        {
            return null;
        }
        var d = new LensDistortion(distortion[0], distortion[1], distortion[2], distortion[3], distortion[4]);
        var camera = new CameraIntrinsics(size.Width, size.Height, matrix[0, 0], matrix[1, 1], matrix[0, 2], matrix[1, 2], d);
        return d.IsFinite && camera is { Fx: > 0 and < 1e6, Fy: > 0 and < 1e6 } && double.IsFinite(camera.Cx + camera.Cy) ? camera : null;
    }

    /// <summary>Root mean square error of a view whose pose is found from all its corners, pixels; infinite where no pose is.</summary>
    public static double RmsPx(CameraIntrinsics camera, BoardDescription board, BoardView view) =>
        Projection.BoardInCamera(camera, board, view.Corners) is { } pose ? Projection.RmsPx(camera, board, pose, view.Corners) : double.PositiveInfinity;

    /// <summary>
    /// Mean square error of views that had no part in the intrinsics, pixels². Each view's pose is found from every other corner, and the rest are judged: so
    /// no corner judges what it helped to find.
    /// </summary>
    public static double HeldOutSquare(CameraIntrinsics camera, BoardDescription board, IEnumerable<BoardView> views)
    {
        var (sum, count) = (0.0, 0);
        foreach (var view in views)
            for (var part = 0; part < 2; part++)
            {
                BoardCorner[] fitted = [.. view.Corners.Where((_, i) => i % 2 == part)];
                BoardCorner[] judged = [.. view.Corners.Where((_, i) => i % 2 != part)];
                if (Projection.BoardInCamera(camera, board, fitted) is not { } pose) continue;
                var rms = Projection.RmsPx(camera, board, pose, judged);
                (sum, count) = (sum + rms * rms * judged.Length, count + judged.Length);
            }
        return count == 0 ? double.PositiveInfinity : sum / count;
    }

    /// <summary>
    /// What a view tells about fx, fy, cx, cy, k1, k2, p1, p2 and k3 where its pose is not known, in 1/pixel² of measured noise: the Schur complement of its
    /// normal equations.
    /// </summary>
    public static double[,] Information(CameraIntrinsics camera, BoardDescription board, Pose pose, IReadOnlyList<BoardCorner> corners)
    {
        const int cameraSize = 9, poseSize = 6;
        var (count, jacobian) = (2 * corners.Count, new double[cameraSize + poseSize][]);
        LeastSquares.Differentiate(new double[cameraSize + poseSize], (p, r) =>
        {
            var moved = Moved(camera, p);
            var turned = new Pose(pose.Position + new Vector3D(p[12], p[13], p[14]), Rotation.FromVector(new(p[9], p[10], p[11])) * pose.Orientation);
            Projection.Residuals(moved, board, turned, corners, r);
        }, jacobian, count);
        var (own, cross, posed) = (new double[cameraSize, cameraSize], new double[cameraSize, poseSize], new double[poseSize, poseSize]);
        for (var i = 0; i < cameraSize; i++)
        {
            for (var j = 0; j < cameraSize; j++) own[i, j] = LeastSquares.Dot(jacobian[i], jacobian[j]);
            for (var j = 0; j < poseSize; j++) cross[i, j] = LeastSquares.Dot(jacobian[i], jacobian[cameraSize + j]);
        }
        for (var i = 0; i < poseSize; i++)
            for (var j = 0; j < poseSize; j++) posed[i, j] = LeastSquares.Dot(jacobian[cameraSize + i], jacobian[cameraSize + j]);
        if (Symmetric.Inverse(posed) is not { } inverse) return new double[cameraSize, cameraSize];
        for (var i = 0; i < cameraSize; i++)
            for (var j = 0; j < cameraSize; j++)
                for (var k = 0; k < poseSize; k++)
                    for (var l = 0; l < poseSize; l++) own[i, j] -= cross[i, k] * inverse[k, l] * cross[j, l];
        return own;
    }

    /// <summary>
    /// The intrinsics moved by nine small numbers: fx, fy, cx and cy as shares of fx, then the distortion in OpenCV's order. k3 may be left out.
    /// </summary>
    public static CameraIntrinsics Moved(CameraIntrinsics start, ReadOnlySpan<double> by) => start with
    {
        Fx = start.Fx * (1 + by[0]),
        Fy = start.Fy + start.Fx * by[1],
        Cx = start.Cx + start.Fx * by[2],
        Cy = start.Cy + start.Fx * by[3],
        Distortion = new(start.Distortion.K1 + by[4], start.Distortion.K2 + by[5], start.Distortion.P1 + by[6], start.Distortion.P2 + by[7],
            start.Distortion.K3 + (by.Length > 8 ? by[8] : 0)),
    };

    /// <summary>
    /// Standard deviations of fx and fy for a pixel of noise, each as a share of fx, the larger of the two; infinite where the views leave them open.
    /// </summary>
    public static double FocalDeviation(double[,] information, bool hasK3) =>
        Symmetric.Inverse(Free(information, hasK3)) is { } covariance ? Math.Sqrt(Math.Max(covariance[0, 0], covariance[1, 1])) : double.PositiveInfinity;

    /// <summary>The part of the numbers that were found.</summary>
    private static double[,] Free(double[,] information, bool hasK3)
    {
        var n = hasK3 ? 9 : 8;
        var part = new double[n, n];
        for (var i = 0; i < n; i++)
            for (var j = 0; j < n; j++) part[i, j] = information[i, j];
        return part;
    }
}

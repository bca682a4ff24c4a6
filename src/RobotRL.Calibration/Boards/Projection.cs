using OpenCvSharp;
using RobotRL.Model;

namespace RobotRL.Calibration.Boards;

/// <summary>Where a camera sees points, and where a board is that it sees.</summary>
internal static class Projection
{
    private const double NearestM = 1e-6;

    /// <summary>The pixel of a point in the optical frame. What lies behind the camera is put close before it, so that a search finds its way back.</summary>
    public static (double X, double Y) Project(CameraIntrinsics camera, in Vector3D point)
    {
        var z = Math.Max(point.Z, NearestM);
        var (x, y, d) = (point.X / z, point.Y / z, camera.Distortion);
        var r2 = x * x + y * y;
        var radial = 1 + r2 * (d.K1 + r2 * (d.K2 + r2 * d.K3));
        return (camera.Fx * (x * radial + 2 * d.P1 * x * y + d.P2 * (r2 + 2 * x * x)) + camera.Cx,
            camera.Fy * (y * radial + d.P1 * (r2 + 2 * y * y) + 2 * d.P2 * x * y) + camera.Cy);
    }

    /// <summary>Writes how far each corner was seen from where the pose puts it, x and y in turn, pixels.</summary>
    public static void Residuals(CameraIntrinsics camera, BoardDescription board, in Pose boardInCamera, IReadOnlyList<BoardCorner> corners, Span<double> into)
    {
        for (var i = 0; i < corners.Count; i++)
        {
            var (x, y) = Project(camera, boardInCamera.Transform(board.Corner(corners[i].Id)));
            (into[2 * i], into[2 * i + 1]) = (x - corners[i].X, y - corners[i].Y);
        }
    }

    /// <summary>Root mean square distance of the corners from where the pose puts them, pixels.</summary>
    public static double RmsPx(CameraIntrinsics camera, BoardDescription board, in Pose boardInCamera, IReadOnlyList<BoardCorner> corners)
    {
        var residuals = new double[2 * corners.Count];
        Residuals(camera, board, boardInCamera, corners, residuals);
        return Math.Sqrt(residuals.Sum(r => r * r) / corners.Count);
    }

    /// <summary>X_CT of a board from where its corners are seen; null where no pose explains them.</summary>
    public static Pose? BoardInCamera(CameraIntrinsics camera, BoardDescription board, IReadOnlyList<BoardCorner> corners)
    {
        Point3f[] points = [.. corners.Select(c => ToOpenCv(board.Corner(c.Id)))];
        Point2f[] pixels = [.. corners.Select(c => new Point2f((float)c.X, (float)c.Y))];
        var (matrix, distortion) = (Matrix(camera), camera.Distortion.ToArray());
        var (rotation, translation) = (new double[3], new double[3]);
        try
        {
            // A flat board has two poses that nearly explain it: this method tells them apart, and the next one sharpens the better.
            Cv2.SolvePnP(points, pixels, matrix, distortion, ref rotation, ref translation, false, SolvePnPMethod.IPPE);
            Cv2.SolvePnP(points, pixels, matrix, distortion, ref rotation, ref translation, true, SolvePnPMethod.Iterative);
        }
        catch (OpenCVException)
        {
            return null;
        }
        var pose = ToPose(rotation, translation);
        return pose.IsFinite && pose.Position.Z > 0 ? pose : null;
    }

    public static Point3f ToOpenCv(in Vector3D point) => new((float)point.X, (float)point.Y, (float)point.Z);

    public static double[,] Matrix(CameraIntrinsics camera) => new[,] { { camera.Fx, 0, camera.Cx }, { 0, camera.Fy, camera.Cy }, { 0, 0, 1 } };

    public static Pose ToPose(ReadOnlySpan<double> rotation, ReadOnlySpan<double> translation) =>
        new(new(translation[0], translation[1], translation[2]), Rotation.FromVector(new(rotation[0], rotation[1], rotation[2])));
}

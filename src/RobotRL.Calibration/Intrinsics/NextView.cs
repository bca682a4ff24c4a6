using System.Globalization;
using RobotRL.Calibration.Boards;
using RobotRL.Calibration.Geometry;
using RobotRL.Model;

namespace RobotRL.Calibration.Intrinsics;

/// <summary>Which further view would tell most: of a grid of places, tilts and distances, the one after which all nine numbers are known best.</summary>
internal static class NextView
{
    private const double TiltDeg = 30;

    /// <summary>A deviation of distortion counts as what it moves at the rim; this takes its place for the small terms of the model.</summary>
    private const double Prior = 1e-3;

    /// <param name="board">The board.</param>
    /// <param name="camera">The intrinsics so far.</param>
    /// <param name="information">What the views so far tell.</param>
    /// <param name="distanceM">Of the views so far, in the middle, m.</param>
    /// <returns>The view in words; null where no place fits the board into the image.</returns>
    public static string? Suggest(BoardDescription board, CameraIntrinsics camera, double[,] information, double distanceM)
    {
        var (best, words) = (double.PositiveInfinity, (string?)null);
        foreach (var distance in (double[])[0.7 * distanceM, distanceM, 1.4 * distanceM])
            for (var ninth = 0; ninth < 9; ninth++)
                foreach (var (edge, axis) in ((string, Vector3D)[])
                    [("right", new(0, 1, 0)), ("left", new(0, -1, 0)), ("lower", new(-1, 0, 0)), ("upper", new(1, 0, 0))])
                {
                    if (CornersAt(board, camera, PoseAt(board, camera, ninth, distance, axis)) is not { } corners) continue;
                    var added = IntrinsicsFit.Information(camera, board, PoseAt(board, camera, ninth, distance, axis), corners);
                    var sum = new double[9, 9];
                    for (var i = 0; i < 9; i++)
                        for (var j = 0; j < 9; j++) sum[i, j] = information[i, j] + added[i, j] + (i == j ? Prior : 0);
                    if (Symmetric.Inverse(sum) is not { } covariance) continue;
                    var score = Enumerable.Range(0, 9).Sum(i => covariance[i, i]);
                    if (score >= best) continue;
                    best = score;
                    words = string.Create(CultureInfo.InvariantCulture,
                        $"hold the board {distance:0.00} m away, in the {Coverage.NameOf(ninth)} of the image, its {edge} edge {TiltDeg:0}° toward the camera");
                }
        return words;
    }

    private static Pose PoseAt(BoardDescription board, CameraIntrinsics camera, int ninth, double distance, Vector3D axis)
    {
        var (u, v) = ((ninth % 3 + 0.5) / 3 * camera.WidthPx, (ninth / 3 + 0.5) / 3 * camera.HeightPx);
        var middle = new Vector3D((u - camera.Cx) / camera.Fx * distance, (v - camera.Cy) / camera.Fy * distance, distance);
        var orientation = Rotation.FromVector(axis * (TiltDeg * Math.PI / 180));
        return new(middle - orientation.Rotate(board.Middle), orientation);
    }

    /// <summary>Those in the image; null where the board is not wholly in it, or, of a board that need not be, not for the greater part.</summary>
    private static BoardCorner[]? CornersAt(BoardDescription board, CameraIntrinsics camera, Pose pose)
    {
        BoardCorner[] corners = [.. Enumerable.Range(0, board.CornerCount)
            .Select(id => (Id: id, At: Projection.Project(camera, pose.Transform(board.Corner(id)))))
            .Where(c => c.At.X >= 0 && c.At.Y >= 0 && c.At.X < camera.WidthPx && c.At.Y < camera.HeightPx).Select(c => new BoardCorner(c.Id, c.At.X, c.At.Y))];
        return corners.Length == board.CornerCount || (board.IsCharuco && 2 * corners.Length > board.CornerCount) ? corners : null;
    }
}

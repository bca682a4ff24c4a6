using System.Globalization;
using RobotRL.Calibration.Boards;
using RobotRL.Model;

namespace RobotRL.Calibration.Intrinsics;

/// <summary>
/// How the views cover what a camera sees. Distortion shows at the rims, focal length in a tilted board, and both together where it is near and far: without
/// them a wrong result explains the images as well as the right one.
/// </summary>
internal sealed class Coverage
{
    /// <summary>A ninth counts with so many corners in it.</summary>
    private const int CornersOfNinth = 4;

    private const double TiltDeg = 15, DistanceRatio = 1.4;

    private static readonly string[] Ninths =
        ["top left", "top", "top right", "left", "middle", "right", "bottom left", "bottom", "bottom right"];

    private readonly int[] _corners = new int[9];
    private readonly double[] _tilts = new double[4];
    private readonly (double Near, double Far) _distances = (double.PositiveInfinity, 0);

    /// <param name="board">The board.</param>
    /// <param name="views">The views, each with the board's pose in the camera.</param>
    public Coverage(BoardDescription board, IReadOnlyList<(BoardView View, Pose Board)> views)
    {
        foreach (var (view, pose) in views)
        {
            foreach (var corner in view.Corners) _corners[NinthOf(view, corner)]++;
            // Of the board's normal; a board that faces the camera has none along x and y.
            var normal = pose.Orientation.Rotate(new(0, 0, 1));
            var (right, down) = (Degrees(Math.Atan2(normal.X, normal.Z)), Degrees(Math.Atan2(normal.Y, normal.Z)));
            (_tilts[0], _tilts[1]) = (Math.Max(_tilts[0], right), Math.Max(_tilts[1], -right));
            (_tilts[2], _tilts[3]) = (Math.Max(_tilts[2], down), Math.Max(_tilts[3], -down));
            var distance = pose.Transform(board.Middle).Length;
            _distances = (Math.Min(_distances.Near, distance), Math.Max(_distances.Far, distance));
        }
    }

    /// <summary>Ninths of the image without corners.</summary>
    public int EmptyNinths => _corners.Count(c => c < CornersOfNinth);

    /// <summary>What is missing, one thing an entry; empty where nothing is.</summary>
    public IReadOnlyList<string> Missing()
    {
        var missing = new List<string>();
        string[] empty = [.. Ninths.Where((_, i) => _corners[i] < CornersOfNinth)];
        if (empty.Length > 0) missing.Add($"the board was never in these ninths of the image: {string.Join(", ", empty)}");
        string[] edges = ["right", "left", "lower", "upper"];
        string[] untilted = [.. edges.Where((_, i) => _tilts[i] < TiltDeg)];
        if (untilted.Length > 0)
            missing.Add($"the board was never tilted by {TiltDeg}° or more with these edges turned toward the camera: {string.Join(", ", untilted)}");
        if (_distances.Far < DistanceRatio * _distances.Near)
            missing.Add(string.Create(CultureInfo.InvariantCulture,
                $"all images are from {_distances.Near:0.00} to {_distances.Far:0.00} m; take some nearer than {_distances.Far / 1.5:0.00} m or farther away"));
        return missing;
    }

    public static int NinthOf(BoardView view, BoardCorner corner) =>
        Math.Clamp((int)(3 * corner.X / view.Width), 0, 2) + 3 * Math.Clamp((int)(3 * corner.Y / view.Height), 0, 2);

    public static string NameOf(int ninth) => Ninths[ninth];

    private static double Degrees(double radians) => radians * 180 / Math.PI;
}

using OpenCvSharp;
using OpenCvSharp.Aruco;
using RobotRL.Calibration.Boards;
using RobotRL.Model;

namespace RobotRL.Calibration.Tests;

/// <summary>
/// A camera whose truth is known. It casts rays: for 16 points of each pixel it finds the direction that the lens bends there, and looks which
/// colour the board has where that ray meets it. It shares nothing with the calibration but the numbers.
/// </summary>
internal sealed class TrueCamera
{
    /// <summary>Points of a pixel: a lattice with each of them in a row and a column of its own, so that an upright edge has 16 steps too.</summary>
    private const int Points = 16, Lattice = 7;
    private const double Margin = 0.5;

    private readonly (double X, double Y)[] _rays;

    public TrueCamera(CameraIntrinsics truth)
    {
        Truth = truth;
        _rays = new (double, double)[truth.WidthPx * truth.HeightPx * Points];
        Parallel.For(0, truth.HeightPx, v =>
        {
            for (var u = 0; u < truth.WidthPx; u++)
                for (var k = 0; k < Points; k++)
                    _rays[(v * truth.WidthPx + u) * Points + k] = Straightened(u + (k + 0.5) / Points - 0.5, v + (k * Lattice % Points + 0.5) / Points - 0.5);
        });
    }

    /// <summary>A usual lens, 640 × 480.</summary>
    public static TrueCamera Standard { get; } = new(new(640, 480, 612.3, 610.1, 327.4, 236.2, new(-0.21, 0.08, 0.0009, -0.0006, 0)));

    public CameraIntrinsics Truth { get; }

    /// <summary>The board, drawn with noise of the given deviation in grey levels.</summary>
    public GrayImage Render(string name, BoardDescription board, Pose boardInCamera, double noise = 2, ulong seed = 1)
    {
        var (width, height) = (Truth.WidthPx, Truth.HeightPx);
        var pixels = new byte[width * height];
        var (x, y) = (boardInCamera.Orientation.Rotate(new(1, 0, 0)), boardInCamera.Orientation.Rotate(new(0, 1, 0)));
        var (normal, texture) = (Vector3D.Cross(x, y), Texture(board));
        var far = Vector3D.Dot(normal, boardInCamera.Position);
        Parallel.For(0, height, v =>
        {
            var random = new SplitMix64(SplitMix64.Derive(seed, 7, (ulong)v));
            for (var u = 0; u < width; u++)
            {
                var sum = 0.0;
                for (var k = 0; k < Points; k++)
                {
                    var (rx, ry) = _rays[(v * width + u) * Points + k];
                    var ray = new Vector3D(rx, ry, 1);
                    var along = far / Vector3D.Dot(normal, ray);
                    var at = ray * along - boardInCamera.Position;
                    sum += along > 0 ? Colour(board, texture, Vector3D.Dot(at, x) / board.EdgeM, Vector3D.Dot(at, y) / board.EdgeM) : 110;
                }
                pixels[v * width + u] = (byte)Math.Clamp(Math.Round(sum / (Points) + noise * random.NextNormal()), 0, 255);
            }
        });
        return new(name, width, height, pixels);
    }

    /// <summary>Grey of a point of the plane, in squares from the first inner corner.</summary>
    private static double Colour(BoardDescription board, byte[,]? texture, double x, double y)
    {
        const double black = 35, white = 215, table = 110;
        if (x < -1 - Margin || y < -1 - Margin || x > board.Columns + Margin || y > board.Rows + Margin) return table;
        if (x < -1 || y < -1 || x >= board.Columns || y >= board.Rows) return white;
        if (texture is null) return ((int)Math.Floor(x) + (int)Math.Floor(y)) % 2 == 0 ? black : white;
        return texture[(int)((y + 1) * Square), (int)((x + 1) * Square)] < 128 ? black : white;
    }

    private const int Square = 60;
    private static readonly Dictionary<string, byte[,]> Textures = [];

    /// <summary>What is printed on a ChArUco board, a square of it <see cref="Square"/> texels wide.</summary>
    private static byte[,]? Texture(BoardDescription board)
    {
        if (!board.IsCharuco) return null;
        lock (Textures)
        {
            if (Textures.TryGetValue(board.Text, out var known)) return known;
            using var dictionary = CvAruco.GetPredefinedDictionary(board.Dictionary);
            using var charuco = new CharucoBoard(board.Columns + 1, board.Rows + 1, (float)board.EdgeM, (float)board.MarkerM, dictionary);
            using var image = new Mat();
            charuco.GenerateImage(new Size((board.Columns + 1) * Square, (board.Rows + 1) * Square), image, 0, 1);
            image.GetRectangularArray(out byte[,] texture);
            return Textures[board.Text] = texture;
        }
    }

    /// <summary>The direction that is seen at a pixel: what the lens bends there is undone step by step.</summary>
    private (double X, double Y) Straightened(double u, double v)
    {
        var (bentX, bentY, d) = ((u - Truth.Cx) / Truth.Fx, (v - Truth.Cy) / Truth.Fy, Truth.Distortion);
        var (x, y) = (bentX, bentY);
        for (var i = 0; i < 30; i++)
        {
            var r2 = x * x + y * y;
            var radial = 1 + d.K1 * r2 + d.K2 * r2 * r2 + d.K3 * r2 * r2 * r2;
            (x, y) = ((bentX - 2 * d.P1 * x * y - d.P2 * (r2 + 2 * x * x)) / radial, (bentY - d.P1 * (r2 + 2 * y * y) - 2 * d.P2 * x * y) / radial);
        }
        return (x, y);
    }
}

using OpenCvSharp;
using OpenCvSharp.Aruco;
using RobotRL.Model;

namespace RobotRL.Calibration.Boards;

/// <summary>The corners of a board in an image.</summary>
/// <param name="Name">Of the image.</param>
/// <param name="Width">Of the image, pixels.</param>
/// <param name="Height">Of the image, pixels.</param>
/// <param name="Corners">Those that were seen, by rising number.</param>
public sealed record BoardView(string Name, int Width, int Height, IReadOnlyList<BoardCorner> Corners)
{
    /// <summary>Mean distance of the corners that both views show, pixels; infinite where they share none.</summary>
    public double DistancePx(BoardView other)
    {
        var others = other.Corners.ToDictionary(c => c.Id);
        var distances = Corners.Where(c => others.ContainsKey(c.Id)).Select(c => Math.Sqrt(Square(c.X - others[c.Id].X) + Square(c.Y - others[c.Id].Y)));
        return distances.DefaultIfEmpty(double.PositiveInfinity).Average();
        static double Square(double v) => v * v;
    }
}

/// <summary>Finds one board in images. Not for several threads at once.</summary>
public sealed class BoardFinder : IDisposable
{
    /// <summary>A pose has 6 numbers and a plane takes 8; fewer corners of a board that is partly seen say too little.</summary>
    private const int FewestCorners = 8;

    /// <summary>So many squares in a row tell a board from a background.</summary>
    private const int FewestOfRow = 4;

    /// <summary>Larger images are searched in small.</summary>
    private const double WidestSearchPx = 1280;

    /// <summary>Half the edge of the window in which a corner is sharpened: a share of the distance to the next corner, and at most so many pixels.</summary>
    private const double WindowShare = 0.35, NarrowestWindowPx = 1.6, WidestWindowPx = 10;

    /// <summary>Bits in a row of the finest markers, with those of the border.</summary>
    private const int MostBits = 9;

    /// <summary>Deviation of the bell under which a corner is sharpened, as a share of the window.</summary>
    private const double BellShare = 0.4;

    private readonly BoardDescription _board;
    private readonly Dictionary? _dictionary;
    private readonly CharucoBoard? _charuco;
    private readonly CharucoDetector? _detector;

    public BoardFinder(BoardDescription board)
    {
        _board = board;
        if (!board.IsCharuco) return;
        _dictionary = CvAruco.GetPredefinedDictionary(board.Dictionary);
        _charuco = new(board.Columns + 1, board.Rows + 1, (float)board.EdgeM, (float)board.MarkerM, _dictionary) { LegacyPattern = board.IsLegacy };
        _detector = new(_charuco);
    }

    /// <summary>The board, or null and the reason why there is none.</summary>
    public BoardView? Find(GrayImage image, out string reason)
    {
        using var mat = image.ToMat();
        var corners = _detector is null ? Chessboard(mat, out reason) : Charuco(mat, out reason);
        return corners is null ? null : new BoardView(image.Name, image.Width, image.Height, Sharpened(image, mat, corners));
    }

    /// <summary>Moves each corner to where the edges around it meet, within a window that holds no other corner.</summary>
    private BoardCorner[] Sharpened(GrayImage image, Mat mat, BoardCorner[] corners)
    {
        var at = corners.ToDictionary(c => c.Id);
        var nearest = corners.SelectMany(c => new[] { (c, Id: c.Id + 1), (c, Id: c.Id + _board.Columns) })
            .Where(p => at.ContainsKey(p.Id) && (p.Id != p.c.Id + 1 || p.Id % _board.Columns != 0))
            .Select(p => Math.Sqrt(Math.Pow(at[p.Id].X - p.c.X, 2) + Math.Pow(at[p.Id].Y - p.c.Y, 2))).DefaultIfEmpty(0).Min();
        // Two markers lie opposite of each other, as far as their black borders go they look the same from the corner, and so they move nothing. Their bits do.
        var share = _board.IsCharuco ? Math.Min(WindowShare, ((_board.EdgeM - _board.MarkerM) / 2 + _board.MarkerM / MostBits) / _board.EdgeM) : WindowShare;
        var half = Math.Min(WidestWindowPx, nearest * share);
        if (half < NarrowestWindowPx) return corners;
        var window = new Size((int)half, (int)half);
        var crossings = Cv2.CornerSubPix(mat, corners.Select(c => new Point2f((float)c.X, (float)c.Y)), window, new Size(-1, -1),
            new TermCriteria(CriteriaTypes.Count | CriteriaTypes.Eps, 50, 1e-3));
        // What runs away from its corner was no corner there: a reflection, or a marker's edge.
        return [.. corners.Zip(crossings, (corner, crossing) =>
        {
            var near = Math.Max(Math.Abs(crossing.X - corner.X), Math.Abs(crossing.Y - corner.Y)) < half / 2 ? (crossing.X, crossing.Y) : (corner.X, corner.Y);
            var (x, y) = Saddle.Near(image, near, half * BellShare) ?? near;
            return new BoardCorner(corner.Id, x, y);
        })];
    }

    public void Dispose()
    {
        _detector?.Dispose();
        _charuco?.Dispose();
        _dictionary?.Dispose();
    }

    private BoardCorner[]? Charuco(Mat image, out string reason)
    {
        _detector!.DetectBoard(image, out var points, out var ids, out _, out var markers);
        reason = markers.Length == 0 ? "no marker found" : $"only {ids.Length} corners found, {FewestCorners} are needed";
        if (ids.Length < FewestCorners) return null;
        reason = "all corners found lie in one row";
        if (ids.Select(id => id % _board.Columns).Distinct().Count() < 2 || ids.Select(id => id / _board.Columns).Distinct().Count() < 2) return null;
        return [.. ids.Zip(points, (id, at) => new BoardCorner(id, at.X, at.Y)).OrderBy(c => c.Id)];
    }

    private BoardCorner[]? Chessboard(Mat image, out string reason)
    {
        reason = "board not found";
        if (Search(image) is not { } points) return null;
        Order(image, points);
        reason = "more squares than the board has";
        if (GoesOn(image, points)) return null;
        return [.. points.Select((at, id) => new BoardCorner(id, at.X, at.Y))];
    }

    /// <summary>
    /// The quick search finds a clear board in a tenth of the time of the thorough one. Large images are searched in small: on 5 megapixels either search takes
    /// seconds where there is no board. Each corner is sharpened afterwards, in the whole image.
    /// </summary>
    private Point2f[]? Search(Mat image)
    {
        const ChessboardFlags quick = ChessboardFlags.NormalizeImage | ChessboardFlags.AdaptiveThresh | ChessboardFlags.FastCheck;
        var (size, scale) = (new Size(_board.Columns, _board.Rows), Math.Max(1, Math.Max(image.Cols, image.Rows) / WidestSearchPx));
        using var small = new Mat();
        if (scale > 1) Cv2.Resize(image, small, new Size(), 1 / scale, 1 / scale, InterpolationFlags.Area);
        var searched = scale > 1 ? small : image;
        if (!Cv2.FindChessboardCorners(searched, size, out Point2f[] points, quick)
            && !Cv2.FindChessboardCornersSB(searched, size, out points, ChessboardFlags.NormalizeImage)) return null;
        if (points.Length != _board.CornerCount) return null;
        // Pixels are counted by their middles.
        return [.. points.Select(p => new Point2f((float)((p.X + 0.5) * scale - 0.5), (float)((p.Y + 0.5) * scale - 0.5)))];
    }

    /// <summary>Numbers the corners as seen from the front, from the corner whose own square is black: an image does not tell which end comes first.</summary>
    private void Order(Mat image, Point2f[] points)
    {
        var (n, last) = (_board.Columns, points.Length - 1);
        var (row, column) = (points[n - 1] - points[0], points[last - n + 1] - points[0]);
        if (row.X * column.Y - row.Y * column.X < 0)
            for (var i = 0; i <= last; i += n) Array.Reverse(points, i, n);
        var (even, odd) = (0.0, 0.0);
        for (var y = 0; y + 1 < _board.Rows; y++)
            for (var x = 0; x + 1 < n; x++)
            {
                var i = y * n + x;
                var brightness = Brightness(image, (points[i] + points[i + 1] + points[i + n] + points[i + n + 1]) * 0.25);
                if ((x + y) % 2 == 0) even += brightness;
                else odd += brightness;
            }
        var cells = (n - 1) * (_board.Rows - 1);
        if (even / ((cells + 1) / 2) > odd / (cells / 2)) Array.Reverse(points);
    }

    /// <summary>
    /// Whether further squares follow beyond the outer ones on any side: then this is a part of a larger board, and which part is not known. What lies beyond
    /// the outer ones is the margin, which has one brightness.
    /// </summary>
    private bool GoesOn(Mat image, Point2f[] points)
    {
        var (n, rows) = (_board.Columns, _board.Rows);
        Point2f At(int x, int y) => points[y * n + x];
        var inside = Enumerable.Range(0, points.Length - n - 1).Where(i => i % n + 1 < n)
            .Select(i => Brightness(image, (points[i] + points[i + 1] + points[i + n] + points[i + n + 1]) * 0.25)).Order().ToArray();
        var contrast = inside[^(1 + inside.Length / 4)] - inside[inside.Length / 4];
        // 1.5 squares beyond the last corner, by going on as the last two corners do.
        Point2f Beyond(Point2f a, Point2f b, Point2f inA, Point2f inB) => (a + b) * 0.5 + ((a - inA) + (b - inB)) * 0.75;
        bool Alternates(IEnumerable<Point2f> middles)
        {
            var all = middles.ToArray();
            // Of a few squares chance makes a row.
            if (all.Length < FewestOfRow || all.Any(p => p.X < 2 || p.Y < 2 || p.X > image.Cols - 3 || p.Y > image.Rows - 3)) return false;
            var values = all.Select(p => Brightness(image, p)).ToArray();
            return values.Zip(values.Skip(1), (a, b) => Math.Abs(a - b)).Min() > contrast / 2
                && values.Zip(values.Skip(1), (a, b) => Math.Sign(a - b)).Aggregate((Last: 0, Ok: true), (s, v) => (v, s.Ok && v != s.Last)).Ok;
        }
        var across = Enumerable.Range(0, n - 1);
        var down = Enumerable.Range(0, rows - 1);
        return Alternates(across.Select(x => Beyond(At(x, 0), At(x + 1, 0), At(x, 1), At(x + 1, 1))))
            || Alternates(across.Select(x => Beyond(At(x, rows - 1), At(x + 1, rows - 1), At(x, rows - 2), At(x + 1, rows - 2))))
            || Alternates(down.Select(y => Beyond(At(0, y), At(0, y + 1), At(1, y), At(1, y + 1))))
            || Alternates(down.Select(y => Beyond(At(n - 1, y), At(n - 1, y + 1), At(n - 2, y), At(n - 2, y + 1))));
    }

    /// <summary>Mean of 3 × 3 pixels.</summary>
    private static double Brightness(Mat image, Point2f at)
    {
        var (x, y, sum) = (Math.Clamp((int)MathF.Round(at.X), 1, image.Cols - 2), Math.Clamp((int)MathF.Round(at.Y), 1, image.Rows - 2), 0.0);
        for (var dy = -1; dy <= 1; dy++)
            for (var dx = -1; dx <= 1; dx++) sum += image.At<byte>(y + dy, x + dx);
        return sum / 9;
    }
}

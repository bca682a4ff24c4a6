using System.Globalization;
using RobotRL.Calibration.Boards;
using RobotRL.Calibration.Sources;
using RobotRL.Model;

namespace RobotRL.Calibration.Intrinsics;

/// <summary>
/// Finds a camera's intrinsics. OpenCV fits them; here is decided which views take part, whether they suffice, and what the result is worth.
/// </summary>
public static class IntrinsicsCalibration
{
    private const int FewestViews = 8, ViewsForGood = 12, Folds = 5, Subset = 6, Trials = 15;

    /// <summary>Views closer to each other than this share of the image's width say the same.</summary>
    private const double Repeats = 0.01;

    /// <summary>Least change of depth across the board, as a share, that shows a tilt: 5° for a board of half the distance.</summary>
    private const double TiltedDepth = 0.04;

    /// <summary>A view is an outlier above so many times the median error, and above so many pixels.</summary>
    private const double OutlierRatio = 3, OutlierPx = 0.1;

    private const double GoodPx = 0.5, UsablePx = 1.5, GoodDeviation = 0.002, UsableDeviation = 0.01, K3Gain = 0.98;

    /// <exception cref="InsufficientDataException">The views do not suffice; one line with the reason.</exception>
    public static IntrinsicsOutcome Solve(ViewSet set)
    {
        var (board, rejected) = (set.Board, set.Rejected.ToList());
        var views = Distinct(set, rejected);
        RequireEnough(board, views, set);
        var (inliers, camera) = Agreeing(board, views, rejected);
        var (hasK3, heldOut) = Model(board, inliers);
        camera = IntrinsicsFit.Of(board, inliers, hasK3) ?? camera;
        (BoardView View, Pose Board)[] posed = [.. inliers.Select(v => (v, Projection.BoardInCamera(camera, board, v.Corners)))
            .Where(v => v.Item2 is not null).Select(v => (v.v, v.Item2!.Value))];
        var rms = Math.Sqrt(posed.Sum(v => Square(Projection.RmsPx(camera, board, v.Board, v.View.Corners)) * v.View.Corners.Count)
            / posed.Sum(v => v.View.Corners.Count));
        var information = new double[9, 9];
        foreach (var (view, pose) in posed)
        {
            var added = IntrinsicsFit.Information(camera, board, pose, view.Corners);
            for (var i = 0; i < 9; i++)
                for (var j = 0; j < 9; j++) information[i, j] += added[i, j];
        }
        var deviation = IntrinsicsFit.FocalDeviation(information, hasK3) * rms / Math.Sqrt(2);
        var coverage = new Coverage(board, posed);
        var (verdict, reasons) = Judge(camera, heldOut, deviation, posed.Length, views.Count - inliers.Count, coverage);
        var distances = posed.Select(v => v.Board.Transform(board.Middle).Length).Order().ToArray();
        return new()
        {
            WidthPx = camera.WidthPx,
            HeightPx = camera.HeightPx,
            Fx = camera.Fx,
            Fy = camera.Fy,
            Cx = camera.Cx,
            Cy = camera.Cy,
            Distortion = camera.Distortion.ToArray(),
            RmsPx = rms,
            HeldOutPx = heldOut,
            FocalDeviationPercent = 100 * Math.Min(deviation, 10),
            ImagesUsed = posed.Length,
            ImagesRejected = rejected.Count,
            Verdict = verdict.ToString().ToLowerInvariant(),
            Reasons = reasons,
            Missing = coverage.Missing(),
            NextView = NextView.Suggest(board, camera, information, distances[distances.Length / 2]),
            Rejected = rejected,
        };
    }

    private static List<BoardView> Distinct(ViewSet set, List<Rejection> rejected)
    {
        var views = new List<BoardView>();
        foreach (var (view, _) in set.Views)
            if (views.Find(v => v.DistancePx(view) < Repeats * view.Width) is { } same) rejected.Add(new(view.Name, $"shows the board where {same.Name} does"));
            else views.Add(view);
        return views;
    }

    private static void RequireEnough(BoardDescription board, List<BoardView> views, ViewSet set)
    {
        if (set.Views.Count < FewestViews)
            throw new InsufficientDataException($"too few images: the board {board.Text} is in {set.Views.Count} of {set.Views.Count + set.Rejected.Count}, "
                + $"and {FewestViews} are needed; record at least 15");
        if (views.Count < FewestViews)
            throw new InsufficientDataException($"too few different views: {set.Views.Count} images show {views.Count}, and {FewestViews} are needed; "
                + "move and tilt the board, or the camera, from image to image");
        if (views.Max(view => DepthChange(board, view)) < TiltedDepth)
            throw new InsufficientDataException("the board was never tilted: it faces the camera in every image, which leaves the focal length open; "
                + "turn it by 20 to 40° about both its axes");
    }

    /// <summary>How much the depth changes across the board, as a share, whatever the focal length: the ratio of opposite edges' lengths says it.</summary>
    private static double DepthChange(BoardDescription board, BoardView view)
    {
        using var homography = OpenCvSharp.Cv2.FindHomography(
            view.Corners.Select(c => new OpenCvSharp.Point2d(board.Corner(c.Id).X, board.Corner(c.Id).Y)),
            view.Corners.Select(c => new OpenCvSharp.Point2d(c.X, c.Y)));
        if (homography.Empty()) return 0;
        var (alongX, alongY) = (homography.At<double>(2, 0), homography.At<double>(2, 1));
        double[] depths = [.. view.Corners.Select(c => board.Corner(c.Id)).Select(c => alongX * c.X + alongY * c.Y + 1)];
        return depths.Min() > 0 ? depths.Max() / depths.Min() - 1 : double.PositiveInfinity;
    }

    /// <summary>
    /// The views that agree on one camera. Where the fit to all leaves some far off, fits to a few views each look for the camera that most agree on.
    /// </summary>
    private static (List<BoardView> Inliers, CameraIntrinsics Camera) Agreeing(BoardDescription board, List<BoardView> views, List<Rejection> rejected)
    {
        var camera = IntrinsicsFit.Of(board, views, hasK3: false);
        if (camera is null || Outliers(board, views, camera).Count > 0)
        {
            var (best, random) = (camera is null ? double.PositiveInfinity : Median(board, views, camera), new SplitMix64(1));
            for (var trial = 0; trial < Trials; trial++)
            {
                BoardView[] some = [.. views.OrderBy(_ => random.Next()).Take(Subset)];
                if (IntrinsicsFit.Of(board, some, hasK3: false) is not { } found || Median(board, views, found) is var median && median >= best) continue;
                (best, camera) = (median, found);
            }
        }
        var inliers = views;
        for (var round = 0; round < 4 && camera is not null; round++)
        {
            var outliers = Outliers(board, views, camera);
            var next = views.Except(outliers).ToList();
            if (next.Count < FewestViews) break;
            var same = next.Count == inliers.Count && round > 0;
            inliers = next;
            camera = IntrinsicsFit.Of(board, inliers, hasK3: false);
            if (same) break;
        }
        if (camera is null)
            throw new InsufficientDataException("no camera explains the images: the board is not flat, or not the one that --board describes; check both");
        rejected.AddRange(views.Except(inliers).Select(v => new Rejection(v.Name,
            string.Create(CultureInfo.InvariantCulture, $"disagrees with the others by {IntrinsicsFit.RmsPx(camera, board, v):0.0} px"))));
        return (inliers, camera);
    }

    private static List<BoardView> Outliers(BoardDescription board, List<BoardView> views, CameraIntrinsics camera)
    {
        var errors = views.ConvertAll(v => IntrinsicsFit.RmsPx(camera, board, v));
        var bound = Math.Max(OutlierPx, OutlierRatio * errors.Order().ElementAt(errors.Count / 2));
        return [.. views.Where((_, i) => errors[i] > bound)];
    }

    private static double Median(BoardDescription board, List<BoardView> views, CameraIntrinsics camera) =>
        views.Select(v => IntrinsicsFit.RmsPx(camera, board, v)).Order().ElementAt(views.Count * 2 / 3);

    /// <summary>Whether the third radial term helps on images that had no part in it, and the error there.</summary>
    private static (bool HasK3, double HeldOutPx) Model(BoardDescription board, List<BoardView> views)
    {
        var (plain, full) = (HeldOutPx(board, views, false), HeldOutPx(board, views, true));
        return full < K3Gain * plain ? (true, full) : (false, plain);
    }

    private static double HeldOutPx(BoardDescription board, List<BoardView> views, bool hasK3)
    {
        var (sum, count) = (0.0, 0);
        for (var fold = 0; fold < Folds; fold++)
        {
            BoardView[] judged = [.. views.Where((_, i) => i % Folds == fold)];
            if (IntrinsicsFit.Of(board, [.. views.Where((_, i) => i % Folds != fold)], hasK3) is not { } camera) continue;
            var corners = judged.Sum(v => v.Corners.Count);
            (sum, count) = (sum + IntrinsicsFit.HeldOutSquare(camera, board, judged) * corners, count + corners);
        }
        return count == 0 ? double.PositiveInfinity : Math.Sqrt(sum / count);
    }

    private static (CalibrationVerdict, List<string>) Judge(
        CameraIntrinsics camera, double heldOut, double deviation, int used, int outliers, Coverage coverage)
    {
        var (poor, fair) = (new List<string>(), new List<string>());
        void Require(bool good, bool usable, string reason)
        {
            if (!usable) poor.Add(reason);
            else if (!good) fair.Add(reason);
        }
        Require(heldOut <= GoodPx, heldOut <= UsablePx, string.Create(CultureInfo.InvariantCulture,
            $"images held out are off by {heldOut:0.00} px, and {GoodPx} is good"));
        Require(deviation <= GoodDeviation, deviation <= UsableDeviation, string.Create(CultureInfo.InvariantCulture,
            $"the images leave the focal length open by {100 * deviation:0.00} %, and {100 * GoodDeviation} % is good"));
        Require(used >= ViewsForGood, true, $"{used} images are few, and {ViewsForGood} are good");
        Require(coverage.EmptyNinths <= 2, coverage.EmptyNinths < 7, $"{coverage.EmptyNinths} of 9 ninths of the image never showed the board");
        Require(10 * outliers <= 3 * (used + outliers), 2 * outliers < used + outliers, $"{outliers} of {used + outliers} images disagree with the others");
        var (x, y) = (camera.Cx / camera.WidthPx, camera.Cy / camera.HeightPx);
        var isPlausible = x is > 0.25 and < 0.75 && y is > 0.25 and < 0.75 && camera.Fx / camera.Fy is > 0.8 and < 1.25;
        Require(isPlausible, x is > 0 and < 1 && y is > 0 and < 1,
            "the principal point is far from the middle, or the pixels are far from square: unusual cameras only");
        return (poor.Count > 0 ? CalibrationVerdict.Poor : fair.Count > 0 ? CalibrationVerdict.Usable : CalibrationVerdict.Good, [.. poor, .. fair]);
    }

    private static double Square(double value) => value * value;
}

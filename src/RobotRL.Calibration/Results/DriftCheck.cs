using System.Globalization;
using System.Text;
using RobotRL.Calibration.Boards;
using RobotRL.Calibration.Sources;
using RobotRL.Model;

namespace RobotRL.Calibration.Results;

/// <summary>How far a camera moved since its calibration: the object that <c>robotrl calibrate check --json</c> prints.</summary>
public sealed record DriftOutcome
{
    /// <summary>Root mean square distance of the corners from where the reference view has them, pixels.</summary>
    public required double MovedPx { get; init; }

    /// <summary>How far the camera moved if the board did not, mm.</summary>
    public required double MovedMm { get; init; }

    /// <summary>How far the camera turned if the board did not, degrees.</summary>
    public required double MovedDeg { get; init; }

    /// <summary>Up to how many pixels it counts as unmoved.</summary>
    public required double BoundPx { get; init; }

    public required int ImagesUsed { get; init; }
    public required int ImagesRejected { get; init; }

    /// <summary>unmoved or moved.</summary>
    public required string Verdict { get; init; }

    public bool IsMoved => MovedPx > BoundPx;

    /// <summary>For people.</summary>
    public string Text() => string.Create(CultureInfo.InvariantCulture,
        $"{Verdict}: {MovedPx:0.00} px of {BoundPx:0.##} allowed, {MovedMm:0.0} mm, {MovedDeg:0.00}° in {ImagesUsed} images; {ImagesRejected} left out\n")
        + (IsMoved ? "the camera moved, or the board, or an arm that carries one of them stands elsewhere: put the latter right, or calibrate again\n" : "");
}

/// <summary>Compares views of a board that stays where it is with the reference view of a result.</summary>
public static class DriftCheck
{
    private const int FewestShared = 8;

    /// <param name="set">The views of now.</param>
    /// <param name="result">The result.</param>
    /// <param name="boundPx">Up to how many pixels the camera counts as unmoved.</param>
    /// <exception cref="InvalidDataException">The images have another size, or the board is another one.</exception>
    /// <exception cref="InsufficientDataException">No view shows enough of the corners of the reference.</exception>
    public static DriftOutcome Compare(ViewSet set, CameraCalibration result, double boundPx)
    {
        var (camera, reference) = (result.Intrinsics, result.Reference);
        if (set.Views[0].View is var first && (first.Width, first.Height) != (camera.WidthPx, camera.HeightPx))
            throw new InvalidDataException($"{first.Name}: {first.Width}×{first.Height} pixels, and the calibration holds for "
                + $"{camera.WidthPx}×{camera.HeightPx}; record images of that size");
        if (set.Board.Text != result.Board)
            throw new InvalidDataException($"--board {set.Board.Text}: the reference view shows {result.Board}; give that board");
        var at = reference.Corners.ToDictionary(c => c.Id);
        var (found, rejected) = (new List<(double Px, Pose Moved)>(), set.Rejected.Count);
        foreach (var (view, _) in set.Views)
        {
            // A board that looks the same upside down may be numbered from either end: the nearer is meant.
            BoardCorner[][] numberings = set.Board.IsSymmetric
                ? [[.. view.Corners], [.. view.Corners.Select(c => c with { Id = set.Board.CornerCount - 1 - c.Id })]] : [[.. view.Corners]];
            var (px, corners) = numberings.Select(n => (Px: Distance(n, at), Corners: n)).MinBy(n => n.Px);
            if (double.IsFinite(px) && Projection.BoardInCamera(camera, set.Board, corners) is { } board)
                found.Add((px, reference.BoardInCamera * board.Inverse));
            else rejected++;
        }
        if (found.Count == 0)
            throw new InsufficientDataException($"no image shows {FewestShared} of the corners of the reference view {reference.Image}; "
                + "show the whole board where it was");
        var (movedPx, moved) = found.OrderBy(f => f.Px).ElementAt(found.Count / 2);
        return new()
        {
            MovedPx = movedPx,
            MovedMm = 1000 * moved.Position.Length,
            MovedDeg = moved.Orientation.ToVector().Length * 180 / Math.PI,
            BoundPx = boundPx,
            ImagesUsed = found.Count,
            ImagesRejected = rejected,
            Verdict = movedPx > boundPx ? "moved" : "unmoved",
        };
    }

    private static double Distance(BoardCorner[] corners, Dictionary<int, BoardCorner> reference)
    {
        double[] squares = [.. corners.Where(c => reference.ContainsKey(c.Id))
            .Select(c => (c.X - reference[c.Id].X) * (c.X - reference[c.Id].X) + (c.Y - reference[c.Id].Y) * (c.Y - reference[c.Id].Y))];
        return squares.Length < FewestShared ? double.PositiveInfinity : Math.Sqrt(squares.Average());
    }
}

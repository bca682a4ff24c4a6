using RobotRL.Calibration.Boards;
using RobotRL.Model;

namespace RobotRL.Calibration.Sources;

/// <summary>An image, and where the arm was. A live camera gives these too: whatever hands out a sequence of them is a source.</summary>
/// <param name="Image">The image.</param>
/// <param name="FlangeInBase">X_BF when the image was taken; null where it does not matter.</param>
public sealed record CalibrationSample(GrayImage Image, Pose? FlangeInBase = null);

/// <summary>A sample that has no part in the result.</summary>
/// <param name="Image">Its name.</param>
/// <param name="Reason">Why.</param>
public sealed record Rejection(string Image, string Reason);

/// <summary>A board seen in a sample.</summary>
public sealed record PosedView(BoardView View, Pose? FlangeInBase);

/// <summary>The views of a board in all samples of a source.</summary>
/// <param name="Board">The board.</param>
/// <param name="Views">Where it was found, in the source's order.</param>
/// <param name="Rejected">Where not, and why.</param>
public sealed record ViewSet(BoardDescription Board, IReadOnlyList<PosedView> Views, IReadOnlyList<Rejection> Rejected)
{
    /// <summary>Looks for the board in each sample; no image is kept.</summary>
    /// <param name="samples">The source.</param>
    /// <param name="board">The board.</param>
    /// <param name="rejected">What the source itself left out; further ones are added.</param>
    /// <param name="cancel">Ends the search.</param>
    /// <exception cref="InvalidDataException">The images differ in size.</exception>
    /// <exception cref="InsufficientDataException">The board is in none of them.</exception>
    public static ViewSet Collect(IEnumerable<CalibrationSample> samples, BoardDescription board, List<Rejection> rejected, CancellationToken cancel = default)
    {
        using var finder = new BoardFinder(board);
        var views = new List<PosedView>();
        GrayImage? first = null;
        foreach (var (image, flange) in samples)
        {
            cancel.ThrowIfCancellationRequested();
            first = first is null ? image with { Pixels = [] } : first;
            if ((image.Width, image.Height) != (first.Width, first.Height))
                throw new InvalidDataException($"{image.Name}: {image.Width}×{image.Height} pixels, and {first.Name} has {first.Width}×{first.Height}; "
                    + "a calibration holds for one size: leave only images of one size");
            if (finder.Find(image, out var reason) is { } view) views.Add(new(view, flange));
            else rejected.Add(new(image.Name, reason));
        }
        if (views.Count > 0) return new(board, views, rejected);
        var why = rejected.GroupBy(r => r.Reason).OrderByDescending(g => g.Count()).Select(g => $"{g.Count()} × {g.Key}").ToArray();
        throw new InsufficientDataException(why.Length == 0 ? "there are no images; record at least 15 of the board"
            : $"the board {board.Text} is in none of {rejected.Count} images ({string.Join(", ", why)}); hold it wholly and sharply in view, and check --board "
                + (board.IsCharuco ? "(squares, lengths, dictionary, and legacy for a board made before OpenCV 4.6)" : "(inner corners, not squares)"));
    }
}

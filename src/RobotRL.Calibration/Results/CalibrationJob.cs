using System.Globalization;
using RobotRL.Calibration.Boards;
using RobotRL.Calibration.HandEye;
using RobotRL.Calibration.Intrinsics;
using RobotRL.Calibration.Sources;
using RobotRL.Mcap;
using RobotRL.Model;

namespace RobotRL.Calibration.Results;

/// <summary>A calibration from its source to its file.</summary>
public sealed record CalibrationJob
{
    private const string IntrinsicsMethod = "OpenCV calibrateCamera on the views that agree; corners sharpened to saddles";
    private const string HandEyeMethod = "consensus of OpenCV's closed forms, then the likeliest answer for errors of views and arm";

    public required SourceOptions Source { get; init; }
    public required BoardDescription Board { get; init; }

    /// <summary>Where the result goes; null: it is only told.</summary>
    public ResultPlace? Place { get; init; }

    /// <summary>Name of the image that a later check compares with; null for the last one with a board.</summary>
    public string? Reference { get; init; }

    /// <summary>Finds the intrinsics. A poor result is not written.</summary>
    public IntrinsicsOutcome Intrinsics(CancellationToken cancel)
    {
        Place?.Checked();
        var set = Collect(Source, cancel);
        var outcome = IntrinsicsCalibration.Solve(set);
        return outcome with { File = Written(set, outcome.Camera, outcome, null) };
    }

    /// <summary>Finds where the camera is. A poor result is not written.</summary>
    /// <param name="parent">What the camera is fixed to.</param>
    /// <param name="given">Its intrinsics; null to find them in the same images.</param>
    /// <param name="cancel">Ends the search.</param>
    public HandEyeOutcome HandEye(CameraParent parent, KnownIntrinsics? given, CancellationToken cancel)
    {
        Place?.Checked();
        var set = Collect(Source with { NeedsPoses = true }, cancel);
        if (given is not null && set.Views[0].View is var view && (view.Width, view.Height) != (given.Camera.WidthPx, given.Camera.HeightPx))
            throw new InvalidDataException($"{given.From}: holds for {given.Camera.WidthPx}×{given.Camera.HeightPx} pixels, and {view.Name} has "
                + $"{view.Width}×{view.Height}; give the intrinsics of these images");
        HandEyeCalibration.RequirePoses(set, parent);
        var own = given is null ? OwnIntrinsics(set) : null;
        var known = given ?? new(own!.Camera, "the same images");
        var outcome = HandEyeCalibration.Solve(set, known, parent);
        return outcome with { File = Written(set, known.Camera, own, outcome) };
    }

    /// <summary>Whether the camera still is where a result has it.</summary>
    /// <param name="result">The result.</param>
    /// <param name="boundPx">Up to how many pixels it counts as unmoved.</param>
    /// <param name="cancel">Ends the search.</param>
    public DriftOutcome Check(CameraCalibration result, double boundPx, CancellationToken cancel) =>
        DriftCheck.Compare(Collect(Source, cancel), result, boundPx);

    private ViewSet Collect(SourceOptions source, CancellationToken cancel)
    {
        var rejected = new List<Rejection>();
        try
        {
            return ViewSet.Collect(source.Open(rejected), Board, rejected, cancel);
        }
        catch (McapException e)
        {
            throw new InvalidDataException($"{source.Path}: {e.Message.TrimEnd('.')}; record it again, or name the right file", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new InvalidDataException($"{source.Path}: may not be read ({e.Message}); allow it, or name another source", e);
        }
    }

    private static IntrinsicsOutcome OwnIntrinsics(ViewSet set)
    {
        try
        {
            return IntrinsicsCalibration.Solve(set);
        }
        catch (InsufficientDataException e)
        {
            throw new InsufficientDataException($"no --intrinsics were given, and these images do not give them: {e.Message}");
        }
    }

    private string? Written(ViewSet set, CameraIntrinsics camera, IntrinsicsOutcome? own, HandEyeOutcome? handEye)
    {
        var reference = ReferenceOf(set, camera);
        var (verdict, reasons) = handEye is null ? (own!.Verdict, own.Reasons) : (handEye.Verdict, handEye.Reasons);
        if (Place is null || Enum.Parse<CalibrationVerdict>(verdict, ignoreCase: true) is var worth && worth == CalibrationVerdict.Poor) return null;
        var (t, q) = (handEye?.TranslationM, handEye?.QuaternionXyzw);
        return ResultFile.Write(Place, new()
        {
            Cell = Place.Cell,
            Camera = Place.Camera,
            Author = Place.Author,
            Date = DateTime.UtcNow,
            Software = ResultFile.Software,
            Board = Board.Text,
            Source = Path.GetFullPath(Source.Path),
            Method = handEye is null ? IntrinsicsMethod : $"{HandEyeMethod}; intrinsics from {handEye.IntrinsicsFrom}",
            Intrinsics = camera,
            IntrinsicsResiduals = own is null ? null : new(own.RmsPx, own.HeldOutPx, own.ImagesUsed, own.ImagesRejected),
            Extrinsics = handEye is null ? null : new(handEye.Parent == "flange" ? CameraParent.Flange : CameraParent.Base,
                new(new(t![0], t[1], t[2]), new(q![0], q[1], q[2], q[3]))),
            HandEyeResiduals = handEye is null ? null
                : new(handEye.HeldOutMm, handEye.HeldOutDeg, handEye.MethodSpreadMm, handEye.SamplesUsed, handEye.SamplesRejected),
            Verdict = worth,
            Reasons = string.Join("; ", reasons),
            Reference = reference,
        });
    }

    private ReferenceView ReferenceOf(ViewSet set, CameraIntrinsics camera)
    {
        var view = Reference is null ? set.Views[^1].View : set.Views.FirstOrDefault(v => v.View.Name == Reference)?.View
            ?? throw new InvalidDataException($"--reference {Reference}: no image of that name shows the board; name another one, or leave the option out");
        return new(view.Name, Projection.BoardInCamera(camera, Board, view.Corners) ?? throw new InsufficientDataException(
            string.Create(CultureInfo.InvariantCulture, $"no pose explains the reference view {view.Name}; name another one with --reference")), view.Corners);
    }
}

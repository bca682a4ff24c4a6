namespace RobotRL.Model;

/// <summary>What a calibration is worth.</summary>
public enum CalibrationVerdict
{
    Good,
    Usable,
    Poor,
}

/// <summary>How well intrinsics explain the images.</summary>
/// <param name="RmsPx">Root mean square distance of corners from where the result puts them, in the images used, pixels.</param>
/// <param name="HeldOutPx">The same in images that had no part in the result, pixels.</param>
/// <param name="ImagesUsed">Images that the result is made of.</param>
/// <param name="ImagesRejected">Images without a usable board, or that disagree with the others.</param>
public sealed record IntrinsicsResiduals(double RmsPx, double HeldOutPx, int ImagesUsed, int ImagesRejected);

/// <summary>How well a camera's pose explains the samples.</summary>
/// <param name="HeldOutMm">Root mean square distance of the board from where the result puts it, in samples that had no part in the result, mm.</param>
/// <param name="HeldOutDeg">The same of its orientation, degrees.</param>
/// <param name="MethodSpreadMm">Largest distance between the translations that the closed-form methods give, mm.</param>
/// <param name="SamplesUsed">Samples that the result is made of.</param>
/// <param name="SamplesRejected">Samples without a usable board, or that disagree with the others.</param>
public sealed record HandEyeResiduals(double HeldOutMm, double HeldOutDeg, double MethodSpreadMm, int SamplesUsed, int SamplesRejected);

/// <summary>A corner of a board in an image.</summary>
/// <param name="Id">Which corner, counted along the rows of the board from 0.</param>
/// <param name="X">To the right, pixels.</param>
/// <param name="Y">Down, pixels.</param>
public readonly record struct BoardCorner(int Id, double X, double Y);

/// <summary>A view of a board that stays where it is: a later view of it tells whether the camera has moved.</summary>
/// <param name="Image">The image's name.</param>
/// <param name="BoardInCamera">X_CT of the board in the camera's optical frame, metres.</param>
/// <param name="Corners">Where its corners were seen.</param>
public sealed record ReferenceView(string Image, Pose BoardInCamera, IReadOnlyList<BoardCorner> Corners);

/// <summary>A calibration of one camera, as its file holds it. The file is written once and never changed.</summary>
public sealed record CameraCalibration
{
    /// <summary>Name of the cell.</summary>
    public required string Cell { get; init; }

    /// <summary>Name of the camera in the cell.</summary>
    public required string Camera { get; init; }

    /// <summary>Who made it.</summary>
    public required string Author { get; init; }

    /// <summary>When it was made, UTC, to the second.</summary>
    public required DateTime Date { get; init; }

    /// <summary>Name and version of the program that made it.</summary>
    public required string Software { get; init; }

    /// <summary>The board as the command line has it, such as chessboard:9x6:0.025.</summary>
    public required string Board { get; init; }

    /// <summary>The folder or recording that it was made of.</summary>
    public required string Source { get; init; }

    /// <summary>How it was computed.</summary>
    public required string Method { get; init; }

    /// <summary>The intrinsics found, or those that the pose was found with.</summary>
    public required CameraIntrinsics Intrinsics { get; init; }

    /// <summary>How well these explain the images; null where they came from another file.</summary>
    public IntrinsicsResiduals? IntrinsicsResiduals { get; init; }

    /// <summary>Where the camera is; null for a calibration of the intrinsics alone.</summary>
    public CameraExtrinsics? Extrinsics { get; init; }

    /// <summary>How well that explains the samples; present where <see cref="Extrinsics"/> is.</summary>
    public HandEyeResiduals? HandEyeResiduals { get; init; }

    public required CalibrationVerdict Verdict { get; init; }

    /// <summary>Why, in words; empty where nothing is amiss.</summary>
    public required string Reasons { get; init; }

    /// <summary>What a later check compares with.</summary>
    public required ReferenceView Reference { get; init; }
}

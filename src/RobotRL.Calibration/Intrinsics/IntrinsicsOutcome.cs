using System.Globalization;
using System.Text;
using RobotRL.Calibration.Sources;
using RobotRL.Model;

namespace RobotRL.Calibration.Intrinsics;

/// <summary>Intrinsics, and what they are worth: the object that <c>robotrl calibrate intrinsics --json</c> prints.</summary>
public sealed record IntrinsicsOutcome
{
    public required int WidthPx { get; init; }
    public required int HeightPx { get; init; }

    /// <summary>Focal lengths and principal point, pixels.</summary>
    public required double Fx { get; init; }

    public required double Fy { get; init; }
    public required double Cx { get; init; }
    public required double Cy { get; init; }

    /// <summary>k1, k2, p1, p2, k3.</summary>
    public required double[] Distortion { get; init; }

    /// <summary>Root mean square distance of a corner from where the result puts it, in the images used, pixels.</summary>
    public required double RmsPx { get; init; }

    /// <summary>The same in images that had no part in the result: each fifth of the images is judged by the others.</summary>
    public required double HeldOutPx { get; init; }

    /// <summary>Standard deviation of the focal length that the corners' noise leaves, percent.</summary>
    public required double FocalDeviationPercent { get; init; }

    public required int ImagesUsed { get; init; }
    public required int ImagesRejected { get; init; }

    /// <summary>good, usable or poor.</summary>
    public required string Verdict { get; init; }

    /// <summary>Why it is not good; empty where it is.</summary>
    public required IReadOnlyList<string> Reasons { get; init; }

    /// <summary>What no image shows yet.</summary>
    public required IReadOnlyList<string> Missing { get; init; }

    /// <summary>The view that would tell most; null where none fits.</summary>
    public required string? NextView { get; init; }

    public required IReadOnlyList<Rejection> Rejected { get; init; }

    /// <summary>Where the result was written; null where it was not.</summary>
    public string? File { get; init; }

    internal CameraIntrinsics Camera => new(WidthPx, HeightPx, Fx, Fy, Cx, Cy, new(Distortion[0], Distortion[1], Distortion[2], Distortion[3], Distortion[4]));

    /// <summary>For people.</summary>
    public string Text()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"fx {Fx:0.000}  fy {Fy:0.000}  cx {Cx:0.000}  cy {Cy:0.000} pixels, {WidthPx}×{HeightPx}");
        var distortion = string.Join("  ", Distortion.Select(d => d.ToString("0.00000", CultureInfo.InvariantCulture)));
        text.AppendLine(CultureInfo.InvariantCulture, $"distortion {distortion}");
        text.AppendLine(CultureInfo.InvariantCulture, $"error {RmsPx:0.000} px in {ImagesUsed} images, {HeldOutPx:0.000} px in images held out; "
            + $"focal length ± {FocalDeviationPercent:0.000} %");
        Outline.Append(text, Rejected, Missing, NextView is null ? null : $"next best view: {NextView}");
        Outline.AppendVerdict(text, Verdict, Reasons);
        return text.ToString();
    }
}

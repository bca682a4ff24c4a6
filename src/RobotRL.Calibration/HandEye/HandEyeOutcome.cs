using System.Globalization;
using System.Text;
using RobotRL.Calibration.Sources;

namespace RobotRL.Calibration.HandEye;

/// <summary>What one of OpenCV's methods found.</summary>
/// <param name="Method">tsai, park, horaud, andreff or daniilidis.</param>
/// <param name="TranslationM">Of the camera in its frame, m.</param>
public sealed record MethodAnswer(string Method, double[] TranslationM);

/// <summary>Where a camera is, and what that is worth: the object that <c>robotrl calibrate handeye --json</c> prints.</summary>
public sealed record HandEyeOutcome
{
    /// <summary>flange or base: the frame of the pose.</summary>
    public required string Parent { get; init; }

    /// <summary>Of the camera's optical frame in its parent, m.</summary>
    public required double[] TranslationM { get; init; }

    /// <summary>Likewise.</summary>
    public required double[] QuaternionXyzw { get; init; }

    /// <summary>
    /// Root mean square distance of the board from where the result puts it, in samples that had no part in it, mm: each fifth of the samples is judged by the
    /// others.
    /// </summary>
    public required double HeldOutMm { get; init; }

    /// <summary>The same of its orientation, degrees.</summary>
    public required double HeldOutDeg { get; init; }

    /// <summary>Root mean square distance of a corner from where the result puts it, pixels.</summary>
    public required double RmsPx { get; init; }

    /// <summary>Standard deviation of the camera's place that the errors leave, the largest of x, y and z, mm.</summary>
    public required double DeviationMm { get; init; }

    /// <summary>Largest distance between what the closed forms find, mm.</summary>
    public required double MethodSpreadMm { get; init; }

    public required IReadOnlyList<MethodAnswer> Methods { get; init; }
    public required int SamplesUsed { get; init; }
    public required int SamplesRejected { get; init; }

    /// <summary>Where the intrinsics came from.</summary>
    public required string IntrinsicsFrom { get; init; }

    /// <summary>good, usable or poor.</summary>
    public required string Verdict { get; init; }

    /// <summary>Why it is not good; empty where it is.</summary>
    public required IReadOnlyList<string> Reasons { get; init; }

    /// <summary>The sample that would tell most.</summary>
    public required string NextPose { get; init; }

    public required IReadOnlyList<Rejection> Rejected { get; init; }

    /// <summary>Where the result was written; null where it was not.</summary>
    public string? File { get; init; }

    /// <summary>For people.</summary>
    public string Text()
    {
        var text = new StringBuilder();
        string Words(double[] values, string form) => string.Join(", ", values.Select(v => v.ToString(form, CultureInfo.InvariantCulture)));
        text.AppendLine(CultureInfo.InvariantCulture,
            $"camera in {Parent}: translation [{Words(TranslationM, "0.00000")}] m, quaternion [{Words(QuaternionXyzw, "0.000000")}]");
        text.AppendLine(CultureInfo.InvariantCulture,
            $"error {RmsPx:0.000} px in {SamplesUsed} samples; {HeldOutMm:0.00} mm and {HeldOutDeg:0.000}° in samples held out; place ± {DeviationMm:0.00} mm");
        text.AppendLine(CultureInfo.InvariantCulture, $"the closed forms differ by {MethodSpreadMm:0.00} mm at most; intrinsics from {IntrinsicsFrom}");
        foreach (var method in Methods) text.AppendLine(CultureInfo.InvariantCulture, $"  {method.Method,-10} [{Words(method.TranslationM, "0.00000")}] m");
        Outline.Append(text, Rejected, [], $"next best pose: {NextPose}");
        Outline.AppendVerdict(text, Verdict, Reasons);
        return text.ToString();
    }
}

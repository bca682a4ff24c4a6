using RobotRL.Calibration.Intrinsics;
using RobotRL.Model;

namespace RobotRL.Calibration.HandEye;

/// <summary>The intrinsics that a camera's place is found with.</summary>
/// <param name="Camera">The intrinsics.</param>
/// <param name="From">Where they came from, in words.</param>
public sealed record KnownIntrinsics(CameraIntrinsics Camera, string From)
{
    /// <summary>What the images told of them, where they came from the same images; null where they are given and stay.</summary>
    internal double[,]? Prior { get; init; }

    /// <summary>Those of the same images, which the arm's poses may sharpen.</summary>
    public static KnownIntrinsics Of(IntrinsicsOutcome outcome) =>
        new(outcome.Camera, "the same images, sharpened by the poses of the arm") { Prior = outcome.Prior };
}

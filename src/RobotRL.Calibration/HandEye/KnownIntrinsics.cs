using RobotRL.Model;

namespace RobotRL.Calibration.HandEye;

/// <summary>The intrinsics that a camera's place is found with.</summary>
/// <param name="Camera">The intrinsics.</param>
/// <param name="From">Where they came from, in words.</param>
public sealed record KnownIntrinsics(CameraIntrinsics Camera, string From);

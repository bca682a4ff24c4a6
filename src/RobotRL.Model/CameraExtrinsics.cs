namespace RobotRL.Model;

/// <summary>The frame that a camera is fixed to.</summary>
public enum CameraParent
{
    /// <summary>The base of the arm: the camera stands beside it (eye to hand).</summary>
    Base,

    /// <summary>The flange of the arm: the arm carries the camera (eye in hand).</summary>
    Flange,
}

/// <summary>Where a camera is.</summary>
/// <param name="Parent">The frame that it is fixed to.</param>
/// <param name="CameraInParent">X_PC of its optical frame: z forward, x to the right of the image, y down; metres.</param>
public sealed record CameraExtrinsics(CameraParent Parent, Pose CameraInParent);

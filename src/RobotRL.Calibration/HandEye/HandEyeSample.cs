using RobotRL.Model;

namespace RobotRL.Calibration.HandEye;

/// <summary>
/// A sample, written so that both setups are one problem. The camera is fixed to a frame P, the flange where the arm carries it and else the base, and the
/// board to the other frame, O. Then X_OP · X_PC · X_CT is the same X_OT in every sample.
/// </summary>
/// <param name="Name">Of the image.</param>
/// <param name="ParentInOther">X_OP: the flange in the base where the arm carries the camera, and else the base in the flange.</param>
/// <param name="BoardInCamera">X_CT as this image alone has it.</param>
/// <param name="Corners">Where the board's corners were seen.</param>
internal sealed record HandEyeSample(string Name, Pose ParentInOther, Pose BoardInCamera, IReadOnlyList<BoardCorner> Corners)
{
    /// <summary>Covariance of <see cref="BoardInCamera"/> by the noise of the corners: rotation about axes of the camera, then place; rad and m.</summary>
    public double[,] ViewCovariance { get; init; } = new double[6, 6];
}

/// <summary>An answer: where the camera is on its frame, and where the board is on the other.</summary>
/// <param name="CameraInParent">X_PC.</param>
/// <param name="BoardInOther">X_OT.</param>
internal sealed record HandEyeSolution(Pose CameraInParent, Pose BoardInOther)
{
    /// <summary>Where the sample has the board, against where the answer has it: distance in m, and angle in rad.</summary>
    public (double M, double Rad) Error(HandEyeSample sample)
    {
        var error = BoardInOther.Inverse * (sample.ParentInOther * CameraInParent * sample.BoardInCamera);
        return (error.Position.Length, error.Orientation.ToVector().Length);
    }

    /// <summary>X_CT as the answer has it for a sample.</summary>
    public Pose BoardInCamera(HandEyeSample sample) => CameraInParent.Inverse * sample.ParentInOther.Inverse * BoardInOther;
}

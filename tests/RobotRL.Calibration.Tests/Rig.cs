using RobotRL.Calibration.Boards;
using RobotRL.Calibration.Sources;
using RobotRL.Model;

namespace RobotRL.Calibration.Tests;

/// <summary>An arm with a camera in its hand or beside it, whose truth is known.</summary>
internal sealed class Rig(BoardDescription board, CameraParent parent)
{
    private static readonly Pose CameraInFlange = new(new(0.062, -0.031, 0.084), Rotation.FromVector(new(0.15, -0.1, 1.4)));
    private static readonly Pose CameraInBase = new(new(1.05, -0.2, 0.65), Rotation.FromVector(new(1.8, -1.3, 0.9)));
    private static readonly Pose BoardInBase = new(new(0.55, 0.1, 0.02), Rotation.FromVector(new(3.0, 0.1, 0.2)));
    private static readonly Pose BoardInFlange = new(new(-0.08, -0.06, 0.11), Rotation.FromVector(new(0.1, 0.2, -0.5)));

    public BoardDescription Board => board;

    public CameraParent Parent => parent;

    /// <summary>X_PC: what is to be found.</summary>
    public Pose Truth => parent == CameraParent.Flange ? CameraInFlange : CameraInBase;

    /// <summary>The flange in the base when the camera sees the board there.</summary>
    public Pose Flange(Pose boardInCamera) => parent == CameraParent.Flange
        ? BoardInBase * boardInCamera.Inverse * CameraInFlange.Inverse
        : CameraInBase * boardInCamera * BoardInFlange.Inverse;

    /// <summary>The board in the camera when the flange is there.</summary>
    public Pose BoardSeenFrom(Pose flange) => parent == CameraParent.Flange
        ? CameraInFlange.Inverse * flange.Inverse * BoardInBase
        : CameraInBase.Inverse * flange * BoardInFlange;

    /// <summary>
    /// Samples at these poses of the board in the camera. The arm tells its pose with an error of 0.1 mm and 0.01° an axis; the first samples in
    /// <paramref name="outliers"/> are far off.
    /// </summary>
    public IEnumerable<CalibrationSample> Samples(TrueCamera camera, IReadOnlyList<Pose> boards, int outliers = 0, double noise = 2)
    {
        var random = new SplitMix64(99);
        Vector3D Normal(double deviation) => new Vector3D(random.NextNormal(), random.NextNormal(), random.NextNormal()) * deviation;
        foreach (var (i, pose) in boards.Index())
        {
            var isOutlier = i % 9 == 4 && i / 9 < outliers;
            var error = new Pose(Normal(isOutlier ? 0.03 : 0.0001), Rotation.FromVector(Normal(isOutlier ? 0.1 : 0.0002)));
            yield return new(camera.Render($"{i:00}.png", board, pose, noise, (ulong)i), Flange(pose) * error);
        }
    }
}

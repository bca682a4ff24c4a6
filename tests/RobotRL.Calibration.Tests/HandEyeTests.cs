using RobotRL.Calibration.HandEye;
using RobotRL.Calibration.Intrinsics;
using RobotRL.Model;

namespace RobotRL.Calibration.Tests;

/// <summary>A camera's place from rendered images and an arm's poses, whose truth is known.</summary>
public sealed class HandEyeTests
{
    private static readonly TrueCamera Camera = TrueCamera.Standard;

    /// <summary>With noise in images and poses, intrinsics from the same images, and two samples of twenty far off.</summary>
    [Theory]
    [InlineData("chessboard", CameraParent.Flange)]
    [InlineData("chessboard", CameraParent.Base)]
    [InlineData("charuco", CameraParent.Flange)]
    [InlineData("charuco", CameraParent.Base)]
    public void Camera_is_found_within_a_millimetre_and_a_tenth_of_a_degree_amid_outliers(string kind, CameraParent parent)
    {
        var rig = new Rig(Views.Board(kind), parent);
        var set = Views.Collect(rig.Samples(Camera, Views.AllOver(rig.Board, Camera.Truth, 20), outliers: 2), rig.Board);
        var found = HandEyeCalibration.Solve(set, new(IntrinsicsCalibration.Solve(set).Camera, "the same images"), parent);
        TestContext.Current.TestOutputHelper!.WriteLine(found.Text());
        var (t, q) = (found.TranslationM, found.QuaternionXyzw);
        var error = rig.Truth.Inverse * new Pose(new(t[0], t[1], t[2]), new(q[0], q[1], q[2], q[3]));
        TestContext.Current.TestOutputHelper!.WriteLine($"{1000 * error.Position.Length} mm {error.Orientation.ToVector().Length * 180 / Math.PI} deg");
        Assert.InRange(error.Position.Length, 0, 0.001);
        Assert.InRange(error.Orientation.ToVector().Length * 180 / Math.PI, 0, 0.1);
        Assert.Equal(18, found.SamplesUsed);
        Assert.Equal(5, found.Methods.Count);
    }
}

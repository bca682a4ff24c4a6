using RobotRL.Calibration.Boards;
using RobotRL.Calibration.Intrinsics;
using RobotRL.Model;

namespace RobotRL.Calibration.Tests;

/// <summary>Intrinsics of rendered images, whose truth is known.</summary>
public sealed class IntrinsicsTests
{
    private static readonly TrueCamera Camera = TrueCamera.Standard;

    [Theory]
    [InlineData("chessboard")]
    [InlineData("charuco")]
    public void Intrinsics_are_found_within_three_thousandths(string kind)
    {
        var board = Views.Board(kind);
        var found = IntrinsicsCalibration.Solve(Views.Collect(Views.Render(Camera, board, Views.AllOver(board, Camera.Truth, 20)), board));
        TestContext.Current.TestOutputHelper!.WriteLine(found.Text());
        AssertNear(Camera.Truth, found);
        Assert.InRange(found.RmsPx, 0.001, 0.2);
        Assert.InRange(found.HeldOutPx, 0.001, 0.2);
    }

    private static void AssertNear(CameraIntrinsics truth, IntrinsicsOutcome found)
    {
        Assert.InRange(found.Fx / truth.Fx, 0.997, 1.003);
        Assert.InRange(found.Fy / truth.Fy, 0.997, 1.003);
        Assert.InRange(found.Cx - truth.Cx, -0.003 * truth.WidthPx, 0.003 * truth.WidthPx);
        Assert.InRange(found.Cy - truth.Cy, -0.003 * truth.WidthPx, 0.003 * truth.WidthPx);
    }
}

using RobotRL.Model;

namespace RobotRL.Configuration.Tests;

/// <summary>Results of calibrations are read strictly: a camera that is put in a wrong place moves an arm to a wrong place.</summary>
public sealed class CalibrationFileTests
{
    private const string Whole = """
        calibration:
          kind: handeye
          cell: bench
          camera: wrist
          author: Ada
          date: 2026-01-31T12:00:00Z
          software: RobotRL 0.1.0
          board: chessboard:9x6:0.025
          source: images
          method: any
          intrinsics: {width_px: 640, height_px: 480, fx: 600, fy: 601, cx: 319, cy: 239, distortion: [0.1, 0.01, 0.001, 0.002, 0]}
          extrinsics: {parent: flange, translation_m: [0.01, 0.02, 0.03], quaternion_xyzw: [0, 0, 1, 0]}
          handeye_residuals: {held_out_mm: 0.4, held_out_deg: 0.03, method_spread_mm: 0.9, samples_used: 15, samples_rejected: 1}
          verdict: good
          reasons: ""
          reference:
            image: first.png
            board_in_camera: {translation_m: [0, 0, 0.5], quaternion_xyzw: [1, 0, 0, 0]}
            corner_ids: [0, 1, 2, 7]
            corners_px: [1, 2, 3, 4, 5, 6, 7, 8.5]
        """;

    [Fact]
    public void Result_is_read()
    {
        var read = Load(Whole);
        Assert.Equal(new(640, 480, 600, 601, 319, 239, new(0.1, 0.01, 0.001, 0.002, 0)), read.Intrinsics);
        Assert.Equal(new(CameraParent.Flange, new(new(0.01, 0.02, 0.03), new(0, 0, 1, 0))), read.Extrinsics);
        Assert.Equal((new(2026, 1, 31, 12, 0, 0, DateTimeKind.Utc), CalibrationVerdict.Good), (read.Date, read.Verdict));
        Assert.Equal(new BoardCorner(7, 7, 8.5), read.Reference.Corners[3]);
        Assert.Null(read.IntrinsicsResiduals);
    }

    [Theory]
    [InlineData("[0, 0, 1, 0]}\n  handeye", "[0, 0, 0.9, 0]}\n  handeye", ":12: calibration.extrinsics.quaternion_xyzw: has length 0.9, and a rotation has 1")]
    [InlineData("fx: 600", "fx: .nan", ":11: calibration.intrinsics.fx: .nan is not finite")]
    [InlineData("kind: handeye", "kind: intrinsics", "calibration.extrinsics: unknown key")]
    [InlineData("2026-01-31T12:00:00Z", "yesterday", ":6: calibration.date: is no time in UTC")]
    [InlineData("[0, 1, 2, 7]", "[0, 1, 2, 2]", ":19: calibration.reference.corner_ids: names a corner twice")]
    [InlineData("7, 8.5]", "7]", ":20: calibration.reference.corners_px: has 7 values, needs 8")]
    [InlineData("parent: flange", "parent: elbow", "'elbow' is not one of base, flange")]
    public void What_is_wrong_is_refused_with_its_line(string part, string replaced, string error)
    {
        var refused = Assert.Throws<ConfigurationException>(() => Load(Whole.Replace(part, replaced, StringComparison.Ordinal)));
        Assert.Contains(refused.Errors, e => e.Contains(error, StringComparison.Ordinal));
    }

    private static CameraCalibration Load(string text)
    {
        using var directory = new TemporaryDirectory();
        return CalibrationFile.Load(directory.Write("result.yaml", text));
    }
}

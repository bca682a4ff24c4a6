using RobotRL.Calibration.Boards;
using RobotRL.Calibration.HandEye;
using RobotRL.Calibration.Intrinsics;
using RobotRL.Calibration.Sources;
using RobotRL.Model;

namespace RobotRL.Calibration.Tests;

/// <summary>Data that does not suffice is refused with its reason: a wrong result would explain it as well as the right one.</summary>
public sealed class DegenerateTests
{
    private static readonly TrueCamera Camera = TrueCamera.Standard;
    private static readonly BoardDescription Board = Views.Chessboard;
    private static readonly Pose[] Good = Views.AllOver(Board, Camera.Truth, 12);
    private static readonly Pose Frontal = new(new(-0.1, -0.06, 0.55), Rotation.Identity);

    [Fact]
    public void Few_images_are_too_few() => Refuses("too few images: the board chessboard:9x6:0.025 is in 5 of 5", Good.Take(5));

    [Fact]
    public void One_view_again_and_again_is_one_view() =>
        Refuses("too few different views: 12 images show 1", Enumerable.Repeat(Good[0], 12));

    [Fact]
    public void A_board_that_always_faces_the_camera_leaves_the_focal_length_open() =>
        Refuses("the board was never tilted", Enumerable.Range(0, 12).Select(i =>
            new Pose(Frontal.Position + new Vector3D(0.02 * (i % 4) - 0.03, 0.02 * (i / 4) - 0.02, 0.04 * i), Rotation.AboutZ(0.05 * i))));

    [Theory]
    [InlineData("chessboard:8x5:0.025")]
    [InlineData("chessboard:10x7:0.025")]
    [InlineData("chessboard:9x5:0.025")]
    [InlineData("charuco:8x6:0.030:0.022")]
    public void A_board_of_another_kind_is_not_found(string other)
    {
        var samples = Views.Render(Camera, Board, Good.Take(2));
        var refused = Assert.Throws<InsufficientDataException>(() => Views.Collect(samples, BoardDescription.Parse(other)));
        Assert.Contains($"the board {other} is in none of 2 images", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("charuco:7x5:0.030:0.022:DICT_4X4_50")]
    [InlineData("charuco:8x6:0.030:0.022:DICT_APRILTAG_36h11")]
    public void Markers_of_another_dictionary_are_not_found(string other)
    {
        var samples = Views.Render(Camera, Views.Charuco, Views.AllOver(Views.Charuco, Camera.Truth, 3));
        Assert.Throws<InsufficientDataException>(() => Views.Collect(samples, BoardDescription.Parse(other)));
    }

    [Fact]
    public void Images_of_two_sizes_are_refused_by_name()
    {
        var small = new TrueCamera(Camera.Truth with { WidthPx = 320, HeightPx = 240 });
        CalibrationSample[] samples = [.. Views.Render(Camera, Board, Good.Take(2)), new(small.Render("small.png", Board, Frontal))];
        var refused = Assert.Throws<InvalidDataException>(() => Views.Collect(samples, Board));
        Assert.Contains("small.png: 320×240 pixels, and 00.png has 640×480", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_of_another_lens_have_no_part_in_the_result()
    {
        var zoomed = new TrueCamera(Camera.Truth with { Fx = 700, Fy = 650 });
        var poses = Views.AllOver(Board, Camera.Truth with { Fx = 700, Fy = 700 }, 20);
        var samples = poses.Select((pose, i) => new CalibrationSample((i is 5 or 11 ? zoomed : Camera).Render($"{i:00}.png", Board, pose, 2, (ulong)i)));
        var found = IntrinsicsCalibration.Solve(Views.Collect(samples, Board));
        Assert.InRange(found.Fx / Camera.Truth.Fx, 0.997, 1.003);
        Assert.Equal(["05.png", "11.png"], found.Rejected.Select(r => r.Image).Order());
    }

    [Theory]
    [InlineData(CameraParent.Flange)]
    [InlineData(CameraParent.Base)]
    public void An_arm_that_never_turns_is_told_to(CameraParent parent)
    {
        var rig = new Rig(Board, parent);
        var start = rig.Flange(Frontal);
        RefusesPoses("the arm moved without turning", rig, Enumerable.Range(0, 10).Select(i =>
            start with { Position = start.Position + new Vector3D(0.01 * (i % 3), 0.01 * (i / 3), 0.006 * i) }));
    }

    [Theory]
    [InlineData(CameraParent.Flange)]
    [InlineData(CameraParent.Base)]
    public void An_arm_that_turns_about_one_axis_only_is_told_which(CameraParent parent)
    {
        var rig = new Rig(Board, parent);
        var start = rig.Flange(Frontal);
        // About the camera's own line of sight, so that the board stays in view: with each turn the flange moves along as well.
        RefusesPoses("the arm turned about one axis only", rig, Enumerable.Range(0, 10).Select(i =>
            rig.Flange(new Pose(new(0, 0, 0.5), Rotation.AboutZ(0.12 * i)) * new Pose(-Board.Middle, Rotation.Identity))));
    }

    [Fact]
    public void The_other_setup_is_recognised()
    {
        var rig = new Rig(Board, CameraParent.Flange);
        var set = Views.Collect(rig.Samples(Camera, Good), Board);
        var refused = Assert.Throws<InsufficientDataException>(() => HandEyeCalibration.Solve(set, new(Camera.Truth, "truth"), CameraParent.Base));
        Assert.Contains("one does for the other --setup", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>A print that was scaled to its page: the images alone cannot tell.</summary>
    [Theory]
    [InlineData("chessboard:9x6:0.030")]
    [InlineData("chessboard:9x6:0.0245")]
    public void Squares_of_another_size_are_told(string stated)
    {
        var set = Views.Collect(new Rig(Board, CameraParent.Flange).Samples(Camera, Good), BoardDescription.Parse(stated));
        string said;
        try
        {
            said = HandEyeCalibration.Solve(set, new(Camera.Truth, "truth"), CameraParent.Flange).Reasons[0];
        }
        catch (InsufficientDataException e)
        {
            said = e.Message;
        }
        Assert.Contains("the samples fit squares of 25.0 mm", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Poses_of_other_images_contradict_each_other()
    {
        var rig = new Rig(Board, CameraParent.Flange);
        CalibrationSample[] samples = [.. rig.Samples(Camera, Good)];
        var shuffled = samples.Select((s, i) => s with { FlangeInBase = samples[(i * 5 + 3) % samples.Length].FlangeInBase });
        var refused = Assert.Throws<InsufficientDataException>(
            () => HandEyeCalibration.Solve(Views.Collect(shuffled, Board), new(Camera.Truth, "truth"), CameraParent.Flange));
        Assert.Contains("the samples contradict each other", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_board_that_looks_the_same_upside_down_has_no_pose()
    {
        var board = BoardDescription.Parse("chessboard:8x6:0.025");
        var set = Views.Collect(Views.Render(Camera, board, [Frontal]), board);
        Assert.Throws<InvalidDataException>(() => HandEyeCalibration.RequirePoses(set, CameraParent.Flange));
    }

    [Theory]
    [InlineData("chessboard:9x6")]
    [InlineData("chessboard:9:0.025")]
    [InlineData("chessboard:9x6:25")]
    [InlineData("chessboard:9x6:nan")]
    [InlineData("chessboard:2x6:0.025")]
    [InlineData("chessboard:-9x6:0.025")]
    [InlineData("charuco:8x6:0.030:0.040")]
    [InlineData("charuco:8x6:0.030:0.022:DICT_9X9_100")]
    [InlineData("charuco:20x20:0.030:0.022:DICT_5X5_100")]
    [InlineData("circles:8x6:0.030")]
    public void A_board_that_is_none_is_refused(string text)
    {
        var refused = Assert.Throws<InvalidDataException>(() => BoardDescription.Parse(text));
        Assert.StartsWith($"--board {text}: ", refused.Message, StringComparison.Ordinal);
    }

    private static void Refuses(string reason, IEnumerable<Pose> boards)
    {
        var set = Views.Collect(Views.Render(Camera, Board, boards), Board);
        Assert.Contains(reason, Assert.Throws<InsufficientDataException>(() => IntrinsicsCalibration.Solve(set)).Message, StringComparison.Ordinal);
    }

    private static void RefusesPoses(string reason, Rig rig, IEnumerable<Pose> flanges)
    {
        var set = Views.Collect(rig.Samples(Camera, [.. flanges.Select(rig.BoardSeenFrom)]), Board);
        var refused = Assert.Throws<InsufficientDataException>(() => HandEyeCalibration.Solve(set, new(Camera.Truth, "truth"), rig.Parent));
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
    }
}

using RobotRL.Calibration.Boards;
using RobotRL.Calibration.HandEye;
using RobotRL.Calibration.Results;
using RobotRL.Calibration.Sources;
using RobotRL.Configuration;
using RobotRL.Model;

namespace RobotRL.Calibration.Tests;

/// <summary>From files to files: what people record goes in, and a result that never changes comes out.</summary>
public sealed class ResultTests : IDisposable
{
    private static readonly TrueCamera Camera = TrueCamera.Standard;
    private static readonly BoardDescription Board = Views.Chessboard;
    private static readonly CancellationToken Never = CancellationToken.None;
    private static readonly Pose[] Poses = Views.AllOver(Board, Camera.Truth, 14);

    private readonly TemporaryFolder _folder = new(), _results = new();

    public void Dispose()
    {
        _folder.Dispose();
        _results.Dispose();
    }

    [Fact]
    public void Result_of_a_folder_is_read_back_as_it_was_found_and_stays_beside_later_ones()
    {
        var job = Job(_folder.Write(new Rig(Board, CameraParent.Flange).Samples(Camera, Poses)));
        var (intrinsics, first) = (job.Intrinsics(Never), job.HandEye(CameraParent.Flange, null, Never));
        var second = job.HandEye(CameraParent.Flange, new(CalibrationFile.Load(intrinsics.File!).Intrinsics, intrinsics.File!), Never);
        Assert.Equal(3, new[] { intrinsics.File, first.File, second.File }.Distinct().Count());
        Assert.All([intrinsics.File, first.File, second.File], file => Assert.Equal(_results.In(Path.Combine("bench", "wrist")), Path.GetDirectoryName(file)));
        Assert.Equal(3, Directory.GetFiles(_results.Path, "*", SearchOption.AllDirectories).Length);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(first.File!) & UnixFileMode.UserWrite);

        var (lens, place) = (CalibrationFile.Load(intrinsics.File!), CalibrationFile.Load(first.File!));
        Assert.Equal((intrinsics.Fx, intrinsics.RmsPx), (lens.Intrinsics.Fx, lens.IntrinsicsResiduals!.RmsPx));
        Assert.Equal(first.TranslationM[2], place.Extrinsics!.CameraInParent.Position.Z);
        Assert.Equal((CameraParent.Flange, "Ada \"L.\"", Board.Text), (place.Extrinsics.Parent, place.Author, place.Board));
        Assert.Equal(first.HeldOutMm, place.HandEyeResiduals!.HeldOutMm);
        Assert.Equal("13.png", place.Reference.Image);
    }

    [Fact]
    public void Recording_gives_samples_where_the_arm_stood_still()
    {
        var file = _folder.WriteRecording(new Rig(Board, CameraParent.Base).Samples(Camera, Poses));
        var found = Job(file).HandEye(CameraParent.Base, new(Camera.Truth, "truth"), Never);
        Assert.Equal(Poses.Length, found.SamplesUsed);
        Assert.Equal(Poses.Length - 1, found.Rejected.Count(r => r.Reason.StartsWith("the arm moved: ", StringComparison.Ordinal)));
    }

    [Fact]
    public void Image_and_pose_of_different_instants_are_no_pair()
    {
        // The clocks of camera and arm differ by ten minutes.
        var file = _folder.WriteRecording(new Rig(Board, CameraParent.Base).Samples(Camera, Poses[..2]), lateNs: 600_000_000_000);
        var refused = Assert.Throws<InsufficientDataException>(() => Job(file).HandEye(CameraParent.Base, null, Never));
        Assert.Contains("no pose within 20 ms", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Camera_that_moved_is_told_from_one_that_did_not()
    {
        var job = Job(_folder.Write(Views.Render(Camera, Board, Poses)));
        var result = CalibrationFile.Load(job.Intrinsics(Never).File!);
        DriftOutcome At(Pose board)
        {
            TemporaryFolder.WriteImage(_results.In("now.png"), Camera.Render("now.png", Board, board, 2, 77));
            return new CalibrationJob { Source = new(_results.In("now.png")), Board = Board }.Check(result, 1, Never);
        }
        var same = At(Poses[^1]);
        Assert.False(same.IsMoved);
        Assert.InRange(same.MovedPx, 0, 0.1);
        // The camera went 4 mm to its right and turned by 0.3° about its own z.
        Pose by = new(new(0.004, 0, 0), Rotation.AboutZ(0.3 * Math.PI / 180));
        var moved = At(by.Inverse * Poses[^1]);
        Assert.True(moved.IsMoved);
        Assert.InRange(moved.MovedMm, 3.5, 4.5);
        Assert.InRange(moved.MovedDeg, 0.25, 0.35);
    }

    [Theory]
    [InlineData(null, "poses.csv: not found")]
    [InlineData("", "poses.csv: holds no poses")]
    [InlineData("image,x,y,z,qx,qy,qz,qw\n", "poses.csv:1: the first line names the columns")]
    [InlineData("file,x,y,z,qx,qy,qz,qw\n", "poses.csv: holds no poses")]
    [InlineData("file,x,y,z,qx,qy,qz,qw\na.png,0,0,0,0,0,0,1\n", "poses.csv:2: file: a.png is not there")]
    [InlineData("file,x,y,z,qx,qy,qz,qw\n00.png,0,0,0,0,0,0\n", "poses.csv:2: 7 values where 8 belong")]
    [InlineData("file,x,y,z,qx,qy,qz,qw\n00.png,0,0,0,0,0,0,0.9\n", "poses.csv:2: qx to qw: the quaternion has length 0.9")]
    [InlineData("file,x,y,z,qx,qy,qz,qw\n00.png,NaN,0,0,0,0,0,1\n", "poses.csv:2: x: 'NaN' is not a number of metres")]
    [InlineData("file,x,y,z,qx,qy,qz,qw\n00.png,550,0,0,0,0,0,1\n", "poses.csv:2: x: '550' is not a number of metres")]
    [InlineData("file,x,y,z,qx,qy,qz,qw\n00.png,0,0,0,0,0,0,1\n00.png,0,0,0,0,0,0,1\n", "poses.csv:3: file: 00.png was named before")]
    [InlineData("file,x,y,z,qx,qy,qz,qw\n../00.png,0,0,0,0,0,0,1\n", "poses.csv:2: file: '../00.png' is no image's name")]
    public void Poses_that_are_malformed_are_refused_with_their_line(string? text, string error)
    {
        _folder.Write(Views.Render(Camera, Board, Poses.Take(1)));
        if (text is not null) File.WriteAllText(_folder.In("poses.csv"), text);
        var refused = Assert.Throws<InvalidDataException>(() => Job(_folder.Path).HandEye(CameraParent.Flange, null, Never));
        Assert.Contains(error, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
    }

    [Fact]
    public void What_is_no_image_is_refused_by_name()
    {
        void Refuses(string message, string source) => Assert.Contains(
            message, Assert.Throws<InvalidDataException>(() => Job(source).Intrinsics(Never)).Message, StringComparison.Ordinal);
        File.WriteAllText(_folder.In("00.png"), "no picture");
        Refuses("00.png: no image that can be read", _folder.Path);
        File.WriteAllText(_folder.In("00.mcap"), "no recording");
        Refuses("00.mcap: ", _folder.In("00.mcap"));
    }

    [Theory]
    [InlineData("../up")]
    [InlineData("")]
    [InlineData("a/b")]
    public void A_name_that_leads_elsewhere_is_refused(string name) =>
        Assert.Throws<InvalidDataException>(() => new ResultPlace(_results.Path, name, "wrist", "Ada").Checked());

    private CalibrationJob Job(string source) =>
        new() { Source = new(source), Board = Board, Place = new(_results.Path, "bench", "wrist", "Ada \"L.\"") };
}

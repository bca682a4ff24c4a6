using OpenCvSharp;
using RobotRL.Model;
using RobotRL.Sensing.Sources;

namespace RobotRL.Sensing.Tests.Sources;

/// <summary>A video file as a camera, of files that OpenCV wrote. Time is turned by hand.</summary>
public sealed class VideoCameraTests : IDisposable
{
    private const long Ms = Samples.Ms;
    private readonly string _folder = Directory.CreateTempSubdirectory("robotrl-video").FullName;
    private long _nowNs = 500 * Ms;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    //  file      0    1    2    3        25 frames a second: one every 40 ms, from the first capture on
    //  capture   │    │    │    │
    //  stamp     500  540  580  620
    [Fact]
    public void Frames_come_at_the_files_own_rate()
    {
        using var camera = Open(Write("a.avi", frames: 4));
        Assert.Equal(25, camera.RateHz, 3);
        foreach (var index in Enumerable.Range(0, 4)) Assert.Equal((500 + 40 * index, index), Next(camera));
    }

    //  capture   0 at 500 …  then nobody asks until 630, when 3 is due
    [Fact]
    public void Frames_whose_time_has_gone_are_passed_over()
    {
        using var camera = Open(Write("a.avi", frames: 6));
        Assert.Equal((500, 0), Next(camera));
        _nowNs = 630 * Ms;
        Assert.Equal((620, 3), Next(camera));
        Assert.Equal((660, 4), Next(camera));
    }

    [Fact]
    public void A_file_that_loops_begins_again_and_another_ends()
    {
        using var loops = Open(Write("a.avi", frames: 2), loop: true);
        Assert.Equal([(500, 0), (540, 1), (580, 0), (620, 1), (660, 0)], Enumerable.Range(0, 5).Select(_ => Next(loops)).ToArray());
        using var ends = Open(Write("b.avi", frames: 2));
        (_, _) = (Next(ends), Next(ends));
        Assert.Throws<EndOfStreamException>(() => Next(ends));
    }

    [Fact]
    public void One_frame_is_a_video_too()
    {
        using var camera = Open(Write("a.avi", frames: 1), loop: true);
        Assert.Equal([(500, 0), (540, 0), (580, 0)], Enumerable.Range(0, 3).Select(_ => Next(camera)).ToArray());
    }

    [Fact]
    public void What_is_no_video_is_refused_with_its_name()
    {
        var junk = Path.Combine(_folder, "junk.avi");
        File.WriteAllText(junk, "no video");
        Refused(junk, "is no video that can be read");
        var list = Path.Combine(_folder, "list.m3u8");
        File.WriteAllText(list, $"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{Write("listed.avi", frames: 25)}\n#EXT-X-ENDLIST\n");
        Refused(list, "is no video that can be read"); // it names other files
        Refused(Write("small.avi", frames: 2, width: 32, height: 24), "is of 32×24 pixels, and width_px × height_px is 64×48");
        Refused(Write("slow.avi", frames: 2, rateHz: 10), "gives 10 frames a second, and task.image_max_age_ms, 100, is too little for two of them");
        var still = new FakeDevice { Values = { [VideoCaptureProperties.Fps] = 0 } };
        Refused("a.avi", "states 0 frames a second", still);
        Refused("a.avi", "states NaN frames a second", new() { Values = { [VideoCaptureProperties.Fps] = double.NaN } });
        Refused("a.avi", "holds no frame", new() { HasFrames = false, Values = { [VideoCaptureProperties.Fps] = 25 } });
    }

    [Fact]
    public void A_file_that_was_cut_off_says_so()
    {
        FakeDevice device = new() { Values = { [VideoCaptureProperties.Fps] = 25, [VideoCaptureProperties.FrameCount] = 100 } };
        using var camera = Open("cut.avi", loop: true, device: device);
        using var frame = new FramePool(64, 48, 1).TryRent()!;
        for (var i = 0; i < 37; i++) camera.Capture(frame);
        device.HasFrames = false;
        var cut = Assert.Throws<IOException>(() => camera.Capture(frame));
        Assert.Equal("cut.avi ends after 37 of 100 frames: the file was cut off or is damaged", cut.Message);
    }

    private void Refused(string path, string what, FakeDevice? device = null)
    {
        var message = Assert.Throws<CameraRefusedException>(() => Open(path, device: device)).Message;
        Assert.StartsWith($"camera front: {path} {what}", message, StringComparison.Ordinal);
        Assert.Contains("; ", message, StringComparison.Ordinal);
    }

    /// <summary>Stamp, ms, and number of the frame that is shown, which its brightness tells.</summary>
    private (int StampMs, int Index) Next(VideoCamera camera)
    {
        using var frame = new FramePool(64, 48, 1).TryRent()!;
        camera.Capture(frame);
        return ((int)(frame.CaptureTime.Ns / Ms), (int)Math.Round(Brightness.Of(frame.Pixels) / 20));
    }

    private VideoCamera Open(string path, bool loop = false, FakeDevice? device = null)
    {
        CameraDescription camera = new("front", 64, 48, 0, 0, 48, 48, ImageShape.Square(16)) { Source = new VideoSource(path, loop) };
        VideoTime time = new(() => _nowNs, SessionClock.OfMachine, dueNs => _nowNs = Math.Max(_nowNs, dueNs));
        return new(camera, 100 * Ms, () => device is null ? OpenCvDevice.OfFile(path) : device, time);
    }

    private string Write(string name, int frames, int width = 64, int height = 48, double rateHz = 25)
    {
        var path = Path.Combine(_folder, name);
        using VideoWriter writer = new(path, FourCC.FromString("MJPG"), rateHz, new Size(width, height));
        for (var i = 0; i < frames; i++)
        {
            using Mat picture = new(height, width, MatType.CV_8UC3, Scalar.All(20 * i));
            writer.Write(picture);
        }
        return path;
    }
}

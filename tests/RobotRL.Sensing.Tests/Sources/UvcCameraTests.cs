using OpenCvSharp;
using RobotRL.Model;
using RobotRL.Sensing.Sources;

namespace RobotRL.Sensing.Tests.Sources;

/// <summary>A video device is asked for what its camera is described by, and believed only in what it says afterwards.</summary>
public sealed class UvcCameraTests
{
    private static readonly UvcControls Fixed = new(Exposure: 156, WhiteBalanceK: 4600, Gain: 10, Focus: null);

    [Fact]
    public void Everything_is_asked_for_in_an_order_that_drivers_need()
    {
        FakeDevice device = new();
        using (Open(device)) { }
        Assert.Equal(
            [
                VideoCaptureProperties.FourCC, VideoCaptureProperties.FrameWidth, VideoCaptureProperties.FrameHeight, VideoCaptureProperties.Fps,
                VideoCaptureProperties.BufferSize, VideoCaptureProperties.AutoExposure, VideoCaptureProperties.AutoWB,
                VideoCaptureProperties.Exposure, VideoCaptureProperties.WBTemperature, VideoCaptureProperties.Gain,
            ],
            device.Asked);
        Assert.True(device.IsClosed);
    }

    [Theory]
    [InlineData(VideoCaptureProperties.Exposure, 250, "source.exposure is 250 where 156 is asked for")]
    [InlineData(VideoCaptureProperties.WBTemperature, -1, "source.white_balance_k is -1 where 4600 is asked for")]
    [InlineData(VideoCaptureProperties.Gain, 0, "source.gain is 0 where 10 is asked for")]
    [InlineData(VideoCaptureProperties.FrameWidth, 320, "width_px is 320 where 64 is asked for")]
    [InlineData(VideoCaptureProperties.Fps, 15, "rate_hz is 15 where 30 is asked for")]
    [InlineData(VideoCaptureProperties.Fps, double.NaN, "rate_hz is NaN where 30 is asked for")]
    [InlineData(VideoCaptureProperties.FourCC, 0, "source.pixel_format is unknown where MJPG is asked for")]
    public void A_value_that_the_device_did_not_take_is_refused_in_one_line(VideoCaptureProperties property, double kept, string what)
    {
        FakeDevice device = new() { Stubborn = { [property] = kept } };
        var refused = Assert.Throws<CameraRefusedException>(() => Open(device));
        Assert.StartsWith($"camera front: /dev/video0 took not what task.cameras says: {what}; ", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
        Assert.True(device.IsClosed);
    }

    [Fact]
    public void All_that_was_not_taken_is_named_at_once()
    {
        FakeDevice device = new() { Stubborn = { [VideoCaptureProperties.Exposure] = 1, [VideoCaptureProperties.FrameHeight] = 480 } };
        var message = Assert.Throws<CameraRefusedException>(() => Open(device)).Message;
        Assert.Contains("height_px is 480 where 48 is asked for, source.exposure is 1 where 156 is asked for", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rate_that_is_written_in_another_way_is_the_same()
    {
        FakeDevice device = new() { Stubborn = { [VideoCaptureProperties.Fps] = 29.97 } };
        using (Open(device)) { }
    }

    [Fact]
    public void A_device_without_frames_and_one_that_is_not_there_are_refused()
    {
        Assert.Contains("gives no frame", Assert.Throws<CameraRefusedException>(() => Open(new() { HasFrames = false })).Message, StringComparison.Ordinal);
        var absent = Assert.Throws<CameraRefusedException>(() => Open(new() { IsOpen = false }, "/dev/video-none"));
        Assert.Equal("camera front: /dev/video-none does not exist; plug the camera in, or choose a device that robotrl cameras list shows", absent.Message);
        var index = Assert.Throws<CameraRefusedException>(() => Open(new() { IsOpen = false }, "7"));
        Assert.Contains("no device 7 can be opened", index.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_that_is_pulled_out_is_named()
    {
        FakeDevice device = new();
        using var camera = Open(device, "/dev/video-none");
        using var frame = new FramePool(64, 48, 1).TryRent()!;
        camera.Capture(frame);
        Assert.Equal([3, 2, 1], frame.Pixels[..3]); // red first
        device.HasFrames = false;
        Assert.Equal("/dev/video-none is gone: the camera was pulled out", Assert.Throws<IOException>(() => camera.Capture(frame)).Message);
    }

    [Fact]
    public void A_picture_of_another_size_is_a_fault()
    {
        FakeDevice device = new();
        using var camera = Open(device);
        using var frame = new FramePool(64, 48, 1).TryRent()!;
        camera.Capture(frame);
        device.Picture = new(32, 24);
        Assert.Equal("its picture is 32×24 now, and 64×48 was agreed", Assert.Throws<IOException>(() => camera.Capture(frame)).Message);
    }

    //  now    1000.000 ms      1000.000 ms
    //  driver  980.000 ms      40 ms (a position since the start)
    //  stamp   980.000 ms      1000.000 ms, and so for good
    [Fact]
    public void The_first_frame_tells_whether_the_driver_stamps_by_the_machines_clock()
    {
        const long now = 1_000_000_000;
        DriverStamp v4l2 = new(), position = new(), none = new();
        Assert.Equal((980_000_000, true), (v4l2.Of(980, now), v4l2.IsUsed));
        Assert.Equal(-1_000_000_000, v4l2.Of(-1000, now)); // what is broken later shows as age
        Assert.Equal((now + 5_000_000_000, false), (position.Of(40, now + 5_000_000_000), position.IsUsed));
        Assert.Equal(now + 6_000_000_000, position.Of(5_999, now + 6_000_000_000));
        Assert.Equal((now, now, now), (none.Of(-1, now), none.Of(double.NaN, now), none.Of(0, now)));
    }

    [Fact]
    public void Frames_are_stamped_by_the_session_clock()
    {
        FakeDevice device = new();
        using var camera = Open(device, clock: machineNs => new(machineNs - 5_000));
        device.Values[VideoCaptureProperties.PosMsec] = SessionClock.MachineNs * 1e-6 - 3;
        using var frame = new FramePool(64, 48, 1).TryRent()!;
        camera.Capture(frame);
        Assert.Equal(device.Values[VideoCaptureProperties.PosMsec] * 1e6 - 5_000, frame.CaptureTime.Ns, 1e3);
        Assert.True(camera.HasDriverStamps);
    }

    private static UvcCamera Open(FakeDevice device, string path = "/dev/video0", Func<long, Stamp>? clock = null)
    {
        CameraDescription camera = new("front", 64, 48, 0, 0, 48, 48, ImageShape.Square(16)) { RateHz = 30, Source = new UvcSource(path, "MJPG", Fixed) };
        return new(camera, device, clock ?? SessionClock.OfMachine);
    }
}

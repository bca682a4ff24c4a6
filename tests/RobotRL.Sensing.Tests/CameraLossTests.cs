using RobotRL.Model;

namespace RobotRL.Sensing.Tests;

/// <summary>A camera is lost in mid-episode: the fault names it and comes at the bound, 100 ms, without a decision having to ask.</summary>
public sealed class CameraLossTests
{
    //  t (ms)   0   40   80  120  160 …  180
    //  camera   0   1    2   (repeats its stamp from here on)
    //  fault                               ✕ 80 + 100
    [Fact]
    public void Camera_that_repeats_its_stamp_is_a_fault_at_the_bound()
    {
        using Streaming streaming = new();
        streaming.Pipeline.BeginEpisode();
        streaming.To(85);
        streaming.Camera.Filling = frame => frame.CaptureTime = Samples.At(80);
        streaming.To(179);
        Assert.Empty(streaming.Faults);
        streaming.To(400);
        const string what = "camera a: no new frame for 100 ms: it repeated the stamp of the last one 2 times";
        Assert.Equal((Samples.At(180), what), Assert.Single(streaming.Faults));
        Assert.Equal(what, Assert.Throws<SensorFaultException>(() => streaming.Decide(401)).Message);
        Assert.True(streaming.Camera.IsClosed);
    }

    //  between two episodes a camera may be silent; the time counts from the next episode's begin
    [Fact]
    public void Silence_between_episodes_is_no_fault()
    {
        using Streaming streaming = new();
        var fill = streaming.Camera.Filling;
        streaming.Pipeline.BeginEpisode();
        streaming.To(90);
        streaming.Pipeline.EndEpisode();
        streaming.Camera.Filling = frame => frame.CaptureTime = Samples.At(80);
        streaming.To(1000);
        streaming.Camera.Filling = fill;
        streaming.To(1041);
        streaming.Pipeline.BeginEpisode();
        streaming.Decide(1100);
        Assert.Empty(streaming.Faults);
    }

    //  t (ms)   0   40   80   120  160  200  240
    //  camera   0   1    1    1    1    1        the same pixels from 40 on, with new stamps
    //  tool     ·   ·    ·    ▶ 12 mm            moves at 100
    //  fault                            ✕ 160: the first that is more than 100 ms after 40
    [Theory]
    [InlineData(0.012, true, true)]
    [InlineData(0.008, true, false)]
    [InlineData(0.012, false, false)]
    public void Frozen_camera_is_a_fault_where_the_tool_moved_and_the_camera_sees_it(double moveM, bool seesRobot, bool isFault)
    {
        using Streaming streaming = new(seesRobot: seesRobot);
        streaming.Pipeline.BeginEpisode();
        streaming.To(30);
        streaming.Camera.Filling = frame => Array.Fill(frame.Pixels, (byte)1);
        streaming.To(100);
        streaming.Tool = new(moveM, 0, 0);
        streaming.To(400);
        if (!isFault) Assert.Empty(streaming.Faults);
        else Assert.Equal((Samples.At(160), "camera a: the same picture for 120 ms while the robot moved: it is frozen"), Assert.Single(streaming.Faults));
    }

    /// <summary>A camera that an arm carries shows that arm's motion; any other camera shows both.</summary>
    [Theory]
    [InlineData("left_wrist", true)]
    [InlineData("right_wrist", false)]
    [InlineData("front", true)]
    public void Frozen_camera_of_two_arms_is_a_fault_where_the_arm_that_it_shows_moved(string name, bool isFault)
    {
        using Streaming streaming = new(ofArm: name);
        streaming.Pipeline.BeginEpisode();
        streaming.To(30);
        streaming.Camera.Filling = frame => Array.Fill(frame.Pixels, (byte)1);
        streaming.To(100);
        streaming.Tool = new(0.012, 0, 0);
        streaming.To(400);
        Assert.Equal(isFault ? 1 : 0, streaming.Faults.Count);
    }

    [Fact]
    public void A_scene_that_stands_still_repeats_its_picture_and_is_no_fault()
    {
        using Streaming streaming = new();
        streaming.Camera.Filling = frame => Array.Fill(frame.Pixels, (byte)1);
        streaming.To(50);
        streaming.Pipeline.BeginEpisode();
        for (var t = 100.0; t <= 2000; t += 100) streaming.Decide(t);
        Assert.Empty(streaming.Faults);
    }

    [Fact]
    public void Camera_that_ends_and_camera_that_fails_are_faults_at_once()
    {
        Assert.Equal((Samples.At(120), "camera a: it ended and gives no more frames"), Fault(new EndOfStreamException()));
        Assert.Equal((Samples.At(120), "camera a: capture failed: cable"), Fault(new IOException("cable")));

        static (Stamp, string) Fault(Exception e)
        {
            using Streaming streaming = new();
            streaming.Pipeline.BeginEpisode();
            streaming.To(110);
            streaming.Camera.Filling = _ => throw e;
            streaming.To(200);
            return Assert.Single(streaming.Faults);
        }
    }

    [Fact]
    public void Frames_are_given_back_whatever_happens()
    {
        var streaming = new Streaming();
        streaming.Pipeline.BeginEpisode();
        streaming.To(100);
        Assert.Equal(4, streaming.Pool.Free); // the watch compares with one
        streaming.Camera.Filling = _ => throw new IOException();
        streaming.To(200);
        streaming.Dispose();
        Assert.Equal(5, streaming.Pool.Free);
    }
}

using System.Reactive.Concurrency;
using RobotRL.Model;

namespace RobotRL.Sensing.Tests;

/// <summary>What a decision joins of streams that run by themselves, how old that is, and what became of the rest.</summary>
public sealed class StreamingTests
{
    //  t (ms)    0    40   80  100  120  160  200  210
    //  camera    0    1    2         3    4    5
    //  decision                 ▲ 2                  ▲ 5
    //  age                      20                   10
    [Fact]
    public void Decision_takes_the_newest_frame_at_or_before_its_instant_and_tells_its_age()
    {
        using Streaming streaming = new();
        streaming.Pipeline.BeginEpisode();
        var first = streaming.Decide(103);
        Assert.Equal((Samples.At(80), 2), (first.Images[0].CaptureTime, (int)first.Images[0].Pixels[0]));
        Assert.Equal((3 * Samples.Ms, 100), (streaming.Pipeline.Ages.StateNs, streaming.Pipeline.TickOf(0)));
        Assert.Equal([23 * Samples.Ms], streaming.Pipeline.Ages.ImagesNs);
        var second = streaming.Decide(210);
        Assert.Equal((Samples.At(200), 5), (second.Images[0].CaptureTime, (int)second.Images[0].Pixels[0]));
        var figures = streaming.Pipeline.EndEpisode();
        Assert.Equal(new StreamFigures("a", Delivered: 6, Dropped: 0, Late: 0, Joined: 2, MeanAgeMs: 16.5, MaxAgeMs: 23), figures.Cameras[0]);
        Assert.Equal(new StreamFigures("state", Delivered: 43, Dropped: 0, Late: 0, Joined: 2, MeanAgeMs: 1.5, MaxAgeMs: 3), figures.State);
        Assert.Empty(streaming.Faults);
    }

    //  t (ms)     0    40   80   120  160  200  240  280    cropping sleeps from 10 to 90, from 130 to 225 and from there to 285
    //  camera     0    1    2    3    4    5    6    7
    //  delivered  0         2    3         5         7      1, 4 and 6 give way to newer ones
    //  decision                    ▲ 3               ▲ 7    at 135 and 285
    [Fact]
    public void Slow_cropping_drops_old_frames_and_says_how_many()
    {
        var cropping = new HistoricalScheduler(VirtualTime.Origin);
        using Streaming streaming = new(cropping: cropping);
        streaming.Pipeline.BeginEpisode();
        foreach (var t in new[] { 0.0, 10, 90, 130 }) Crop(t);
        Assert.Equal(3, streaming.Pipeline.At(Samples.At(135)).Images[0].Pixels[0]);
        Assert.Equal([15 * Samples.Ms], streaming.Pipeline.Ages.ImagesNs);
        Crop(225);
        Crop(285);
        Assert.Equal(7, streaming.Pipeline.At(Samples.At(285)).Images[0].Pixels[0]);
        var camera = streaming.Pipeline.EndEpisode().Cameras[0];
        Assert.Equal(new StreamFigures("a", Delivered: 5, Dropped: 3, Late: 0, Joined: 2, MeanAgeMs: 10, MaxAgeMs: 15), camera);

        void Crop(double ms)
        {
            streaming.To(ms);
            cropping.AdvanceTo(VirtualTime.Of(Samples.At(ms)));
        }
    }

    //  t (ms)     0   40   80  100  120
    //  camera     0   1    2         3      cropped at 50, 100 and 125; 3 was exposed at 90 and read out at 120
    //  decision             ▲ 2             at 105
    [Fact]
    public void Frame_that_comes_after_the_decision_that_would_have_taken_it_is_late()
    {
        var cropping = new HistoricalScheduler(VirtualTime.Origin);
        using Streaming streaming = new(cropping: cropping);
        streaming.Pipeline.BeginEpisode();
        foreach (var t in new[] { 50.0, 100 }) Crop(t);
        Assert.Equal(2, streaming.Pipeline.At(Samples.At(105)).Images[0].Pixels[0]);
        streaming.Camera.Filling = frame => frame.CaptureTime = Samples.At(90);
        Crop(125);
        var camera = streaming.Pipeline.EndEpisode().Cameras[0];
        Assert.Equal(new StreamFigures("a", Delivered: 3, Dropped: 1, Late: 1, Joined: 1, MeanAgeMs: 25, MaxAgeMs: 25), camera);

        void Crop(double ms)
        {
            streaming.To(ms);
            cropping.AdvanceTo(VirtualTime.Of(Samples.At(ms)));
        }
    }

    [Fact]
    public void Figures_begin_anew_with_each_episode()
    {
        using Streaming streaming = new();
        streaming.Pipeline.BeginEpisode();
        streaming.Decide(100);
        streaming.Pipeline.EndEpisode();
        streaming.To(190);
        streaming.Pipeline.BeginEpisode();
        streaming.Decide(241);
        var camera = streaming.Pipeline.EndEpisode().Cameras[0];
        Assert.Equal(new StreamFigures("a", Delivered: 2, Dropped: 0, Late: 0, Joined: 1, MeanAgeMs: 1, MaxAgeMs: 1), camera);
    }

    [Fact]
    public void Episode_begins_with_what_was_captured_since_its_scene_was_set_up()
    {
        using Streaming streaming = new();
        streaming.To(100);
        Assert.Equal("camera a", streaming.Pipeline.MissingSince(Samples.At(100)));
        streaming.To(119);
        Assert.Equal("camera a", streaming.Pipeline.MissingSince(Samples.At(100)));
        streaming.To(120);
        Assert.Null(streaming.Pipeline.MissingSince(Samples.At(100)));
    }

    [Fact]
    public void Camera_lives_while_the_pipeline_does()
    {
        FakeCamera camera;
        using (Streaming streaming = new())
        {
            camera = streaming.Camera;
            streaming.To(100);
            Assert.False(camera.IsClosed);
        }
        Assert.True(camera.IsClosed);
    }
}

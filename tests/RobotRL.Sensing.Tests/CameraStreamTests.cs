using System.Reactive.Concurrency;
using System.Reactive.Subjects;
using RobotRL.Model;

namespace RobotRL.Sensing.Tests;

/// <summary>Cameras in virtual time.</summary>
public sealed class CameraStreamTests
{
    private readonly HistoricalScheduler _scheduler = new(VirtualTime.Origin);
    private readonly FramePool _pool = new(4, 4, 2);

    //  t (ms)    0   33  66  99      subscribed 0–100
    //  captures  0   1   2   3
    [Fact]
    public void Captures_at_its_rate_while_subscribed_and_gives_frames_back()
    {
        var seen = new List<(long, double)>();
        var camera = Camera(33, _ => { });
        using (camera.Subscribe(f => seen.Add((f.Sequence, f.CaptureTime.Seconds))))
            _scheduler.AdvanceTo(VirtualTime.Of(Samples.At(100)));
        _scheduler.AdvanceTo(VirtualTime.Of(Samples.At(500)));
        Assert.Equal([(0, 0), (1, 0.033), (2, 0.066), (3, 0.099)], seen);
        Assert.Equal(2, _pool.Free);
    }

    [Fact]
    public void Source_opens_once_for_all_subscribers_and_closes_after_the_last()
    {
        using var triggers = new Subject<Stamp>();
        var captures = 0;
        var camera = CameraStream.Triggered("c", triggers, _pool, _ => captures++);
        Assert.False(triggers.HasObservers);
        var first = camera.Subscribe();
        var second = camera.Subscribe();
        triggers.OnNext(Stamp.Zero);
        Assert.Equal(1, captures);
        first.Dispose();
        Assert.True(triggers.HasObservers);
        second.Dispose();
        Assert.False(triggers.HasObservers);
    }

    //  the subscriber keeps both frames: the third is lost and its number is missing
    [Fact]
    public void Exhausted_pool_loses_frames_with_a_gap()
    {
        var kept = new List<CameraFrame>();
        using var subscription = Camera(10, _ => { }).Subscribe(f => kept.Add(f.Retain()));
        _scheduler.AdvanceTo(VirtualTime.Of(Samples.At(25)));
        Assert.Equal(1, _pool.Exhausted);
        kept[0].Dispose();
        _scheduler.AdvanceTo(VirtualTime.Of(Samples.At(35)));
        Assert.Equal([0, 1, 3], kept.Select((f, i) => i == 0 ? 0 : f.Sequence));
    }

    [Fact]
    public void Failing_capture_ends_the_stream_with_a_fault()
    {
        Exception? error = null;
        var count = 0;
        using var subscription = Camera(10, _ => { if (count++ == 2) throw new IOException("cable"); }).Subscribe(_ => { }, e => error = e);
        _scheduler.AdvanceTo(VirtualTime.Of(Samples.At(100)));
        var fault = Assert.IsType<SensorFaultException>(error);
        Assert.Equal(FaultCode.SensorError, fault.Fault.Code);
        Assert.Equal(Samples.At(20), fault.Fault.Time);
        Assert.Equal(3, count);
        Assert.Equal(2, _pool.Free);
    }

    //  due     0   10  20  30  40  50      the capture at 10 takes until 35
    //  runs    0   10       35 40  50      20 is left out, 30 runs late and says so; the schedule stays
    [Fact]
    public void Late_source_skips_what_it_missed_and_keeps_its_schedule()
    {
        var times = new List<double>();
        var slow = true;
        using var subscription = Camera(10, f =>
        {
            times.Add(Math.Round(f.CaptureTime.Seconds * 1e3));
            if (times.Count == 2 && slow) { slow = false; _scheduler.Sleep(TimeSpan.FromMilliseconds(25)); }
        }).Subscribe();
        _scheduler.AdvanceTo(VirtualTime.Of(Samples.At(55)));
        Assert.Equal([0, 10, 35, 40, 50], times);
    }

    private IObservable<CameraFrame> Camera(double periodMs, CaptureFrame capture) =>
        CameraStream.Triggered("c", VirtualTime.Every(TimeSpan.FromMilliseconds(periodMs), _scheduler, () => VirtualTime.At(_scheduler.Now)), _pool, capture);
}

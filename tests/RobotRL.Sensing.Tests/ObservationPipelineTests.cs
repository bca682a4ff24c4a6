using System.Reactive.Concurrency;
using System.Reactive.Subjects;
using RobotRL.Model;

namespace RobotRL.Sensing.Tests;

/// <summary>The composed pipeline, in virtual time.</summary>
public sealed class ObservationPipelineTests
{
    //  t (ms)   0    40   80  100  120  160  200
    //  camera   0    1    2         3    4    5     25 Hz, cropped on the same scheduler
    //  state                   ·                ·
    //  tick                    ▲ 80             ▲ 200
    [Fact]
    public void Joins_free_running_cameras_at_each_tick()
    {
        var scheduler = new HistoricalScheduler(VirtualTime.Origin);
        Stamp Now() => VirtualTime.At(scheduler.Now);
        var task = Samples.Task(Samples.Camera("a"));
        var camera = CameraStream.Triggered("a", VirtualTime.Every(TimeSpan.FromMilliseconds(40), scheduler, Now), new FramePool(16, 16, 3), f => Array.Fill(f.Pixels, (byte)f.Sequence));
        using var states = new Subject<ToolState>();
        using var ticks = new Subject<Stamp>();
        var pipeline = new ObservationPipeline(task, [camera], states, ticks, 5 * Samples.Ms, scheduler);
        var seen = new List<Observation>();
        using var subscription = pipeline.Observations.Subscribe(seen.Add);
        foreach (var t in new[] { 100.0, 200 })
        {
            scheduler.AdvanceTo(VirtualTime.Of(Samples.At(t)));
            states.OnNext(Samples.State(t - 1));
            ticks.OnNext(Samples.At(t));
        }
        Assert.Equal([(Samples.At(80), 2), (Samples.At(200), 5)], seen.Select(o => (o.Images[0].CaptureTime, (int)o.Images[0].Rgb[0])));
        Assert.Equal((6, 0), (pipeline.CameraDeliveries[0].Delivered, pipeline.CameraDeliveries[0].Dropped));
    }

    [Fact]
    public void Lockstep_gives_exactly_one_observation_a_tick_captured_at_the_tick()
    {
        var brightness = 0;
        using var observations = new LockstepObservations(Samples.Task(Samples.Camera("a"), Samples.Camera("b")),
            [f => Array.Fill(f.Pixels, (byte)brightness), f => Array.Fill(f.Pixels, (byte)(100 + brightness))], 5 * Samples.Ms);
        for (var step = 0; step < 50; step++)
        {
            brightness = step;
            var observation = observations.Observe(Samples.At(100 * step), Samples.State(100 * step));
            Assert.Equal(Samples.At(100 * step), observation.Time);
            Assert.All(observation.Images, i => Assert.Equal(observation.Time, i.CaptureTime));
            Assert.Equal([step, 100 + step], observation.Images.Select(i => (int)i.Rgb[5]));
        }
    }

    [Fact]
    public void Episode_start_is_the_origin_of_poses()
    {
        using var observations = new LockstepObservations(Samples.Task(), [], 5 * Samples.Ms);
        Assert.Equal(0, observations.Observe(Samples.At(0), Samples.State(0, new(0.3, 0, 0))).Proprioception[0]);
        Assert.Equal(1, observations.Observe(Samples.At(100), Samples.State(100, new(0.4, 0, 0))).Proprioception[0], 1e-6f);
        observations.BeginEpisode();
        Assert.Equal(0, observations.Observe(Samples.At(200), Samples.State(200, new(0.4, 0, 0))).Proprioception[0]);
    }

    [Fact]
    public void Failing_camera_stops_the_observations_for_good()
    {
        var fails = false;
        using var observations = new LockstepObservations(Samples.Task(Samples.Camera("a")), [_ => { if (fails) throw new IOException("no image"); }], 5 * Samples.Ms);
        observations.Observe(Samples.At(0), Samples.State(0));
        fails = true;
        var fault = Assert.Throws<SensorFaultException>(() => observations.Observe(Samples.At(100), Samples.State(100)));
        Assert.Equal(FaultCode.SensorError, fault.Fault.Code);
        Assert.Contains("no image", fault.Message, StringComparison.Ordinal);
        fails = false;
        Assert.Throws<SensorFaultException>(() => observations.Observe(Samples.At(200), Samples.State(200)));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(50)]
    public void Time_that_stands_or_goes_back_is_a_fault(double ms)
    {
        using var observations = new LockstepObservations(Samples.Task(), [], 5 * Samples.Ms);
        observations.Observe(Samples.At(100), Samples.State(100));
        Assert.Equal(FaultCode.ClockBackward, Assert.Throws<SensorFaultException>(() => observations.Observe(Samples.At(ms), Samples.State(ms))).Fault.Code);
    }

    [Fact]
    public void Ends_with_a_fault_when_the_state_goes_stale()
    {
        using var states = new Subject<ToolState>();
        using var ticks = new Subject<Stamp>();
        Exception? error = null;
        var pipeline = new ObservationPipeline(Samples.Task(), [], states, ticks, 5 * Samples.Ms, ImmediateScheduler.Instance);
        using var subscription = pipeline.Observations.Subscribe(_ => { }, e => error = e);
        states.OnNext(Samples.State(0));
        ticks.OnNext(Samples.At(5));
        Assert.Null(error);
        ticks.OnNext(Samples.At(5.1));
        Assert.Equal(FaultCode.StaleState, Assert.IsType<SensorFaultException>(error).Fault.Code);
        Assert.False(ticks.HasObservers);
    }
}

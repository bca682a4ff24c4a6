using System.Reactive.Concurrency;
using System.Reactive.Subjects;
using RobotRL.Model;

namespace RobotRL.Sensing.Tests;

/// <summary>The composed pipeline, in virtual time.</summary>
public sealed class ObservationPipelineTests
{
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
            Assert.Equal([step, 100 + step], observation.Images.Select(i => (int)i.Pixels[5]));
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
        using var observations =
            new LockstepObservations(Samples.Task(Samples.Camera("a")), [_ => { if (fails) throw new IOException("no image"); }], 5 * Samples.Ms);
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
        using var states = new Subject<ToolStates>();
        using var pipeline = new ObservationPipeline(Samples.Task(), [], states, 5 * Samples.Ms, ImmediateScheduler.Instance);
        states.OnNext(Samples.State(0));
        pipeline.At(Samples.At(5));
        Assert.Equal(FaultCode.StaleState, Assert.Throws<SensorFaultException>(() => pipeline.At(Samples.At(5.1))).Fault.Code);
        states.OnNext(Samples.State(6));
        Assert.Equal(FaultCode.StaleState, Assert.Throws<SensorFaultException>(() => pipeline.At(Samples.At(6))).Fault.Code);
    }
}

using System.Reactive.Concurrency;
using System.Reactive.Subjects;
using RobotRL.Model;

namespace RobotRL.Sensing;

/// <summary>
/// The pipeline in virtual time, driven by the decision loop: cameras capture at the decision's instant, everything runs on the calling thread, and each call
/// gives exactly one observation.
/// </summary>
public sealed class LockstepObservations : IDisposable
{
    private readonly HistoricalScheduler _scheduler = new(VirtualTime.Origin.AddTicks(-1));
    private readonly Subject<Stamp> _triggers = new();
    private readonly Subject<ToolStates> _states = new();
    private readonly ObservationPipeline _pipeline;

    /// <param name="task">What to observe.</param>
    /// <param name="captures">How each camera of the task fills a frame, in the task's order; called on the thread of <see cref="Observe"/>.</param>
    /// <param name="stateMaxAgeNs">Oldest robot state that may be joined, ns.</param>
    public LockstepObservations(TaskDescription task, IReadOnlyList<CaptureFrame> captures, long stateMaxAgeNs)
    {
        var cameras = task.Cameras.Zip(captures, (camera, capture) =>
            CameraStream.Triggered(camera.Name, _triggers, new FramePool(camera.Width, camera.Height, capacity: 2), capture));
        _pipeline = new ObservationPipeline(task, [.. cameras], _states, stateMaxAgeNs, _scheduler);
    }

    /// <summary>Of the last observation.</summary>
    public StreamAges Ages => _pipeline.Ages;

    /// <summary>The next observation is the first of an episode.</summary>
    public void BeginEpisode() => _pipeline.BeginEpisode();

    /// <summary>The observation of this instant. Time goes forward from call to call.</summary>
    /// <param name="now">The instant; cameras capture at it.</param>
    /// <param name="states">Each arm's newest state, not newer than <paramref name="now"/>.</param>
    /// <exception cref="SensorFaultException">A sensor failed, now or before: the robot must stop.</exception>
    public Observation Observe(Stamp now, in ToolStates states)
    {
        var sample = states;
        if (VirtualTime.Of(now) <= _scheduler.Clock)
            throw new SensorFaultException("robot state", FaultCode.ClockBackward, now, "time did not go forward since the last observation");
        _scheduler.ScheduleAbsolute(VirtualTime.Of(now), () =>
        {
            _states.OnNext(sample);
            _triggers.OnNext(now);
        });
        _scheduler.AdvanceTo(VirtualTime.Of(now));
        return _pipeline.At(now);
    }

    public void Dispose()
    {
        _pipeline.Dispose();
        _triggers.Dispose();
        _states.Dispose();
    }
}

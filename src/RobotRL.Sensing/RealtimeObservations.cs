using System.Diagnostics;
using RobotRL.Model;

namespace RobotRL.Sensing;

/// <summary>A camera that runs by itself, and how it is opened on the thread it lives on, with the clock that its frames are stamped by.</summary>
public sealed record FreeRunningCamera(CameraDescription Description, TimeSpan Period, Func<SessionClock, ICamera> Open);

/// <summary>Where the states of a robot come from that moves by itself.</summary>
/// <param name="Sample">Copies the robot's newest state; called on a thread of its own.</param>
/// <param name="Period">How often it is looked at.</param>
/// <param name="MaxAgeNs">Oldest robot state that may be joined, ns.</param>
public sealed record StateSource(SampleState Sample, TimeSpan Period, long MaxAgeNs);

/// <summary>
/// The pipeline in real time: each camera on a thread and a clock of its own, the robot's states on another, watching and cropping on a third kind. The
/// decision loop joins what has come and waits for none of them, but for the first frames of an episode.
/// </summary>
public sealed class RealtimeObservations : IDisposable
{
    /// <summary>Frames in flight: one being filled, one that waits, one that is cropped, one that the watch compares with, one to spare.</summary>
    private const int Frames = 5;

    /// <summary>Longest wait for the first frames of an episode: the first of all takes a camera its time to open.</summary>
    private static readonly TimeSpan BeginsWithin = TimeSpan.FromSeconds(5);

    /// <summary>From one opening of a camera that failed to the next.</summary>
    private static readonly TimeSpan OpensEvery = TimeSpan.FromMilliseconds(500);

    private readonly TaskDescription _task;
    private readonly IReadOnlyList<FreeRunningCamera> _cameras;
    private readonly StateSource _source;
    private readonly Action<SensorFaultException> _lost;
    private readonly Action? _entered;
    private readonly List<StreamThread> _threads = [];
    private readonly SessionClock _clock = new();
    private ObservationPipeline _pipeline;
    private volatile bool _isRenewing;
    private long _newestStateNs;
    private Stamp _last = new(long.MinValue);

    /// <param name="task">What to observe.</param>
    /// <param name="cameras">The task's, in its order.</param>
    /// <param name="source">Where the robot's states come from.</param>
    /// <param name="lost">Told of the first stream that fails, on another thread: stop the robot.</param>
    /// <param name="entered">Runs first on each thread that is made here, to set its priority; null for none.</param>
    public RealtimeObservations(
        TaskDescription task, IReadOnlyList<FreeRunningCamera> cameras, StateSource source, Action<SensorFaultException> lost, Action? entered = null)
    {
        (_task, _cameras, _source, _lost, _entered) = (task, cameras, source, lost, entered);
        _pipeline = Open();
    }

    /// <summary>Of the last observation.</summary>
    public StreamAges Ages => _pipeline.Ages;

    /// <summary>The control tick of an arm's state in the last observation.</summary>
    public long TickOf(int arm) => _pipeline.TickOf(arm);

    /// <summary>Which stream failed and how, in words; null while all are sound.</summary>
    public string? Failed => _pipeline.Fault?.Message;

    /// <exception cref="SensorFaultException">A stream has failed.</exception>
    public void RequireSound() => _pipeline.RequireSound();

    /// <summary>
    /// Opens all streams anew where one has failed, while the robot is held: what was wrong may be mended. Returns once each has shown something since.
    /// </summary>
    /// <param name="since">The present, by the session's clock.</param>
    /// <param name="pause">Lets a moment pass.</param>
    /// <param name="within">How long it may take.</param>
    /// <exception cref="SensorFaultException">A stream fails again, or shows nothing.</exception>
    public void Renew(Stamp since, Action pause, TimeSpan within)
    {
        if (_pipeline.Fault is null) return;
        _isRenewing = true;
        try
        {
            for (var waited = Stopwatch.StartNew(); ;)
            {
                Close();
                _pipeline = Open();
                for (var opened = Stopwatch.StartNew(); _pipeline.Fault is null || opened.Elapsed < OpensEvery; pause())
                {
                    var missing = _pipeline.MissingSince(since);
                    if (_pipeline.Fault is null && missing is null) return;
                    if (waited.Elapsed < within) continue;
                    RequireSound();
                    throw new SensorFaultException(missing!, FaultCode.SensorError, since, $"nothing for {within.TotalSeconds:0} s after it had failed");
                }
            }
        }
        finally { _isRenewing = false; }
    }

    /// <summary>Waits until every stream shows what is so since an instant, and begins an episode with that.</summary>
    /// <param name="since">When the scene was set up.</param>
    /// <param name="pause">Lets a moment pass.</param>
    /// <exception cref="SensorFaultException">A stream has failed, or shows nothing of it within a bounded time.</exception>
    public void BeginEpisode(Stamp since, Action pause)
    {
        for (var waited = Stopwatch.StartNew(); _pipeline.MissingSince(since) is { } source; pause())
        {
            RequireSound();
            if (waited.Elapsed > BeginsWithin)
                throw new SensorFaultException(source, FaultCode.SensorError, since,
                    $"nothing for {waited.Elapsed.TotalMilliseconds:0} ms at the beginning of an episode");
        }
        _pipeline.BeginEpisode();
    }

    /// <inheritdoc cref="ObservationPipeline.EndEpisode"/>
    public EpisodeStreams EndEpisode() => _pipeline.EndEpisode();

    /// <summary>The observation of this instant, of what has come so far.</summary>
    /// <exception cref="SensorFaultException">A sensor failed, now or before: the robot must stop.</exception>
    public Observation Observe(Stamp now)
    {
        if (now <= _last) throw new SensorFaultException("robot state", FaultCode.ClockBackward, now, "time did not go forward since the last observation");
        _last = now;
        return _pipeline.At(now);
    }

    public void Dispose() => Close();

    private ObservationPipeline Open()
    {
        var states = StateStream.Sampled(_source.Period, Thread("robot state"), (ref ToolStates states) =>
        {
            if (!_source.Sample(ref states)) return false;
            _clock.Saw(states.CaptureTime, SessionClock.MachineNs);
            Volatile.Write(ref _newestStateNs, states.CaptureTime.Ns);
            return true;
        });
        var frames = _cameras.Select(camera => CameraStream.FreeRunning(
            camera.Description.Name, camera.Period, Thread($"camera {camera.Description.Name}"), () => new(Volatile.Read(ref _newestStateNs)),
            new FramePool(camera.Description.Width, camera.Description.Height, Frames), () => camera.Open(_clock)));
        return new(_task, [.. frames], states, _source.MaxAgeNs, Thread("observations"), new(new(_task.ImageMaxAgeNs), Lost));

        void Lost(SensorFaultException fault)
        {
            if (!_isRenewing) _lost(fault);
        }

        StreamThread Thread(string name)
        {
            StreamThread thread = new(name, _entered);
            _threads.Add(thread);
            return thread;
        }
    }

    private void Close()
    {
        _pipeline.Dispose();
        foreach (var thread in _threads) thread.Dispose();
        _threads.Clear();
    }
}

using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using System.Reactive.Linq;
using RobotRL.Model;

namespace RobotRL.Sensing;

/// <summary>Watches over streams that run by themselves.</summary>
/// <param name="Bounds">When a camera is lost.</param>
/// <param name="Lost">Told of the first stream that fails, on the scheduler's thread: stop the robot.</param>
public sealed record StreamWatch(CameraBounds Bounds, Action<SensorFaultException> Lost);

/// <summary>
/// From cameras and robot states to observations:
/// <code>
/// camera ─▶ Latest ─▶ watch ─▶ crop, resize ─┐
/// camera ─▶ Latest ─▶ watch ─▶ crop, resize ─┼─▶ join ◀── a decision's instant
/// states ─▶ Bounded ─────────────────────────┘
/// </code>
/// Streams push what they have, a decision takes what was captured at or before its instant and waits for nothing. Once a stream has failed there are no
/// more observations.
/// </summary>
public sealed class ObservationPipeline : IDisposable
{
    /// <summary>States wait while an image is cropped; more of them than this are older than any bound.</summary>
    private const int StatesWaiting = 32;

    private readonly Lock _lock = new();
    private readonly TaskDescription _task;
    private readonly ObservationJoin _join;
    private readonly CompositeDisposable _subscriptions = [];
    private readonly DeliveryCounter _stateDelivery = new();
    private readonly DeliveryCounter[] _deliveries;
    private readonly long[] _droppedBefore;
    private readonly Action<SensorFaultException>? _lost;
    private long _statesDroppedBefore;
    private SensorFaultException? _fault;
    private volatile bool _isArmed;

    /// <summary>Opens the sources.</summary>
    /// <param name="task">Cameras in order, their crops, ages and scales.</param>
    /// <param name="cameras">One stream a camera of the task, in its order.</param>
    /// <param name="states">The robot's state, at least as often as <paramref name="stateMaxAgeNs"/> asks before a decision.</param>
    /// <param name="stateMaxAgeNs">Oldest robot state that may be joined, ns.</param>
    /// <param name="scheduler">Where streams are watched, cropped and taken in: historical in virtual time, a thread of its own in real time.</param>
    /// <param name="watch">When a camera is lost, and who is told; null for cameras that capture when they are asked.</param>
    public ObservationPipeline(
        TaskDescription task, IReadOnlyList<IObservable<CameraFrame>> cameras, IObservable<ToolStates> states, long stateMaxAgeNs, IScheduler scheduler,
        StreamWatch? watch = null)
    {
        if (cameras.Count != task.Cameras.Count)
            throw new ArgumentException($"The task has {task.Cameras.Count} cameras, {cameras.Count} streams were given.", nameof(cameras));
        (_task, _lost) = (task, watch?.Lost);
        _join = new ObservationJoin(task, stateMaxAgeNs);
        _deliveries = [.. cameras.Select(_ => new DeliveryCounter())];
        _droppedBefore = new long[cameras.Count];

        for (var i = 0; i < cameras.Count; i++)
        {
            var (index, camera) = (i, task.Cameras[i]);
            var frames = cameras[i].Deliver(LossPolicy.Latest, scheduler, _deliveries[i]);
            if (watch is not null) frames = new CameraWatch(camera, watch.Bounds, scheduler, task.ArmsSeenBy(camera), StatesAt, () => _isArmed).Watch(frames);
            _subscriptions.Add(frames.Crop(camera)
                .Subscribe(image => { lock (_lock) _join.Add(index, image); }, error => Fail(CameraStream.SourceOf(camera.Name), error)));
        }
        _subscriptions.Add(states
            .Deliver(LossPolicy.Bounded(StatesWaiting), scheduler, _stateDelivery)
            .Subscribe(state => { lock (_lock) _join.Add(state); }, error => Fail("robot state", error)));
    }

    /// <summary>Why there are no more observations; null as long as there are.</summary>
    public SensorFaultException? Fault => Volatile.Read(ref _fault);

    /// <summary>Of the last observation.</summary>
    public StreamAges Ages => _join.Ages;

    /// <summary>The control tick of an arm's state in the last observation.</summary>
    public long TickOf(int arm) => _join.TickOf(arm);

    /// <summary>The next observation is the first of an episode.</summary>
    public void BeginEpisode()
    {
        lock (_lock)
        {
            _join.BeginEpisode();
            for (var i = 0; i < _deliveries.Length; i++) _droppedBefore[i] = _deliveries[i].Dropped;
            _statesDroppedBefore = _stateDelivery.Dropped;
            _isArmed = true;
        }
    }

    /// <summary>No decision follows: cameras may fall silent until the next episode.</summary>
    public EpisodeStreams EndEpisode()
    {
        lock (_lock)
        {
            _isArmed = false;
            return _join.Figures(_stateDelivery.Dropped - _statesDroppedBefore, [.. _deliveries.Select((d, i) => d.Dropped - _droppedBefore[i])]);
        }
    }

    /// <summary>The source that has given nothing since an instant; null when all have.</summary>
    public string? MissingSince(Stamp time)
    {
        lock (_lock)
        {
            for (var i = 0; i < _task.Cameras.Count; i++)
                if (_join.NewestImage(i) < time) return CameraStream.SourceOf(_task.Cameras[i].Name);
            return _join.NewestState < time ? "robot state" : null;
        }
    }

    /// <summary>The observation of an instant. Time goes forward from call to call.</summary>
    /// <exception cref="SensorFaultException">A stream failed, now or before, or has nothing recent enough: the robot must stop.</exception>
    public Observation At(Stamp time)
    {
        RequireSound();
        try
        {
            lock (_lock) return _join.At(time);
        }
        catch (SensorFaultException e)
        {
            Interlocked.CompareExchange(ref _fault, e, null);
            throw;
        }
    }

    /// <exception cref="SensorFaultException">A stream has failed.</exception>
    public void RequireSound()
    {
        if (Volatile.Read(ref _fault) is { } fault) throw fault;
    }

    public void Dispose() => _subscriptions.Dispose();

    private void Fail(string source, Exception error)
    {
        var fault = error as SensorFaultException ?? new SensorFaultException(source, FaultCode.SensorError, default, error.Message, error);
        if (Interlocked.CompareExchange(ref _fault, fault, null) is null) _lost?.Invoke(fault);
    }

    private ToolStates? StatesAt(Stamp time)
    {
        lock (_lock) return _join.TryFindStates(time, out var states) ? states : null;
    }
}

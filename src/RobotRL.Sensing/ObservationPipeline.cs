using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using System.Reactive.Linq;
using RobotRL.Model;

namespace RobotRL.Sensing;

/// <summary>
/// From cameras and robot state to observations:
/// <code>
/// camera ─▶ Latest ─▶ crop, resize ─┐
/// camera ─▶ Latest ─▶ crop, resize ─┼─▶ join at each tick ─▶ Observations
/// robot state ──────▶ Latest ───────┘
/// </code>
/// Ends with a <see cref="SensorFaultException"/> when any of them fails or falls behind.
/// </summary>
public sealed class ObservationPipeline
{
    private readonly ObservationJoin _join;
    private readonly Lock _lock = new();

    /// <param name="task">Cameras in order, their crops, ages and scales.</param>
    /// <param name="cameras">One stream a camera of the task, in its order.</param>
    /// <param name="states">The robot's state, at least as often as <paramref name="stateMaxAgeNs"/> asks before a tick.</param>
    /// <param name="ticks">The instants to observe.</param>
    /// <param name="stateMaxAgeNs">Oldest robot state that may be joined, ns.</param>
    /// <param name="scheduler">Where images are cropped: immediate under lockstep, a thread of its own under realtime.</param>
    public ObservationPipeline(
        TaskDescription task, IReadOnlyList<IObservable<CameraFrame>> cameras, IObservable<ToolState> states, IObservable<Stamp> ticks, long stateMaxAgeNs, IScheduler scheduler)
    {
        if (cameras.Count != task.Cameras.Count) throw new ArgumentException($"The task has {task.Cameras.Count} cameras, {cameras.Count} streams were given.", nameof(cameras));
        _join = new ObservationJoin(task, stateMaxAgeNs);
        CameraDeliveries = [.. cameras.Select(_ => new DeliveryCounter())];
        StateDelivery = new DeliveryCounter();

        Observations = Observable.Create<Observation>(observer =>
        {
            var subscriptions = new CompositeDisposable();
            for (var i = 0; i < cameras.Count; i++)
            {
                var index = i;
                subscriptions.Add(cameras[i]
                    .Deliver(LossPolicy.Latest, scheduler, CameraDeliveries[i])
                    .Crop(task.Cameras[i])
                    .Subscribe(image => Guarded(() => _join.Add(index, image)), observer.OnError));
            }
            subscriptions.Add(states
                .Deliver(LossPolicy.Latest, ImmediateScheduler.Instance, StateDelivery)
                .Subscribe(state => { lock (_lock) _join.Add(state); }, observer.OnError));
            // Last, so that a camera that the same tick triggers has delivered before the tick is joined.
            subscriptions.Add(ticks
                .Select(time => { lock (_lock) return _join.At(time); })
                .Subscribe(observer));
            return subscriptions;
        }).Publish().RefCount();
    }

    /// <summary>One observation a tick, on the ticks' thread. The first subscription opens all sources, the last one to leave closes them.</summary>
    public IObservable<Observation> Observations { get; }

    /// <summary>Frames delivered and dropped, a camera each.</summary>
    public IReadOnlyList<DeliveryCounter> CameraDeliveries { get; }

    public DeliveryCounter StateDelivery { get; }

    /// <summary>The next observation is the first of an episode.</summary>
    public void BeginEpisode()
    {
        lock (_lock) _join.BeginEpisode();
    }

    private void Guarded(Action action)
    {
        lock (_lock) action();
    }
}

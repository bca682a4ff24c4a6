using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using System.Reactive.Linq;
using RobotRL.Model;

namespace RobotRL.Sensing;

/// <summary>Hands items over to a scheduler under a named loss policy.</summary>
public static class Delivery
{
    /// <summary>
    /// Delivers on <paramref name="scheduler"/>. An error does not wait behind data, since it means a stop.
    /// </summary>
    public static IObservable<T> Deliver<T>(this IObservable<T> source, LossPolicy policy, IScheduler scheduler, DeliveryCounter? counter = null) =>
        Deliver(source, policy, scheduler, counter, static item => item, static _ => { });

    /// <summary>The same for pooled frames: held while they wait, given back when delivered or dropped.</summary>
    public static IObservable<CameraFrame> Deliver(
        this IObservable<CameraFrame> source, LossPolicy policy, IScheduler scheduler, DeliveryCounter? counter = null) =>
        Deliver(source, policy, scheduler, counter, static frame => frame.Retain(), static frame => frame.Dispose());

    private static IObservable<T> Deliver<T>(
        IObservable<T> source, LossPolicy policy, IScheduler scheduler, DeliveryCounter? counter, Func<T, T> hold, Action<T> release) =>
        Observable.Create<T>(observer =>
        {
            var queue = new DeliveryQueue<T>(observer, policy, scheduler, counter ?? new DeliveryCounter(), hold, release);
            return new CompositeDisposable(source.Subscribe(queue), queue);
        });
}

/// <summary>Items on their way from one thread to another.</summary>
internal sealed class DeliveryQueue<T>(
    IObserver<T> observer, LossPolicy policy, IScheduler scheduler, DeliveryCounter counter, Func<T, T> hold, Action<T> release)
    : IObserver<T>, IDisposable
{
    private readonly Lock _lock = new();
    private readonly Queue<T> _waiting = new();
    private bool _isDraining;
    private bool _hasEnded;
    private bool _isDisposed;
    private Exception? _error;

    public void OnNext(T value)
    {
        lock (_lock)
        {
            if (_hasEnded || _isDisposed) return;
            if (_waiting.Count >= policy.Capacity) Drop();
            _waiting.Enqueue(hold(value));
            if (_isDraining) return;
            _isDraining = true;
        }
        scheduler.Schedule(Drain);
    }

    public void OnError(Exception error) => End(error);
    public void OnCompleted() => End(null);

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            while (_waiting.TryDequeue(out var item)) release(item);
        }
    }

    private void End(Exception? error)
    {
        lock (_lock)
        {
            if (_hasEnded || _isDisposed) return;
            (_hasEnded, _error) = (true, error);
            if (error is not null)
                while (_waiting.Count > 0) Drop();
            if (_isDraining) return;
            _isDraining = true;
        }
        scheduler.Schedule(Drain);
    }

    private void Drain()
    {
        while (true)
        {
            T item;
            lock (_lock)
            {
                if (_isDisposed) return;
                if (_waiting.Count == 0)
                {
                    if (_hasEnded) break;
                    _isDraining = false;
                    return;
                }
                item = _waiting.Dequeue();
            }
            try
            {
                observer.OnNext(item);
                counter.CountDelivered();
            }
            finally { release(item); }
        }
        if (_error is null) observer.OnCompleted();
        else observer.OnError(_error);
    }

    private void Drop()
    {
        release(_waiting.Dequeue());
        counter.CountDropped();
    }
}

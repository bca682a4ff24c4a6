using System.Diagnostics;
using System.Reactive.Concurrency;
using System.Reactive.Disposables;

namespace RobotRL.Sensing;

/// <summary>
/// A scheduler with one thread, by the monotonic clock. Rx's own event loop waits on the thread pool's timers and the wall clock: on a busy machine it comes
/// tens of milliseconds late, and a corrected clock moves its schedule. Disposal runs what is due and waits for the thread to end.
/// </summary>
public sealed class StreamThread : LocalScheduler, IDisposable
{
    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(2);

    private readonly object _changed = new();
    private readonly PriorityQueue<Action, (DateTimeOffset Due, long Order)> _items = new();
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly Thread _thread;
    private long _order;
    private bool _isEnding;

    /// <param name="name">Of the thread.</param>
    /// <param name="entered">Runs first on it, to set its priority; null for none.</param>
    public StreamThread(string name, Action? entered = null)
    {
        _thread = new Thread(() => { entered?.Invoke(); Run(); }) { Name = name, IsBackground = true };
        _thread.Start();
    }

    /// <inheritdoc/>
    public override DateTimeOffset Now => VirtualTime.Origin + _clock.Elapsed;

    /// <inheritdoc/>
    public override IDisposable Schedule<TState>(TState state, TimeSpan dueTime, Func<IScheduler, TState, IDisposable> action) =>
        Schedule(state, Now + Scheduler.Normalize(dueTime), action);

    /// <inheritdoc/>
    public override IDisposable Schedule<TState>(TState state, DateTimeOffset dueTime, Func<IScheduler, TState, IDisposable> action)
    {
        var running = new SingleAssignmentDisposable();
        lock (_changed)
        {
            if (_isEnding) return Disposable.Empty;
            _items.Enqueue(() => { if (!running.IsDisposed) running.Disposable = action(this, state); }, (dueTime, _order++));
            Monitor.Pulse(_changed);
        }
        return running;
    }

    public void Dispose()
    {
        lock (_changed)
        {
            _isEnding = true;
            Monitor.Pulse(_changed);
        }
        // A driver that never returns keeps its thread, which ends with the process.
        if (Thread.CurrentThread != _thread) _thread.Join(EndsWithin);
    }

    private void Run()
    {
        while (Next() is { } item) item();
    }

    /// <summary>Waits for the next item that is due; null at the end.</summary>
    private Action? Next()
    {
        lock (_changed)
            while (true)
            {
                if (_items.TryPeek(out _, out var at) && at.Due <= Now) return _items.Dequeue();
                if (_isEnding) return null;
                if (_items.Count == 0) Monitor.Wait(_changed);
                else Monitor.Wait(_changed, Math.Max(1, (int)Math.Ceiling((at.Due - Now).TotalMilliseconds)));
            }
    }
}

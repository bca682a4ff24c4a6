using RobotRL.Control;
using RobotRL.Model;

namespace RobotRL.Recording.Events;

/// <summary>What of the loop's records is kept of an event.</summary>
/// <param name="Before">Ticks before the event's own.</param>
/// <param name="After">Ticks after it.</param>
/// <param name="Longest">Ticks after which a file is closed and the next one goes on.</param>
/// <param name="MostLimitFiles">So many files a session may begin with a limit; further ones are only counted.</param>
public sealed record EventWindow(int Before, int After, int Longest = 60_000, int MostLimitFiles = 20)
{
    /// <summary>10 s before and after.</summary>
    public static EventWindow Of(long controlPeriodNs) => new(
        (int)(10_000_000_000 / controlPeriodNs), (int)(10_000_000_000 / controlPeriodNs), (int)(60_000_000_000 / controlPeriodNs));
}

/// <summary>
/// Freezes the records of the control loop around each event to disk. The loop knows nothing of it: it writes its ring, and this copies out of it,
/// on a thread of its own or, in virtual time, whenever <see cref="Poll"/> is called. No tick is in two files, and each file is gapless: an event
/// within the window of another extends it, and one shortly after begins where the last file ends.
/// <code>
/// event        ↓                    ↓       ↓
/// file    ├─before─┼─after─┤   ├────┼───────┼─after─┤
/// </code>
/// A disk that fails ends the recording and is reported once: nothing is recorded any more, so the robot must stop.
/// </summary>
public sealed class EventRecorder : IDisposable
{
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(100);

    private readonly ControlRing _ring;
    private readonly EventFolder _folder;
    private readonly EventInfo _info;
    private readonly EventWindow _window;
    private readonly Action<IOException> _failed;
    private readonly EventWatch _watch;
    private readonly ManualResetEventSlim _end = new();
    private Thread? _thread;
    private EventWriter? _writer;
    private ControlRecord _record, _earlier;
    private long _next, _until, _stored, _lost;
    private int _file = -1, _limitFiles;
    private volatile IOException? _failure;

    /// <param name="ring">The loop's. Longer than the window before an event by as much as polling may be late.</param>
    /// <param name="folder">Where files go.</param>
    /// <param name="info">What every file says of the session.</param>
    /// <param name="window">What is kept.</param>
    /// <param name="failed">Called once, on the recording thread, when the disk fails: stop the robot.</param>
    public EventRecorder(ControlRing ring, EventFolder folder, EventInfo info, EventWindow window, Action<IOException> failed)
    {
        if (ring.Capacity <= window.Before + 1)
            throw new ArgumentException($"A ring of {ring.Capacity} records cannot keep {window.Before} before an event.", nameof(ring));
        (_ring, _folder, _info, _window, _failed) = (ring, folder, info, window, failed);
        _watch = new(window.After);
        _next = _stored = ring.Written;
    }

    /// <summary>For a control loop: 10 s before and after each event, and a stop of the robot when that cannot be recorded.</summary>
    public static EventRecorder Of(ControlCycle cycle, string folder, string configHash, long wallClockOffsetNs, Action<string> log, string arm = "")
    {
        var periodNs = cycle.Description.ControlPeriodNs;
        EventInfo info = new(configHash, periodNs, wallClockOffsetNs) { Arm = arm };
        return new(cycle.Records, EventFolder.Open(folder, log), info, EventWindow.Of(periodNs), failure =>
        {
            cycle.HoldStop(FaultCode.StorageFailure);
            log($"Events are not recorded any more, so the robot is stopped: {failure.Message}");
        });
    }

    /// <summary>Why nothing is recorded any more; null as long as it is.</summary>
    public IOException? Failure => _failure;

    /// <summary>Events seen, and those of them that began with a limit and were not stored.</summary>
    public int Events { get; private set; }
    public int Unstored { get; private set; }

    /// <summary>Polls on a thread of its own until disposed.</summary>
    public void Start()
    {
        _thread = new Thread(() =>
        {
            do Poll(); while (!_end.Wait(PollEvery));
        })
        { Name = "events", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Takes up all that the loop has recorded since. One thread.</summary>
    public void Poll() => Guarded(() =>
    {
        for (var written = _ring.Written; _next < written; _next++)
        {
            if (!_ring.TryRead(_next, ref _record))
            {
                FallBehind();
                continue;
            }
            if (_watch.Sees(_record, out var mark)) Take(mark);
            if (_writer is null) continue;
            Store(_record, _next);
            if (_next >= _until) Close(EventEnd.Window);
            else if (_writer.Ticks >= _window.Longest) GoOn();
        }
        _writer?.Flush();
    });

    /// <summary>Ends the recording; an event whose window is not over yet is kept as far as it goes.</summary>
    public void Dispose()
    {
        _end.Set();
        _thread?.Join();
        Poll();
        Guarded(() => Close(EventEnd.Session));
        _writer?.Dispose();
        _end.Dispose();
    }

    private void Take(in EventMark mark)
    {
        Events++;
        if (_writer is null)
        {
            if (mark.Kind == EventKind.Limit && _limitFiles == _window.MostLimitFiles)
            {
                Unstored++;
                return;
            }
            if (mark.Kind == EventKind.Limit) _limitFiles++;
            Begin(Math.Max(_stored, _next - _window.Before));
        }
        _writer!.Append(mark);
        _until = _next + _window.After;
    }

    private void Begin(long first)
    {
        _lost = 0;
        _writer = _folder.Begin(_info with { Follows = first == _stored ? _file : -1 }, out _file);
        for (var i = first; i < _next; i++)
            if (_ring.TryRead(i, ref _earlier)) Store(_earlier, i);
            else _lost++;
    }

    private void Store(in ControlRecord record, long index)
    {
        _writer!.Append(record);
        _stored = index + 1;
    }

    private void GoOn()
    {
        Close(EventEnd.Continued);
        _writer = _folder.Begin(_info with { Follows = _file }, out _file);
    }

    private void Close(EventEnd end)
    {
        if (_writer is null) return;
        _writer.Complete(end, _lost);
        _writer = null;
    }

    /// <summary>The loop has overwritten what was to be read next, or something else has.</summary>
    private void FallBehind()
    {
        var oldest = Math.Max(_ring.Written - _ring.Capacity + 1, _next + 1);
        if (_writer is not null) _lost += oldest - _next;
        _next = oldest - 1;
    }

    private void Guarded(Action body)
    {
        if (_failure is not null) return;
        try
        {
            body();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _failure = e as IOException ?? new IOException(e.Message, e);
            try
            {
                _writer?.Dispose();
            }
            catch (IOException)
            {
                // What could not be written before cannot be now.
            }
            _writer = null;
            _failed(_failure);
        }
    }
}

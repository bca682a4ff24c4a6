using RobotRL.Model;

namespace RobotRL.Control;

/// <summary>Gives the loop its time and the wait between ticks.</summary>
public interface IPacer
{
    /// <summary>The session's clock.</summary>
    Stamp Now { get; }

    /// <summary>How late after its deadline the present tick began, ns.</summary>
    long LatenessNs { get; }

    /// <summary>
    /// How long after the end of the period before the present tick began, ns: as the lateness, with the periods whose deadlines were skipped.
    /// </summary>
    long BehindNs { get; }

    /// <summary>Time gone since the present tick's deadline, ns; 0 in virtual time.</summary>
    long SinceDeadlineNs { get; }

    /// <summary>Deadlines missed by a whole period or more, in all.</summary>
    long Overruns { get; }

    /// <summary>Ends the present period: returns at the beginning of the next.</summary>
    void Next();
}

/// <summary>Virtual time: the next period begins when the plant has stepped. Never late.</summary>
public sealed class LockstepPacer(IPlant plant) : IPacer
{
    public Stamp Now => plant.Now;
    public long LatenessNs => 0;
    public long BehindNs => 0;
    public long SinceDeadlineNs => 0;
    public long Overruns => 0;
    public void Next() => plant.Step();
}

/// <summary>
/// Wall-clock time by absolute deadlines on one grid, laid where the first period ends. A missed deadline is counted and skipped; the grid never moves.
/// With a plant, the session's clock is the plant's, stepped once a period: after an overrun it has fallen behind the wall, and
/// <see cref="Overruns"/> says by how many periods. A machine takes its time to wake a thread, and now and then a lot of it: the last part of the wait can be
/// spent awake, which only a thread with a CPU of its own should do.
/// </summary>
public sealed class RealtimePacer : IPacer, IDisposable
{
    private readonly long _periodNs;
    private readonly IPlant? _plant;
    private readonly DeadlineTimer _timer = new();
    private readonly long _awakeNs;
    private long _deadlineNs;
    private bool _isLaid;

    /// <param name="periodNs">Of the loop, ns.</param>
    /// <param name="plant">What is stepped once a period; none where the world moves by itself.</param>
    /// <param name="awakeNs">So long before each deadline the thread is awake and spins, ns; 0 sleeps to the deadline.</param>
    public RealtimePacer(long periodNs, IPlant? plant = null, long awakeNs = 0)
    {
        (_periodNs, _plant, _awakeNs) = (periodNs, plant, awakeNs);
        _deadlineNs = DeadlineTimer.NowNs;
    }

    public Stamp Now => _plant?.Now ?? new(DeadlineTimer.NowNs);
    public long LatenessNs { get; private set; }
    public long BehindNs { get; private set; }
    public long SinceDeadlineNs => DeadlineTimer.NowNs - _deadlineNs;
    public long Overruns { get; private set; }

    public void Next()
    {
        // The world moves on in the slack of the period that ends, as a real one does: at the deadline its state is there to be read.
        _plant?.Step();
        if (!_isLaid) (_isLaid, _deadlineNs) = (true, DeadlineTimer.NowNs);
        _deadlineNs += _periodNs;
        var due = _deadlineNs;
        var missed = (DeadlineTimer.NowNs - _deadlineNs) / _periodNs;
        if (missed > 0)
        {
            Overruns += missed;
            _deadlineNs += missed * _periodNs;
        }
        _timer.SleepUntil(_deadlineNs - _awakeNs);
        while (DeadlineTimer.NowNs < _deadlineNs) Thread.SpinWait(1);
        LatenessNs = DeadlineTimer.NowNs - _deadlineNs;
        BehindNs = LatenessNs + _deadlineNs - due;
    }

    public void Dispose() => _timer.Dispose();
}

using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control;

/// <summary>The control process died or answers no more. Its robot is no longer commanded from here.</summary>
public sealed class ControlLostException(string message) : Exception(message);

/// <summary>
/// The actor's end of a channel: a control cycle in another process. While it is attached, a thread of its own shows the control process every
/// <see cref="LinkPeriodNs"/> that this process lives; targets and heartbeats remain its user's to give.
/// </summary>
public sealed class RemoteControl : IControlPort, IDisposable
{
    /// <summary>How often this process shows that it lives, ns.</summary>
    public const long LinkPeriodNs = 2_000_000;

    private const long SilenceNs = 2_000_000_000, SceneTimeoutNs = 5_000_000_000, PollNs = 250_000;
    private const int LinkPriority = 10;

    private readonly ActorEnd _channel;
    private readonly PeerWatch _control;
    private readonly DeadlineTimer _timer = new();
    private readonly Thread _link;
    private ControlRecord _latest;
    private long _seen;
    private volatile bool _detached;

    private RemoteControl(ControlChannel channel, RobotDescription description)
    {
        _control = new(channel.Header.ControlProcess);
        (_channel, Description) = (new(channel), description);
        _link = new(ShowLife) { Name = "control link", IsBackground = true };
        _link.Start();
    }

    public RobotDescription Description { get; }
    public LatestCell<CartesianTarget> Targets => _channel.Targets;
    public LatestCell<Heartbeat> Heartbeats => _channel.Heartbeats;
    public LatestCell<ControlRecord> Latest => _channel.Latest;

    /// <summary>How many numbers the state of the simulated world is; 0 for a real one.</summary>
    public int WorldSize => _channel.WorldSize;

    /// <summary>Where the channel lies.</summary>
    public string ChannelPath => _channel.Path;

    /// <param name="name">The channel's name.</param>
    /// <param name="description">The robot, of the configuration with that hash.</param>
    /// <param name="configurationHash">SHA-256, hex: the control process must enforce the same.</param>
    /// <exception cref="ChannelRefusedException">There is no such channel, or it does not fit.</exception>
    public static RemoteControl Attach(string name, RobotDescription description, string configurationHash) =>
        new(ControlChannel.Attach(name, configurationHash), description);

    /// <inheritdoc/>
    /// <remarks>And one more: the tick under way may have begun before what was asked for just now.</remarks>
    /// <exception cref="ControlLostException">The control process is gone, or its memory is corrupt.</exception>
    public void Advance(int ticks)
    {
        var until = Tick + ticks + 1;
        var (newest, since) = (-1L, DeadlineTimer.NowNs);
        for (long tick; (tick = Tick) < until;)
        {
            RequireSound();
            if (tick != newest) (newest, since) = (tick, DeadlineTimer.NowNs);
            else RequireControl(since, SilenceNs);
            _timer.SleepUntil(DeadlineTimer.NowNs + Math.Max(PollNs, (until - tick - 2) * Description.ControlPeriodNs));
        }
    }

    public void RequestReset() => _channel.RequestReset();
    public void RequestAutomaticReset() => _channel.RequestAutomaticReset();
    public void RequestStop(FaultCode cause) => _channel.RequestStop(cause);
    public void RequestRebase() => _channel.RequestRebase();

    public bool TryChangeLimits(SafetyLimits limits)
    {
        _channel.RefuseLimitChange();
        return false;
    }

    /// <summary>
    /// Has the simulated scene set up anew, and clears what may be cleared without an operator. False while someone commands, since the arm must not be
    /// placed elsewhere in mid-motion, and while a stop waits for its operator.
    /// </summary>
    /// <exception cref="ControlLostException">The control process is gone.</exception>
    public bool ResetScene(ulong seed)
    {
        if (WorldSize == 0) throw new InvalidOperationException("The robot of this control process has no scene that could be set up.");
        var refused = _channel.Answers.ScenesRefused;
        var asked = _channel.RequestScene(seed);
        for (var since = DeadlineTimer.NowNs; _channel.Answers.Scenes != asked; _timer.SleepUntil(DeadlineTimer.NowNs + PollNs))
            RequireControl(since, SceneTimeoutNs);
        return _channel.Answers.ScenesRefused == refused;
    }

    /// <summary>Copies the newest state of the simulated world; false when there is none newer than the last one.</summary>
    /// <exception cref="ControlLostException">What lies there, the control process has not written.</exception>
    public bool TryReadWorld(Span<double> state, ref Stamp time)
    {
        var isNew = _channel.TryReadWorld(state, ref time);
        RequireSound();
        return isNew;
    }

    /// <summary>The state of the simulated world for one more thread, such as a camera's. Not to be used once this is disposed.</summary>
    public WorldReader OpenWorld() => _channel.OpenWorld();

    /// <summary>Has the control process stop the robot and end: for whoever started it.</summary>
    public void RequestEnd() => _channel.RequestEnd();

    /// <summary>Signs off and detaches; the control process goes on without anyone who commands.</summary>
    public void Dispose()
    {
        _detached = true;
        _link.Join();
        Heartbeats.Publish(new(_latest.Time, CommandingState.SignedOff));
        _timer.Dispose();
        _control.Dispose();
        _channel.Dispose();
    }

    private long Tick
    {
        get
        {
            Latest.TryRead(ref _latest, ref _seen);
            return _latest.Tick;
        }
    }

    /// <summary>Nothing that is read here can be trusted any more: the robot is stopped, as far as that is still heard, and this end gives up.</summary>
    private void RequireSound()
    {
        if (_channel.IsSound) return;
        RequestStop(FaultCode.ChannelCorrupt);
        throw new ControlLostException(
            "The memory shared with the control process holds what that process has not written, so nothing here can go by it; the robot is stopped. "
            + "Find out what writes there, start the control process anew, then run the same command: it resumes");
    }

    private void RequireControl(long sinceNs, long timeoutNs)
    {
        RequireSound();
        if (_control.HasExited)
            throw new ControlLostException(
                "The control process ended, so nothing here commands the robot any more; start it anew, then run the same command: it resumes");
        if (DeadlineTimer.NowNs - sinceNs > timeoutNs)
            throw new ControlLostException(
                $"The control process has shown no life for {timeoutNs / 1_000_000_000} s; end it, start it anew, then run the same command: it resumes");
    }

    private void ShowLife()
    {
        // Above whatever else this process does, where the system lets it: a busy moment is no loss of the link.
        RealTimeThread.TryFifo(LinkPriority);
        using var timer = new DeadlineTimer();
        for (var next = DeadlineTimer.NowNs; !_detached; timer.SleepUntil(next = Math.Max(next + LinkPeriodNs, DeadlineTimer.NowNs))) _channel.Beat();
    }
}

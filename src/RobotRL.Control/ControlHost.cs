using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control;

/// <summary>
/// The loop of a control process: the cycle, tick by tick, and between two ticks the watch over the link to the actor. An actor that is attached,
/// commands, and shows no life for longer than the link may be silent stops the robot, as does one of another build.
/// </summary>
public sealed class ControlHost
{
    private const int StopTicks = 5000;

    private readonly ControlCycle _cycle;
    private readonly ControlChannel _channel;
    private readonly long _linkMaxTicks;
    private Heartbeat _heartbeat;
    private volatile bool _endsAtOnce;
    private long _heartbeatsSeen, _actor, _beats, _silentTicks;

    /// <param name="cycle">The cycle, over the channel's cells.</param>
    /// <param name="channel">The control process's side of it.</param>
    /// <param name="linkMaxAgeNs">Longest silence of a commanding actor's process, ns.</param>
    public ControlHost(ControlCycle cycle, ControlChannel channel, long linkMaxAgeNs)
    {
        (_cycle, _channel) = (cycle, channel);
        _linkMaxTicks = Math.Max(1, linkMaxAgeNs / cycle.Description.ControlPeriodNs);
        Figures = new(cycle.Description.ControlPeriodNs);
    }

    public CycleFigures Figures { get; }

    /// <summary>
    /// Runs until cancelled, or until the actor asks for the end; then stops the robot, waits until it stands, and leaves it without power. So it is left
    /// whatever ends the loop. On the thread of the loop, which allocates nothing here.
    /// </summary>
    public void Run(CancellationToken until)
    {
        try
        {
            RunToTheEnd(until);
        }
        catch (Exception e)
        {
            _cycle.Abandon(e);
            throw;
        }
        _cycle.End(FaultCode.OperatorStop);
    }

    /// <summary>Has the loop leave its last command in the coming tick, without a stop before it: for a process that is going down. From any thread.</summary>
    public void EndAtOnce() => _endsAtOnce = true;

    private void RunToTheEnd(CancellationToken until)
    {
        Tick(); // whatever is done once is done
        Figures.Begin();
        _channel.Open();
        while (!until.IsCancellationRequested && !_endsAtOnce && Volatile.Read(ref _channel.Header.EndAsked) == 0) Tick();
        _channel.Cells.RequestStop(FaultCode.OperatorStop);
        Tick();
        for (var i = 0; i < StopTicks && !_endsAtOnce && _cycle.Records[0].Gate is GateState.Running or GateState.Stopping; i++) Tick();
        Figures.End();
    }

    private void Tick()
    {
        _cycle.Run(1);
        Figures.Add(_cycle.Records[0]);
        WatchLink();
    }

    private void WatchLink()
    {
        ref var header = ref _channel.Header;
        var actor = Volatile.Read(ref header.ActorGeneration);
        if (actor != _actor)
        {
            _actor = actor;
            // As long as it is there: a reset does not make it understood.
            if (Volatile.Read(ref header.ActorLayout) != ChannelLayout.Hash) _channel.Cells.HoldStop(FaultCode.ProtocolMismatch);
            else _channel.Cells.ReleaseStop(FaultCode.ProtocolMismatch);
        }
        var beats = Volatile.Read(ref header.LinkBeats);
        _silentTicks = beats == _beats ? _silentTicks + 1 : 0;
        _beats = beats;
        _channel.Cells.Heartbeats.TryRead(ref _heartbeat, ref _heartbeatsSeen);
        if (_silentTicks > _linkMaxTicks && _heartbeat.State == CommandingState.Commanding) _channel.Cells.RequestStop(FaultCode.HeartbeatLost);
    }
}

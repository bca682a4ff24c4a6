using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control;

/// <summary>
/// The loop of a control process: what the actor wrote is examined, the cycle takes it up, and what came of it goes out. An actor that is attached,
/// commands, and shows no life for longer than the link may be silent stops the robot, as do one of another build and a memory that no actor wrote.
/// </summary>
public sealed class ControlHost
{
    private const int StopTicks = 5000;

    private readonly ControlCycle _cycle;
    private readonly ControlChannel _channel;
    private readonly ChannelIntake _intake;
    private volatile bool _endsAtOnce;
    private Stamp _now;

    /// <param name="cycle">The cycle, over the channel's cells.</param>
    /// <param name="channel">The control process's side of it.</param>
    /// <param name="linkMaxAgeNs">Longest silence of a commanding actor's process, ns.</param>
    public ControlHost(ControlCycle cycle, ControlChannel channel, long linkMaxAgeNs)
    {
        var (limits, periodNs) = (cycle.Description.Limits, cycle.Description.ControlPeriodNs);
        (_cycle, _channel) = (cycle, channel);
        _intake = new(channel, Math.Max(1, linkMaxAgeNs / periodNs), Math.Max(1, limits.HeartbeatMaxAgeNs / periodNs));
        Figures = new(periodNs);
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
            _channel.Latest.Publish(_cycle.Newest);
            throw;
        }
        _cycle.End(FaultCode.OperatorStop);
        _channel.Latest.Publish(_cycle.Newest);
    }

    /// <summary>Has the loop leave its last command in the coming tick, without a stop before it: for a process that is going down. From any thread.</summary>
    public void EndAtOnce() => _endsAtOnce = true;

    private void RunToTheEnd(CancellationToken until)
    {
        Tick(); // whatever is done once is done
        Figures.Begin();
        _channel.Open();
        while (!until.IsCancellationRequested && !_endsAtOnce && !_intake.IsEndAsked) Tick();
        _channel.Cells.RequestStop(FaultCode.OperatorStop);
        Tick();
        for (var i = 0; i < StopTicks && !_endsAtOnce && _cycle.Newest.Gate is GateState.Running or GateState.Stopping; i++) Tick();
        Figures.End();
    }

    private void Tick()
    {
        _intake.Take(_now);
        _cycle.Tick();
        ref readonly var tick = ref _cycle.Newest;
        _now = tick.Time;
        _channel.Latest.Publish(tick);
        _cycle.Wait();
        Figures.Add(tick);
    }
}

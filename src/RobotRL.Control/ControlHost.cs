using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control;

/// <summary>
/// The loop of a control process: what the actor wrote is examined, the cycles take it up, and what came of it goes out. An actor that is attached,
/// commands, and shows no life for longer than the link may be silent stops the robot, as do one of another build and a memory that no actor wrote.
/// </summary>
public sealed class ControlHost
{
    private const int StopTicks = 5000;

    private readonly CycleGroup _group;
    private readonly ControlChannel[] _channels;
    private readonly ChannelIntake[] _intakes;
    private volatile bool _endsAtOnce;
    private Stamp _now;

    /// <param name="group">The cycles, each over its channel's cells.</param>
    /// <param name="channels">The control process's side of each arm's, in the order of the arms.</param>
    /// <param name="linkMaxAgeNs">Longest silence of a commanding actor's process, ns.</param>
    public ControlHost(CycleGroup group, IReadOnlyList<ControlChannel> channels, long linkMaxAgeNs)
    {
        var robot = group.Cycles[0].Description;
        var (silent, busy) = (linkMaxAgeNs / robot.ControlPeriodNs, robot.Limits.HeartbeatMaxAgeNs / robot.ControlPeriodNs);
        (_group, _channels) = (group, [.. channels]);
        _intakes = [.. channels.Select(channel => new ChannelIntake(channel, Math.Max(1, silent), Math.Max(1, busy)))];
        Figures = new(robot.ControlPeriodNs);
    }

    /// <summary>Of the arm that is written to last in a period.</summary>
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
            _group.Abandon(e);
            Publish();
            throw;
        }
        _group.End(FaultCode.OperatorStop);
        Publish();
    }

    /// <summary>Has the loop leave its last command in the coming tick, without a stop before it: for a process that is going down. From any thread.</summary>
    public void EndAtOnce() => _endsAtOnce = true;

    private void RunToTheEnd(CancellationToken until)
    {
        Tick(); // whatever is done once is done
        Figures.Begin();
        foreach (var channel in _channels) channel.Open();
        while (!until.IsCancellationRequested && !_endsAtOnce && !IsEndAsked) Tick();
        foreach (var channel in _channels) channel.Cells.RequestStop(FaultCode.OperatorStop);
        Tick();
        for (var i = 0; i < StopTicks && !_endsAtOnce && IsMoving; i++) Tick();
        Figures.End();
    }

    private void Tick()
    {
        foreach (var intake in _intakes) intake.Take(_now);
        _group.Tick();
        Publish();
        ref readonly var tick = ref _group.Cycles[^1].Newest;
        _now = tick.Time;
        _group.Wait();
        Figures.Add(tick);
    }

    private bool IsEndAsked
    {
        get
        {
            foreach (var intake in _intakes)
                if (intake.IsEndAsked) return true;
            return false;
        }
    }

    private bool IsMoving
    {
        get
        {
            foreach (var cycle in _group.Cycles)
                if (cycle.Newest.Gate is GateState.Running or GateState.Stopping) return true;
            return false;
        }
    }

    private void Publish()
    {
        for (var i = 0; i < _channels.Length; i++) _channels[i].Latest.Publish(_group.Cycles[i].Newest);
    }
}

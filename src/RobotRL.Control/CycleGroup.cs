using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control;

/// <summary>
/// The cycles of a cell's arms in one loop: in each period every arm has its tick, then the world moves on. Each arm has a gate and a commander of its own;
/// what they share is a stop, and where the other one is. When one arm stops, the other is told in the same period and stops with its next tick, at most one
/// period later. An arm that was cleared alone has <see cref="AloneMaxNs"/> until the other is cleared too.
/// </summary>
public sealed class CycleGroup
{
    /// <summary>So long may one arm run while another is stopped: a reset reaches two arms in two messages, ns.</summary>
    public const long AloneMaxNs = 50_000_000;

    private readonly ControlCycle[] _cycles;
    private readonly IPacer _pacer;
    private readonly bool[] _isStopped;
    private readonly long[] _resets;
    private readonly int _aloneMaxTicks;
    private int _aloneTicks;

    /// <param name="cycles">In the order of the cell's arms; all with the same pacer.</param>
    /// <param name="pacer">Their time.</param>
    public CycleGroup(IReadOnlyList<ControlCycle> cycles, IPacer pacer)
    {
        (_cycles, _pacer, _isStopped, _resets) = ([.. cycles], pacer, new bool[cycles.Count], new long[cycles.Count]);
        _aloneMaxTicks = (int)(AloneMaxNs / cycles[0].Description.ControlPeriodNs);
        Ports = _cycles.Length == 1 ? _cycles : [.. _cycles.Select(cycle => new Port(cycle, this))];
    }

    public IReadOnlyList<ControlCycle> Cycles => _cycles;

    /// <summary>Each arm's, for its commander. Where one lets time pass, it passes for all.</summary>
    public IReadOnlyList<IControlPort> Ports { get; }

    public void Run(int ticks)
    {
        try
        {
            for (var i = 0; i < ticks; i++)
            {
                Tick();
                _pacer.Next();
            }
        }
        catch (Exception e)
        {
            Abandon(e);
            throw;
        }
    }

    /// <summary>The last command of every arm removes its power.</summary>
    public void End(FaultCode cause)
    {
        foreach (var cycle in _cycles) cycle.End(cause);
    }

    /// <summary>The loop ends by an exception: every arm gets its last command, whatever happens to another's.</summary>
    /// <exception cref="AggregateException">An arm did not get it.</exception>
    public void Abandon(Exception because)
    {
        List<Exception> failed = [];
        foreach (var cycle in _cycles)
        {
            try
            {
                cycle.Abandon(because);
            }
            catch (AggregateException e)
            {
                failed.Add(e);
            }
        }
        if (failed.Count > 0) throw new AggregateException("The control loop failed, and so did the last command of an arm.", failed);
    }

    /// <summary>Every arm's tick of a period, without the wait.</summary>
    internal void Tick()
    {
        if (_cycles.Length == 1)
        {
            _cycles[0].Tick();
            return;
        }
        for (var i = 0; i < _cycles.Length; i++)
        {
            var other = _cycles[1 - i];
            if (other.Newest.Tick > 0) _cycles[i].ShowOther(PostureOf(other.Newest));
            _cycles[i].RefuseAutomaticResets(other.Newest.NeedsOperator);
            _cycles[i].Tick();
            ref readonly var newest = ref _cycles[i].Newest;
            var (isStopped, resets) = (newest.Gate != GateState.Running, (long)newest.OperatorResets + newest.AutomaticResets);
            // One that was cleared and stopped again in the same tick has stopped anew.
            if (isStopped && (resets != _resets[i] || !_isStopped[i] && !_isStopped[1 - i])) other.RequestStop(FaultCode.OtherArmStopped);
            (_isStopped[i], _resets[i]) = (isStopped, resets);
        }
        WatchAlone();
    }

    /// <summary>Ends the period.</summary>
    internal void Wait() => _pacer.Next();

    private static OtherPosture PostureOf(in ControlRecord newest) =>
        new() { MeasuredRad = newest.Measured.Position, ReferenceRad = newest.Gate == GateState.PowerRemoved ? newest.Measured.Position : newest.PostureRad };

    private void WatchAlone()
    {
        _aloneTicks = _isStopped[0] == _isStopped[1] ? 0 : _aloneTicks + 1;
        if (_aloneTicks <= _aloneMaxTicks) return;
        _cycles[_isStopped[0] ? 1 : 0].RequestStop(FaultCode.OtherArmStopped);
    }

    /// <summary>An arm's port, whose time is the group's.</summary>
    private sealed class Port(ControlCycle cycle, CycleGroup group) : IControlPort
    {
        public RobotDescription Description => cycle.Description;
        public LatestCell<CartesianTarget> Targets => cycle.Targets;
        public LatestCell<Heartbeat> Heartbeats => cycle.Heartbeats;
        public LatestCell<ControlRecord> Latest => cycle.Latest;
        public void Advance(int ticks) => group.Run(ticks);
        public void RequestReset() => cycle.RequestReset();
        public void RequestAutomaticReset() => cycle.RequestAutomaticReset();
        public void RequestStop(FaultCode cause) => cycle.RequestStop(cause);
        public void RequestRebase() => cycle.RequestRebase();
        public bool TryChangeLimits(SafetyLimits limits) => cycle.TryChangeLimits(limits);
    }
}

using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control.Tests;

/// <summary>A control process's loop over a real channel, whose world is the loopback robot and whose time is the robot's.</summary>
internal sealed class VirtualHost : ISimulatedWorld, IDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly ControlCycle _cycle;
    private readonly ControlHost _host;
    private readonly List<Fault> _faults = [];
    private int _ticks = int.MaxValue;

    public VirtualHost(string name, string hash, bool hasWorld = false, ControlRing? records = null)
    {
        Channel = ControlChannel.Create(name, hash, hasWorld ? StateSize : 0);
        LockstepPacer pacer = new(hasWorld ? new PublishedWorld(this, Channel) : this);
        _cycle = new(Robot, pacer, TestArm.Task.EndEffectorInFlange, 4096, new() { Cells = Channel.Cells, Records = records });
        _host = new(new CycleGroup([_cycle], pacer), [Channel], linkMaxAgeNs: 20_000_000);
        Channel.Open();
    }

    public ControlChannel Channel { get; }
    public LoopbackRobot Robot { get; } = new(TestArm.Description);

    /// <summary>Called at the end of each tick, with how many there were before.</summary>
    public Action<int> EachTick { get; set; } = _ => { };

    public Stamp Now => Robot.Now;
    public int StateSize => 7;

    /// <summary>Scenes set up.</summary>
    public int Scenes { get; private set; }

    /// <summary>The newest tick, as the loop knows it itself.</summary>
    public ref readonly ControlRecord Newest => ref _cycle.Newest;

    public int FirstFault => _faults.FindIndex(f => !f.IsNone);

    public Fault FaultAt(int tick) => _faults[tick];

    /// <summary>Runs so many ticks, and then until the robot stands, as a control process does that is asked to end.</summary>
    public void Until(int ticks)
    {
        _ticks = ticks;
        _host.Run(_end.Token);
    }

    /// <summary>Ticks until the end that was asked for.</summary>
    public int Ticks { get; private set; }

    public void Step()
    {
        Robot.Step();
        EachTick(Ticks++);
        if (_faults.Count >= _ticks) return;
        _faults.Add(_cycle.Newest.Fault);
        if (_faults.Count == _ticks) _end.Cancel();
    }

    public void Reset(ulong seed)
    {
        Scenes++;
        Robot.Place([.. TestArm.Description.HomeRad]);
    }

    public void CopyState(Span<double> state)
    {
        for (var i = 0; i < state.Length; i++) state[i] = Robot.TrueState.Position[i];
    }

    public void Dispose()
    {
        Channel.Dispose();
        Robot.Dispose();
        _end.Dispose();
    }
}

/// <summary>The commanding side of a <see cref="VirtualHost"/>: it moves the arm, decision by decision, whatever becomes of it.</summary>
internal sealed class VirtualActor : IControlPort, IDisposable
{
    private const int TicksPerDecision = 100;

    private readonly ControlSession _session;
    private int _ticks;

    public VirtualActor(string name, string hash)
    {
        End = new(ControlChannel.Attach(name, hash));
        _session = new(this, TestArm.Task);
    }

    public ActorEnd End { get; }
    public RobotDescription Description => TestArm.Description;
    public LatestCell<CartesianTarget> Targets => End.Targets;
    public LatestCell<Heartbeat> Heartbeats => End.Heartbeats;
    public LatestCell<ControlRecord> Latest => End.Latest;

    /// <summary>One tick of its life: a beat of its link, and now and then a decision.</summary>
    public void Tick()
    {
        End.Beat();
        if (_ticks == 0) _session.BeginEpisode(_session.Home);
        if (_ticks++ % TicksPerDecision != 0) return;
        var action = TestArm.Action(0.6f * MathF.Cos(_ticks), 0.6f * MathF.Sin(_ticks), 0.2f * MathF.Sin(3 * _ticks), 0.5f * MathF.Cos(2 * _ticks));
        _session.BeginDecision(action, action, ActionSource.Policy);
    }

    public void Advance(int ticks) { }
    public void RequestReset() => End.RequestReset();
    public void RequestStop(FaultCode cause) => End.RequestStop(cause);
    public void RequestAutomaticReset() => End.RequestAutomaticReset();
    public void RequestRebase() => End.RequestRebase();
    public bool TryChangeLimits(SafetyLimits limits) => false;
    public void Dispose() => End.Dispose();
}

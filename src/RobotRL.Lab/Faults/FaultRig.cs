using RobotRL.Control;
using RobotRL.Lab.Bench;
using RobotRL.Model;
using RobotRL.Robots.Mujoco;
using RobotRL.Safety;
using RobotRL.Tasks;

namespace RobotRL.Lab.Faults;

/// <summary>
/// The shipped peg insertion in virtual time, in motion when the fault comes, with a commander who goes on commanding whatever happens.
/// <code>
/// decision  0 …… 4 ─┬─ 37 ticks ─ fault ──── stop ──── held
///                   └ every 100 ticks a new target, unless the commander is the fault
/// </code>
/// </summary>
internal sealed class FaultRig : IDisposable
{
    private const int Motions = 50, DecisionsBefore = 4, TicksIntoDecision = 37, MostTicks = 3000, StandstillTicks = 3000;

    private readonly FaultyRobot _robot;
    private int _decisions, _ticks;

    /// <param name="critic">The critic of the reflex layer; null for none.</param>
    /// <param name="layer">How the reflex layer is set; null for <see cref="Layer"/>.</param>
    /// <param name="autoClear">Stops that a scene reset clears; null for those of the shipped arm.</param>
    /// <param name="overrides">Values that differ from the shipped configuration.</param>
    public FaultRig(ICritic? critic = null, SafetyLayerParameters? layer = null, FaultSet? autoClear = null, params (string Key, string Value)[] overrides)
    {
        var configuration = BenchShapes.PegInsert(overrides);
        if (autoClear is { } listed) configuration = configuration with { Robot = configuration.Robot with { AutoClear = listed } };
        var task = Task = configuration.Task;
        var robot = new MujocoRobot(configuration.Robot, task.ScenePath);
        var scene = SimulatedTask.Create(task, robot);
        (World, _robot) = (robot, new(robot));
        if (critic is not null) Critics.Publish(critic);
        Pacer = new(_robot);
        Cycle = new(_robot, Pacer, task.EndEffectorInFlange,
            parts: new() { Reflex = Reflex.Of(layer ?? Layer, task, configuration.Robot, Critics) });
        Session = new(Cycle, task);
        scene.Reset(1);
        Session.Rebase();
        Session.BeginEpisode(Session.Home);
        Step(DecisionsBefore * Session.TicksPerDecision + TicksIntoDecision);
        if (Session.IsStopped) throw new InvalidOperationException($"The motion before the fault was stopped: {Session.Latest.Fault}");
    }

    /// <summary>
    /// The reflex layer of these tests. It interrupts a command that is risky for 3 ms, and stops the robot when a hold stays risky for half a second.
    /// </summary>
    public static SafetyLayerParameters Layer { get; } = new()
    {
        CriticFolder = null,
        Mode = CriticMode.On,
        RiskThreshold = 0.5,
        FeasibilityThreshold = 0,
        TriggerNs = 3_000_000,
        Hysteresis = 0.1,
        Recovery = new(RecoveryKind.Analytic, PathS: 0.5, DurationS: 0.5, StiffnessShare: 0.5),
        HoldS = 0.5,
        MaxAgeS = 0,
    };

    public TaskDescription Task { get; }
    public CriticCell Critics { get; } = new();
    public ControlCycle Cycle { get; }
    public ControlSession Session { get; }
    public LoopbackFaults Faults => _robot.Faults;
    public FaultyPacer Pacer { get; }

    /// <summary>Whether the connection to the arm breaks off in the middle of reading.</summary>
    public bool BreaksOff { set => _robot.BreaksOff = value; }

    /// <summary>The arm itself, whatever it reports.</summary>
    public MujocoRobot World { get; }

    /// <summary>Called after each control period.</summary>
    public Action? AfterTick { get; set; }

    /// <summary>Whether the commander has gone silent; whether he shows that he lives and commands nothing.</summary>
    public bool IsSilent { get; set; }
    public bool IsIdle { get; set; }

    /// <summary>Called before each decision; null for nothing.</summary>
    public Action? Deciding { get; set; }

    /// <summary>The command that the robot was given last.</summary>
    public SafeCommand LastCommand => _robot.LastCommand;

    /// <summary>The policy's proposal from now on; null for its motion.</summary>
    public ArmAction? Proposal { get; set; }

    /// <summary>A rig, the fault, and the outcome.</summary>
    public static FaultSighting See(Action<FaultRig> fault, ICritic? critic = null)
    {
        using FaultRig rig = new(critic);
        return rig.Watch(() => fault(rig));
    }

    /// <summary>Makes the fault and watches until the robot stands, or went on for seconds.</summary>
    public FaultSighting Watch(Action fault)
    {
        var periodMs = _robot.Description.ControlPeriodNs * 1e-6;
        fault();
        var stop = TicksUntil(GateState.Stopping, MostTicks);
        if (stop is null) return new(default, null, null);
        var latched = Session.Latest.Fault;
        var stand = Session.Latest.Gate is GateState.PowerRemoved ? 0 : TicksUntil(GateState.Held, StandstillTicks);
        return new(latched, stop * periodMs, stand * periodMs);
    }

    public void Decide()
    {
        var action = Proposal ?? RecordedStack.Motion(_decisions++, Motions);
        Session.BeginDecision(action, action, ActionSource.Policy);
    }

    public void Step(int ticks)
    {
        for (var i = 0; i < ticks; i++)
        {
            if (_ticks++ % Session.TicksPerDecision == 0 && !IsSilent) Command();
            Session.Advance(1);
            AfterTick?.Invoke();
        }
    }

    private void Command()
    {
        Deciding?.Invoke();
        if (IsIdle) Session.Beat();
        else Decide();
    }

    public void Dispose() => _robot.Dispose();

    private int? TicksUntil(GateState state, int most)
    {
        for (var tick = 1; tick <= most; tick++)
        {
            Step(1);
            if (Session.Latest.Gate >= state) return tick;
        }
        return null;
    }
}

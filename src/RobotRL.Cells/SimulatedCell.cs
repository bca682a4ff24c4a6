using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Critic;
using RobotRL.Model;
using RobotRL.Recording.Events;
using RobotRL.Robots.Mujoco;
using RobotRL.Robots.Mujoco.Rendering;
using RobotRL.Safety;
using RobotRL.Sensing;
using RobotRL.Sessions.Acting;
using RobotRL.Sessions.Processes;
using RobotRL.Sessions.Runs;
using RobotRL.Tasks;

namespace RobotRL.Cells;

/// <summary>
/// The composition root of the simulated robot, in flow order: world → robot → 1 kHz control cycle (reflex and gate inside it) → cameras → observations.
/// One thread owns it: physics, rendering and decisions take turns in virtual time. In real time world and cycle are in a <see cref="ControlProcess"/>,
/// the robot here is a mirror of the one there, and cameras and states run by themselves (<see cref="RealtimeSensors"/>).
/// </summary>
public sealed class SimulatedCell : ICell
{
    private readonly MujocoWorld _world;
    private readonly ITask _task;
    private readonly CellArm[] _arms;
    private readonly RemoteSimulation? _remote;
    private readonly SafetyLayer _safety;
    private readonly EventRecorder[] _events = [];
    private readonly OffscreenRenderer? _renderer;
    private readonly EpisodeStart _start;
    private readonly bool _seesGoal;
    private readonly LockstepObservations? _inTurn;
    private readonly RealtimeObservations? _streams;
    private CellTruth _truth;

    /// <param name="configuration">What is simulated, and within which limits.</param>
    /// <param name="pace">Virtual time or the wall clock's.</param>
    /// <param name="channel">In real time: of a running control process; null to start one.</param>
    /// <param name="events">Folder for what the event recorder freezes, made with the first event; null for none.</param>
    /// <param name="placement">Of a control process that is started; null for anywhere.</param>
    /// <param name="lens">In real time: what stands before each camera; null for nothing.</param>
    public SimulatedCell(
        RunConfiguration configuration, Pace pace, string? channel = null, string? events = null, Placement? placement = null, Lens? lens = null)
    {
        Configuration = configuration;
        _seesGoal = configuration.Task.Observed.Contains(ObservationPart.Goal);
        var task = configuration.Task;
        CellCameras.Require(task, pace);

        _world = new MujocoWorld(configuration.Robot, task.ScenePath, task.Arms);
        _task = SimulatedTask.Create(task, _world);

        _safety = new SafetyLayer(configuration, learnsHere: pace == Pace.Lockstep);
        if (pace == Pace.Realtime) _remote = new RemoteSimulation(configuration, channel, _world, events, placement ?? Placement.Anywhere);
        RecordedPacer pacer = new(new LockstepPacer(_world));
        var group = _remote is null ? CellLoop.Of(configuration, _world.Arms, pacer, _safety) : null;
        if (group is not null && events is not null)
            pacer.Events = _events = CellLoop.Events(configuration, group, events, wallClockOffsetNs: 0, Console.Error.WriteLine);
        _arms =
        [
            .. _world.Arms.Select((arm, i) => new CellArm
            {
                Name = arm.Name,
                Session = new ControlSession(group?.Ports[i] ?? _remote!.Controls[i], task),
                Records = group?.Cycles[i].Records,
                Ticks = group?.Cycles[i].Records ?? _remote!.Ticks[i],
                FilesOf = reflex => IsRealtime ? _safety.FilesOfVersion(reflex.CriticVersion) : _safety.FilesOf(reflex.CriticOffer),
            }),
        ];
        Control = new CellControl([.. _arms.Select(arm => arm.Session)]);
        _start = new(configuration, _arms, Control);

        if (_remote is not null)
        {
            // A machine that cannot draw is told before anything is written: each camera opens a renderer of its own later.
            if (IsDrawn(task)) using (new OffscreenRenderer(_world.Model)) { }
            _streams = RealtimeSensors.Of(configuration, _remote, _world.Model, Control, lens);
            return;
        }
        _renderer = IsDrawn(task) ? new OffscreenRenderer(_world.Model) : null;
        CaptureFrame Camera(CameraDescription camera) => new SimulatedCamera(_renderer!, _world, camera).Capture;
        _inTurn = new LockstepObservations(task, [.. task.Cameras.Select(Camera)], configuration.Robot.Limits.StateMaxAgeNs);
    }

    public RunConfiguration Configuration { get; }

    /// <inheritdoc/>
    public IReadOnlyList<CellArm> Arms => _arms;

    /// <inheritdoc/>
    public CellControl Control { get; }

    /// <summary>The reflex and where it finds its critic.</summary>
    public SafetyLayer Safety => _safety;

    public void TakeUpCritic() => _safety.TakeUp();

    /// <inheritdoc/>
    public bool IsRealtime => _remote is not null;

    /// <inheritdoc/>
    public long WallClockOffsetNs => IsRealtime ? (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick - Control.Latest.Time.Ns : 0;

    /// <inheritdoc/>
    public Stamp Now => _world.Now;

    /// <inheritdoc/>
    public ref readonly CellTruth Truth
    {
        get
        {
            _remote?.Refresh();
            _task.ReadTruth(ref _truth);
            return ref _truth;
        }
    }

    /// <inheritdoc/>
    public Observation Observe()
    {
        RequireRecords();
        if (_streams is { } streams)
        {
            _remote!.Refresh();
            var seen = streams.Observe(Control.Latest.Time);
            Ages = streams.Ages;
            for (var arm = 0; arm < _arms.Length; arm++)
            {
                _arms[arm].ObservedTick = streams.TickOf(arm);
                // Only the scene knows the goal, which the mirror here shows.
                if (_seesGoal) Proprioception.PutGoal(seen.Proprioception, arm, GoalInEndEffector(arm), Configuration.Task);
            }
            return seen;
        }
        ToolStates states = default;
        for (var arm = 0; arm < _arms.Length; arm++)
        {
            ref readonly var tick = ref _arms[arm].Session.Latest;
            _arms[arm].ObservedTick = tick.Tick;
            states[arm] = SeenOfTick.Of(tick, Configuration.Robot, _seesGoal ? GoalInEndEffector(arm) : Vector3D.Zero);
        }
        var observation = _inTurn!.Observe(Now, states);
        Ages = _inTurn.Ages;
        return observation;
    }

    /// <inheritdoc/>
    public StreamAges Ages { get; private set; } = StreamAges.None;

    /// <inheritdoc/>
    public EpisodeStreams? EndEpisode() => _streams?.EndEpisode();

    /// <summary>What a camera of the task captures at this instant, before crop and resize; for pictures, aside from the pipeline, in virtual time.</summary>
    public void Photograph(CameraDescription camera, CameraFrame frame) => new SimulatedCamera(_renderer!, _world, camera).Capture(frame);

    /// <inheritdoc/>
    public void BeginEpisode(ulong seed)
    {
        RequireRecords();
        _streams?.RequireSound();
        _start.ComeToRest();
        if (!Control.NeedsOperator) SetUp(seed);
        _inTurn?.BeginEpisode();
        if (_streams is null) return;
        // Nothing of the scene before is seen in this one. Meanwhile nobody commands.
        Control.SignOff();
        _streams.BeginEpisode(Control.Latest.Time, () => Control.Advance(1));
    }

    public void Dispose()
    {
        foreach (var events in _events) events.Dispose();
        _inTurn?.Dispose();
        _streams?.Dispose();
        _renderer?.Dispose();
        _safety.Dispose();
        _remote?.Dispose();
        _world.Dispose();
    }

    private static bool IsDrawn(TaskDescription task) => task.Cameras.Any(camera => !CellCameras.IsReal(camera));

    private Vector3D GoalInEndEffector(int arm)
    {
        _task.ReadTruth(ref _truth);
        return _truth.Arms[arm].GoalInEndEffector;
    }

    private void SetUp(ulong seed)
    {
        if (!Renew(seed))
        {
            if (Control.NeedsOperator) return; // somebody stopped the robot meanwhile
            throw new SafeStopException(
                $"The robot did not take up its place after a scene reset: {StopWords.Of(Control.Latest.Fault.Code)}; then run the same command: it resumes",
                Control.Latest.Fault);
        }
        _start.MoveToStart(seed);
        RequireRecords();
        _streams?.RequireSound();
        _start.RequireArrived();
    }

    /// <summary>The scene anew, what may be cleared without an operator cleared, and the reference where the arm is.</summary>
    private bool Renew(ulong seed)
    {
        if (_remote is null) _task.Reset(seed);
        else if (!_remote.Reset(seed)) return false;
        // A scene that is set up anew has its gripper where the scene has it, whatever was held in the one before.
        ref readonly var truth = ref Truth;
        for (var arm = 0; arm < _arms.Length; arm++) _arms[arm].Session.GripperWidthM = truth.Arms[arm].GripperWidthM;
        return (!Control.IsStopped || Control.AutomaticReset()) && Control.Rebase();
    }

    /// <summary>A robot whose events cannot be recorded any more is not set in motion again.</summary>
    private void RequireRecords()
    {
        foreach (var events in _events)
            if (events.Failure is { } failure) throw new IOException($"events are not recorded any more ({failure.Message})", failure);
        if (_remote is not null && Control.Latest.Causes.Contains(FaultCode.StorageFailure))
            throw new SafeStopException(
                "The robot was stopped: the control process cannot record its events any more, and says why above; "
                + "mend the cause and run the same command: it resumes",
                Control.Latest.Fault);
    }
}

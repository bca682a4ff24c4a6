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
    private readonly MujocoRobot _robot;
    private readonly ITask _task;
    private readonly CellArm _arm;
    private readonly RemoteSimulation? _remote;
    private readonly SafetyLayer _safety;
    private readonly EventRecorder? _events;
    private readonly OffscreenRenderer? _renderer;
    private readonly bool _seesGoal;
    private readonly LockstepObservations? _inTurn;
    private readonly RealtimeObservations? _streams;
    private TaskTruth _truth;

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

        _robot = new MujocoRobot(configuration.Robot, task.ScenePath);
        _task = SimulatedTask.Create(task, _robot);

        _safety = new SafetyLayer(configuration, learnsHere: pace == Pace.Lockstep);
        if (pace == Pace.Realtime) _remote = new RemoteSimulation(configuration, channel, _robot, events, placement ?? Placement.Anywhere);
        RecordedPacer pacer = new(new LockstepPacer(_robot));
        var cycle = _remote is null ? new ControlCycle(_robot, pacer, task.EndEffectorInFlange, reflex: _safety.Reflex) : null;
        if (cycle is not null && events is not null) pacer.Events = _events = EventRecorder.Of(cycle, events, configuration.Hash, wallClockOffsetNs: 0, Console.Error.WriteLine);
        _arm = new CellArm
        {
            Session = new ControlSession((IControlPort?)cycle ?? _remote!.Control, task),
            Records = cycle?.Records,
            Ticks = cycle?.Records ?? _remote!.Ticks,
            FilesOf = reflex => IsRealtime ? _safety.FilesOfVersion(reflex.CriticVersion) : _safety.FilesOf(reflex.CriticOffer),
        };
        Control = new CellControl(_arm.Session);

        if (_remote is not null)
        {
            // A machine that cannot draw is told before anything is written: each camera opens a renderer of its own later.
            if (task.Cameras.Count > 0) using (new OffscreenRenderer(_robot.Model)) { }
            _streams = RealtimeSensors.Of(configuration, _remote, _robot.Model, Control, lens);
            return;
        }
        _renderer = task.Cameras.Count > 0 ? new OffscreenRenderer(_robot.Model) : null;
        CaptureFrame Camera(CameraDescription camera) => new SimulatedCamera(_renderer!, _robot, camera).Capture;
        _inTurn = new LockstepObservations(task, [.. task.Cameras.Select(Camera)], configuration.Robot.Limits.StateMaxAgeNs);
    }

    public RunConfiguration Configuration { get; }

    /// <inheritdoc/>
    public IReadOnlyList<CellArm> Arms => [_arm];

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
    public Stamp Now => _robot.Now;

    /// <inheritdoc/>
    public ref readonly TaskTruth Truth
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
            (_arm.ObservedTick, Ages) = (streams.Tick, streams.Ages);
            // Only the scene knows the goal, which the mirror here shows.
            if (_seesGoal) Proprioception.PutGoal(seen.Proprioception, GoalInEndEffector(), Configuration.Task);
            return seen;
        }
        ref readonly var tick = ref Control.Latest;
        _arm.ObservedTick = tick.Tick;
        var observation = _inTurn!.Observe(Now, SeenOfTick.Of(tick, Configuration.Robot, _seesGoal ? GoalInEndEffector() : Vector3D.Zero));
        Ages = _inTurn.Ages;
        return observation;
    }

    /// <inheritdoc/>
    public StreamAges Ages { get; private set; } = StreamAges.None;

    /// <inheritdoc/>
    public EpisodeStreams? EndEpisode() => _streams?.EndEpisode();

    /// <summary>What a camera of the task captures at this instant, before crop and resize; for pictures, aside from the pipeline, in virtual time.</summary>
    public void Photograph(CameraDescription camera, CameraFrame frame) => new SimulatedCamera(_renderer!, _robot, camera).Capture(frame);

    /// <inheritdoc/>
    public void BeginEpisode(ulong seed)
    {
        RequireRecords();
        _streams?.RequireSound();
        if (!Control.IsStopped) ComeToRest();
        if (Control.IsStopped) AwaitStandstill();
        if (!Control.NeedsOperator) SetUp(seed);
        _inTurn?.BeginEpisode();
        if (_streams is null) return;
        // Nothing of the scene before is seen in this one. Meanwhile nobody commands.
        Control.SignOff();
        _streams.BeginEpisode(Control.Latest.Time, () => Control.Advance(1));
    }

    public void Dispose()
    {
        _events?.Dispose();
        _inTurn?.Dispose();
        _streams?.Dispose();
        _renderer?.Dispose();
        _safety.Dispose();
        _remote?.Dispose();
        _robot.Dispose();
    }

    private Vector3D GoalInEndEffector()
    {
        _task.ReadTruth(ref _truth);
        return _truth.EndEffectorInBase.Inverse.Transform(_truth.GoalInBase.Position);
    }

    private void SetUp(ulong seed)
    {
        if (!Renew(seed))
        {
            if (Control.NeedsOperator) return; // somebody stopped the robot meanwhile
            throw new SafeStopException($"The robot did not take up its place after a scene reset: {Control.Latest.Fault}", Control.Latest.Fault);
        }

        var random = new RandomStream(seed ^ 0x5eed_0ff5e7);
        double Offset(double bound) => (2 * random.NextUniform() - 1) * bound;
        var task = Configuration.Task;
        var home = _arm.Session.Home;
        var offset = new Vector3D(Offset(task.StartOffsetM.X), Offset(task.StartOffsetM.Y), Offset(task.StartOffsetM.Z));
        _arm.Session.MoveTo(new Pose(home.Position + offset, home.Orientation * Rotation.AboutZ(Offset(task.StartYawRad))), homePosture: true);
        RequireRecords();
        _streams?.RequireSound();
        var causes = Control.Latest.Causes;
        if (!causes.IsEmpty && !causes.Contains(FaultCode.OperatorStop) && !causes.Contains(FaultCode.DeadmanReleased))
            throw new SafeStopException($"The robot was stopped on its way to the start pose: {causes}", Control.Latest.Fault);
        _arm.Session.BeginEpisode(home);
    }

    /// <summary>The scene anew, what may be cleared without an operator cleared, and the reference where the arm is.</summary>
    private bool Renew(ulong seed)
    {
        if (_remote is null) _task.Reset(seed);
        else if (!_remote.Reset(seed)) return false;
        // A scene that is set up anew has its gripper where the scene has it, whatever was held in the one before.
        _arm.Session.GripperWidthM = Truth.GripperWidthM;
        return (!Control.IsStopped || Control.AutomaticReset()) && Control.Rebase();
    }

    /// <summary>A robot whose events cannot be recorded any more is not set in motion again.</summary>
    private void RequireRecords()
    {
        if (_events?.Failure is { } failure) throw new IOException($"events are not recorded any more ({failure.Message})", failure);
        if (_remote is not null && Control.Latest.Causes.Contains(FaultCode.StorageFailure))
            throw new SafeStopException("The robot was stopped: the control process cannot record its events any more, and says why above; mend the cause and run the same command: it resumes", Control.Latest.Fault);
    }

    /// <summary>Lets the motion of the last decision end where it is: a scene may only be set up around a reference at rest.</summary>
    private void ComeToRest()
    {
        const int tick = 10, most = 200;
        for (var i = 0; i < most; i++)
        {
            if (Control.Rebase() || Control.IsStopped) return;
            Control.Advance(tick);
        }
        // Along a face of the workspace a reference creeps toward a goal beyond it for long: ask it to stay where it is.
        _arm.Session.MoveTo(Control.Latest.Reference.PoseInBase);
    }

    private void AwaitStandstill()
    {
        const int tick = 10, most = 2000; // a soft arm creeps back for seconds before it stands still
        for (var i = 0; i < most && Control.Latest.Gate == GateState.Stopping; i++) Control.Advance(tick);
    }
}

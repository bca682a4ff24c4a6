using System.Diagnostics;
using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Robots.Mujoco;
using RobotRL.Robots.Ros2;
using RobotRL.Ros2.Nodes;
using RobotRL.Sensing;
using RobotRL.Sessions.Acting;
using RobotRL.Sessions.Processes;
using RobotRL.Sessions.Runs;
using RobotRL.Tasks;

namespace RobotRL.Cells;

/// <summary>
/// The composition root of a cell behind ROS 2, in flow order: control process (robot, gate, loop) → node → cameras → observations. In a real cell nobody knows
/// how the scene stands: success is a person's or a classifier's to say. A simulated robot shows its scene to a scripted human, and to nobody else.
/// </summary>
public sealed class Ros2Cell : ICell
{
    private const double LiftM = 0.06;
    private const int Tries = 4;
    private static readonly TimeSpan SceneWithin = TimeSpan.FromSeconds(20), LeastPatience = TimeSpan.FromSeconds(60);

    private readonly RemoteLoop _loop;
    private readonly Ros2Node _node;
    private readonly SafetyLayer _safety;
    private readonly CellArm[] _arms;
    private readonly EpisodeStart _start;
    private readonly RealtimeObservations _streams;
    private readonly ShownScene? _scene;
    private readonly bool _seesGoal;
    private CellTruth _truth;

    /// <param name="configuration">What is reached, how, and within which limits.</param>
    /// <param name="channel">Of a running control process; null to start one.</param>
    /// <param name="events">Folder for what the event recorder freezes, made with the first event; null for none.</param>
    /// <param name="placement">Of a control process that is started.</param>
    /// <param name="lens">What stands before each camera; null for nothing.</param>
    public Ros2Cell(RunConfiguration configuration, string? channel, string? events, Placement placement, Lens? lens = null)
    {
        Configuration = configuration;
        var (task, ros2) = (configuration.Task, configuration.Ros2!);
        Ros2Network.Require(ros2);
        CellCameras.Require(task, Pace.Realtime);
        _safety = new SafetyLayer(configuration, learnsHere: false);
        _loop = new(configuration, channel, events, placement);
        _arms =
        [
            .. _loop.Controls.Select((port, i) => new CellArm
            {
                Name = task.Arms.Count == 0 ? "" : task.Arms[i].Name,
                Session = new ControlSession(port, task),
                Ticks = _loop.Ticks[i],
                FilesOf = reflex => _safety.FilesOfVersion(reflex.CriticVersion),
            }),
        ];
        Control = new CellControl([.. _arms.Select(arm => arm.Session)]);
        _start = new(configuration, _arms, Control);
        _node = Ros2Node.Open(Ros2Robots.Options(ros2, $"actor_{Environment.ProcessId}"));
        _scene = ros2.SceneTopic is { } topic ? new(configuration, new(_node, topic, ShownScene.SizeOf(configuration))) : null;
        _seesGoal = task.Observed.Contains(ObservationPart.Goal);
        _streams = RealtimeSensors.Of(configuration, _loop.Controls, Control, lens, camera => new Ros2Camera(_node, camera, ros2.Cameras[camera.Name]));
    }

    public RunConfiguration Configuration { get; }

    /// <inheritdoc/>
    public IReadOnlyList<CellArm> Arms => _arms;

    /// <inheritdoc/>
    public CellControl Control { get; }

    /// <inheritdoc/>
    public bool IsRealtime => true;

    /// <inheritdoc/>
    public Stamp Now => Control.Latest.Time;

    /// <inheritdoc/>
    public long WallClockOffsetNs => (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick - Control.Latest.Time.Ns;

    /// <inheritdoc/>
    public ref readonly CellTruth Truth
    {
        get
        {
            _scene?.ReadTruth(ref _truth);
            return ref _truth;
        }
    }

    /// <inheritdoc/>
    public StreamAges Ages => _streams.Ages;

    /// <inheritdoc/>
    public string? FailedSensor => _streams.Failed;

    /// <inheritdoc/>
    public bool ReopensSensors => true;

    /// <inheritdoc/>
    public Observation Observe()
    {
        RequireRecords();
        var seen = _streams.Observe(Control.Latest.Time);
        for (var arm = 0; arm < _arms.Length; arm++)
        {
            _arms[arm].ObservedTick = _streams.TickOf(arm);
            if (_seesGoal) Proprioception.PutGoal(seen.Proprioception, arm, Truth.Arms[arm].GoalInEndEffector, Configuration.Task);
        }
        return seen;
    }

    /// <inheritdoc/>
    public EpisodeStreams? EndEpisode() => _streams.EndEpisode();

    /// <inheritdoc/>
    public void BeginEpisode(ulong seed)
    {
        RequireRecords();
        // A camera's driver that went may be started again, as the robot may.
        CellCameras.Renew(_streams, Control, Patience);
        _start.ComeToRest();
        var waited = Stopwatch.StartNew();
        for (var again = Tries; !Control.NeedsOperator; again--)
        {
            try
            {
                SetUp(seed);
                break;
            }
            // What a simulated cell may clear by itself, such as a state that came late on a busy machine, is tried again. A robot that is gone is waited
            // for: whoever started it may start it again. What an operator has to clear waits for that one, at the end of an episode without a decision.
            catch (SafeStopException) when (Control.IsStopped && (Control.NeedsOperator || again > 0 || IsAwaited(waited)))
            {
                _start.ComeToRest();
                Control.Advance(Control.TicksPerDecision);
            }
        }
        Control.SignOff();
        _streams.BeginEpisode(Control.Latest.Time, () => Control.Advance(1));
    }

    /// <inheritdoc/>
    public void TakeUpCritic() => _safety.TakeUp();

    public void Dispose()
    {
        _streams.Dispose();
        _safety.Dispose();
        _scene?.Dispose();
        _node.Dispose();
        _loop.Dispose();
    }

    /// <summary>The arms leave what they are in, the scene is set up around them, and they go to their start.</summary>
    private void SetUp(ulong seed)
    {
        if (Control.IsStopped)
        {
            if (!Control.AutomaticReset() && Control.NeedsOperator) return;
            if (Control.IsStopped)
                throw new SafeStopException(
                    $"The robot does not come out of its stop: {StoppedArm.Before(_arms)}{StopWords.Of(Control.Latest.Fault.Code)}; see to it, "
                        + "then run the same command: it resumes", Control.Latest.Fault);
            // A replay begins where the reference starts anew, and that is now.
            _start.ComeToRest();
        }
        _start.Lift(LiftM);
        if (_scene is not null && !Control.IsStopped)
        {
            Control.SignOff();
            var waited = Stopwatch.StartNew();
            var stands = _scene.SetUp(seed, () =>
            {
                Control.Advance(1);
                return waited.Elapsed < SceneWithin && !Control.NeedsOperator;
            });
            if (!stands && Control.NeedsOperator) return;
            if (!stands) throw new SafeStopException($"The simulated robot did not set its scene up within {SceneWithin.TotalSeconds} s: see to it, "
                + "then run the same command: it resumes", Control.Latest.Fault);
        }
        _start.MoveToStart(seed);
        RequireRecords();
        _streams.RequireSound();
        _start.RequireArrived();
    }

    private bool IsAwaited(Stopwatch since) =>
        Control.Causes.Contains(FaultCode.StaleState) && since.Elapsed < Patience;

    /// <summary>Who starts a robot or a camera again takes longer than one that is there takes to be found.</summary>
    private TimeSpan Patience => TimeSpan.FromMicroseconds(Math.Max(Configuration.Ros2!.PatienceNs * 1e-3, LeastPatience.TotalMicroseconds));

    private void RequireRecords()
    {
        if (Control.Latest.Causes.Contains(FaultCode.StorageFailure))
            throw new SafeStopException(
                "The robot was stopped: the control process cannot record its events any more, and says why above; "
                + "mend the cause and run the same command: it resumes",
                Control.Latest.Fault);
    }

    /// <summary>A mirror of the simulated robot's scene, for whoever judges it and for the scripted human.</summary>
    private sealed class ShownScene(RunConfiguration configuration, SceneLink link) : IDisposable
    {
        private readonly MujocoWorld _mirror = World(configuration);
        private ITask? _task;
        private SimulationSnapshot? _state;
        private long _shown;

        public static int SizeOf(RunConfiguration configuration)
        {
            using var world = World(configuration);
            return new SimulationSnapshot(world.Model).Values.Length;
        }

        public void ReadTruth(ref CellTruth truth)
        {
            _task ??= SimulatedTask.Create(configuration.Task, _mirror);
            _state ??= new(_mirror.Model);
            if (link.TryRead(_state.Writable)) _mirror.Mirror(_state, new(++_shown));
            _task.ReadTruth(ref truth);
        }

        public bool SetUp(ulong seed, Func<bool> pause) => link.SetUp(seed, pause);

        public void Dispose()
        {
            link.Dispose();
            _mirror.Dispose();
        }

        private static MujocoWorld World(RunConfiguration configuration) =>
            new(configuration.Robot with { Driver = "mujoco" }, configuration.Task.ScenePath, configuration.Task.Arms);
    }
}

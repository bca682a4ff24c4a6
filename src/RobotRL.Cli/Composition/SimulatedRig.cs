using RobotRL.Cli.Commands;
using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Policy;
using RobotRL.Robots.Mujoco;
using RobotRL.Safety;
using RobotRL.Sensing;

namespace RobotRL.Cli.Composition;

/// <summary>
/// The composition root of the simulated robot, in flow order: world → robot → 1 kHz control cycle (reflex and gate inside it) → cameras → observations.
/// One thread owns it: physics, rendering and decisions take turns in virtual time.
/// </summary>
internal sealed class SimulatedRig : IDisposable
{
    private readonly MujocoRobot _robot;
    private readonly SimulatedTask _task;
    private readonly IPacer _pacer;
    private readonly SafetyLayer _safety;
    private readonly ControlCycle _cycle;
    private readonly OffscreenRenderer? _renderer;
    private readonly LockstepObservations _observations;
    private TaskTruth _truth;

    public SimulatedRig(RunConfiguration configuration, Pace pace)
    {
        Configuration = configuration;
        var task = configuration.Task;

        _robot = new MujocoRobot(configuration.Robot, task.ScenePath);
        _task = SimulatedTask.Create(task, _robot);

        _pacer = pace == Pace.Realtime ? new RealtimePacer(configuration.Robot.ControlPeriodNs, _robot) : new LockstepPacer(_robot);
        _safety = new SafetyLayer(configuration);
        _cycle = new ControlCycle(_robot, _pacer, task.EndEffectorInFlange, reflex: _safety.Reflex);
        Control = new ControlSession(_cycle, task);

        _renderer = task.Cameras.Count > 0 ? new OffscreenRenderer(_robot.Model) : null;
        CaptureFrame Camera(CameraDescription camera) => new SimulatedCamera(_renderer!, _robot, camera).Capture;
        _observations = new LockstepObservations(task, [.. task.Cameras.Select(Camera)], configuration.Robot.Limits.StateMaxAgeNs);
    }

    public RunConfiguration Configuration { get; }

    /// <summary>Where decisions go in and executed actions come out.</summary>
    public ControlSession Control { get; }

    /// <summary>Where the reflex finds its critic.</summary>
    public CriticCell Critics => _safety.Critics;

    public Stamp Now => _robot.Now;

    /// <summary>The privileged geometry of this instant.</summary>
    public ref readonly TaskTruth Truth
    {
        get
        {
            _task.ReadTruth(ref _truth);
            return ref _truth;
        }
    }

    /// <summary>What the policy sees now.</summary>
    /// <exception cref="SensorFaultException">A sensor failed: stop.</exception>
    public Observation Observe()
    {
        ref readonly var tick = ref Control.Latest;
        return _observations.Observe(Now, new ToolState(tick.Measured.CaptureTime, tick.EndEffector, tick.Measured.ExternalWrenchInEndEffector, tick.Measured.GripperWidthM));
    }

    /// <summary>What a camera of the task captures at this instant, before crop and resize; for pictures, aside from the pipeline.</summary>
    public void Photograph(CameraDescription camera, CameraFrame frame) => new SimulatedCamera(_renderer!, _robot, camera).Capture(frame);

    /// <summary>
    /// Re-initialises the scene from the seed and drives the arm, through the gate, to the episode's start pose. Whoever sets the scene up anew
    /// stands in for the operator who clears a stop, but not the operator's own: that stop outlasts this and ends the episode at its first decision.
    /// </summary>
    public void BeginEpisode(ulong seed)
    {
        if (!Control.IsStopped) ComeToRest();
        if (Control.IsStopped) AwaitStandstill();
        if (Control.Latest.Fault.Code != FaultCode.OperatorStop) SetUp(seed);
        _observations.BeginEpisode();
    }

    public void Dispose()
    {
        _observations.Dispose();
        _renderer?.Dispose();
        _safety.Dispose();
        (_pacer as IDisposable)?.Dispose();
        _robot.Dispose();
    }

    private void SetUp(ulong seed)
    {
        _task.Reset(seed);
        if ((Control.IsStopped && !Control.OperatorReset("scene-reset")) || !Control.Rebase())
            throw new Actor.SafeStopException($"The robot did not take up its place after a scene reset: {Control.Latest.Fault}", Control.Latest.Fault);

        var random = new NoiseSource(seed ^ 0x5eed_0ff5e7);
        double Offset(double bound) => (2 * random.NextUniform() - 1) * bound;
        var task = Configuration.Task;
        var home = Control.Home;
        var offset = new Vector3D(Offset(task.StartOffsetM.X), Offset(task.StartOffsetM.Y), Offset(task.StartOffsetM.Z));
        Control.MoveTo(new Pose(home.Position + offset, home.Orientation * Rotation.AboutZ(Offset(task.StartYawRad))));
        if (Control.Latest.Fault is { IsNone: false, Code: not (FaultCode.OperatorStop or FaultCode.DeadmanReleased) } fault)
            throw new Actor.SafeStopException($"The robot was stopped on its way to the start pose: {fault.Code}", fault);
        Control.BeginEpisode(home);
    }

    /// <summary>Lets the motion of the last decision end where it is: a scene may only be set up around a reference at rest.</summary>
    private void ComeToRest()
    {
        const int tick = 10, most = 200;
        for (var i = 0; i < most && !Control.Rebase() && !Control.IsStopped; i++) Control.Advance(tick);
    }

    private void AwaitStandstill()
    {
        const int tick = 10, most = 2000; // a soft arm creeps back for seconds before it stands still
        for (var i = 0; i < most && Control.Latest.Gate == GateState.Stopping; i++) Control.Advance(tick);
    }
}

using RobotRL.Cli.Commands;
using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Policy;
using RobotRL.Robots.Mujoco;
using RobotRL.Safety;

namespace RobotRL.Cli.Composition;

/// <summary>
/// The composition root of the simulated robot, in flow order: world → robot → 1 kHz control cycle (the gate inside it) → cameras → observations.
/// One thread owns it: physics, rendering and decisions take turns in virtual time.
/// </summary>
internal sealed class SimulatedRig : IDisposable
{
    private readonly MujocoRobot _robot;
    private readonly SimulatedTask _task;
    private readonly IPacer _pacer;
    private readonly ControlCycle _cycle;
    private readonly OffscreenRenderer? _renderer;
    private readonly (SimulatedCamera Camera, CameraFrame Frame)[] _cameras;
    private Pose _start;
    private TaskTruth _truth;

    public SimulatedRig(RunConfiguration configuration, Pace pace)
    {
        Configuration = configuration;
        var task = configuration.Task;

        _robot = new MujocoRobot(configuration.Robot, task.ScenePath);
        _task = SimulatedTask.Create(task, _robot);

        _pacer = pace == Pace.Realtime ? new RealtimePacer(configuration.Robot.ControlPeriodNs, _robot) : new LockstepPacer(_robot);
        _cycle = new ControlCycle(_robot, _pacer, task.EndEffectorInFlange);
        Control = new ControlSession(_cycle, task);

        _renderer = task.Cameras.Count > 0 ? new OffscreenRenderer(_robot.Model) : null;
        _cameras = [.. task.Cameras.Select(c => { var f = new CameraFrame(c.Width, c.Height, _ => { }); return (new SimulatedCamera(_renderer!, _robot, c), f); })];
    }

    public RunConfiguration Configuration { get; }

    /// <summary>Where decisions go in and executed actions come out.</summary>
    public ControlSession Control { get; }

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

    public Observation Observe()
    {
        var images = new PolicyImage[_cameras.Length];
        for (var i = 0; i < images.Length; i++)
        {
            var (camera, frame) = _cameras[i];
            camera.Capture(frame);
            var d = camera.Description;
            var k = d.CropSize / d.ImageSize;
            var rgb = new byte[d.ImageSize * d.ImageSize * 3];
            for (var y = 0; y < d.ImageSize; y++)
                for (var x = 0; x < d.ImageSize; x++)
                    for (var c = 0; c < 3; c++)
                    {
                        var sum = 0;
                        for (var dy = 0; dy < k; dy++)
                            for (var dx = 0; dx < k; dx++)
                                sum += frame.Pixels[((d.CropY + y * k + dy) * d.Width + d.CropX + x * k + dx) * 3 + c];
                        rgb[(y * d.ImageSize + x) * 3 + c] = (byte)((sum + k * k / 2) / (k * k));
                    }
            images[i] = new PolicyImage(Now, d.ImageSize, rgb);
        }
        ref readonly var latest = ref Control.Latest;
        var s = Configuration.Task.Scale;
        var rel = _start.Inverse * latest.EndEffector.PoseInBase;
        var twist = latest.EndEffector.TwistInBase.Rotated(latest.EndEffector.PoseInBase.Orientation.Inverse);
        var w = latest.Measured.ExternalWrenchInEndEffector;
        var p = new float[19];
        var at = 0;
        void Put(Vector3D v, double scale) { for (var i = 0; i < 3; i++) p[at++] = (float)Math.Clamp(v[i] / scale, -10, 10); }
        Put(rel.Position, s.PositionM); Put(rel.Orientation.ToVector(), s.RotationRad);
        Put(twist.Linear, s.LinearMS); Put(twist.Angular, s.AngularRadS);
        Put(w.Force, s.ForceN); Put(w.Torque, s.TorqueNm);
        p[at] = (float)(latest.Measured.GripperWidthM / s.GripperWidthM);
        return new Observation(Now, p, images);
    }

    /// <summary>
    /// Re-initialises the scene from the seed and drives the arm, through the gate, to the episode's start pose. Whoever sets the scene up anew
    /// stands in for the operator who clears a stop.
    /// </summary>
    public void BeginEpisode(ulong seed)
    {
        Control.Stop();
        AdvanceUntilStopped();
        _task.Reset(seed);
        AdvanceUntilStopped();
        if (!Control.OperatorReset("scene-reset")) throw new Actor.SafeStopException($"The robot did not leave its stop after a scene reset: {Control.Latest.Fault}", Control.Latest.Fault);

        var random = new NoiseSource(seed ^ 0x5eed_0ff5e7);
        double Offset(double bound) => (2 * random.NextUniform() - 1) * bound;
        var task = Configuration.Task;
        var home = Control.Home;
        var offset = new Vector3D(Offset(task.StartOffsetM.X), Offset(task.StartOffsetM.Y), Offset(task.StartOffsetM.Z));
        Control.GripperWidthM = _robot.GripperWidthM;
        Control.MoveTo(new Pose(home.Position + offset, home.Orientation * Rotation.AboutZ(Offset(task.StartYawRad))));
        Control.BeginEpisode(home);
        _start = Control.Latest.EndEffector.PoseInBase;
    }

    public void Dispose()
    {
        Control.Dispose();
        foreach (var (_, frame) in _cameras) { frame.Rent(); frame.Dispose(); }
        _renderer?.Dispose();
        (_pacer as IDisposable)?.Dispose();
        _robot.Dispose();
    }

    private void AdvanceUntilStopped()
    {
        const int tick = 10, most = 100;
        for (var i = 0; i < most; i++)
        {
            Control.Advance(tick);
            if (Control.Latest.Gate is GateState.Held or GateState.PowerRemoved) return;
        }
    }
}

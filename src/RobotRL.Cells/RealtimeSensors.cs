using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Robots.Mujoco;
using RobotRL.Robots.Mujoco.Binding;
using RobotRL.Sensing;
using RobotRL.Sessions.Acting;

namespace RobotRL.Cells;

/// <summary>What stands between a camera and whoever looks at its frames: nothing, or a fault that is to be tried.</summary>
/// <param name="camera">Whose.</param>
/// <param name="real">The camera itself, open.</param>
public delegate ICamera Lens(CameraDescription camera, ICamera real);

/// <summary>
/// The streams of a simulated cell in real time, composed: each camera of the scene draws a mirror of it on its own thread, as a real one that runs by itself
/// would deliver, a real one is opened in its place, and the robot's states come out of the control loop's latest-value cell.
/// </summary>
internal static class RealtimeSensors
{
    /// <summary>Below the loop and the link, above whatever else this process does: a real camera does not wait for a learner either.</summary>
    private const int Priority = 5;

    private const long MaxStatePeriodNs = 5_000_000;

    /// <summary>
    /// Oldest robot state of an observation in real time, ns: as long as the gate lets the loop do without one, or half a decision. The stream is looked at
    /// every few milliseconds by a thread that may lose its CPU; a trace counts on at most half a decision.
    /// </summary>
    public static long StateMaxAgeNs(RunConfiguration configuration) =>
        Math.Max(configuration.Robot.Limits.StateMaxAgeNs, configuration.Task.DecisionPeriodNs / 2);

    /// <summary>Of a simulation in the control process, whose scene the cameras draw.</summary>
    /// <param name="configuration">Cameras, rates and ages.</param>
    /// <param name="remote">The world, and the loop in the other process.</param>
    /// <param name="model">The scene.</param>
    /// <param name="control">Stopped by a stream that fails.</param>
    /// <param name="lens">What stands before each camera; null for nothing.</param>
    public static RealtimeObservations Of(RunConfiguration configuration, RemoteSimulation remote, MujocoModel model, CellControl control, Lens? lens) =>
        Of(configuration, remote.Controls, control, lens, camera => new Mirror(new(model, remote.OpenWorld().TryRead, camera)));

    /// <param name="configuration">Cameras, rates and ages.</param>
    /// <param name="arms">The loops, each arm's.</param>
    /// <param name="control">Stopped by a stream that fails.</param>
    /// <param name="lens">What stands before each camera; null for nothing.</param>
    /// <param name="open">Opens a camera that has no source of its own, on the thread that it lives on.</param>
    public static RealtimeObservations Of(
        RunConfiguration configuration, IReadOnlyList<IControlPort> arms, CellControl control, Lens? lens, Func<CameraDescription, ICamera> open)
    {
        var task = configuration.Task;
        var cameras = task.Cameras.Select(camera => new FreeRunningCamera(camera, Span(task.PeriodNs(camera)), clock =>
        {
            var real = CellCameras.IsReal(camera) ? CellCameras.Open(camera, task.ImageMaxAgeNs, clock.At) : open(camera);
            return lens is null ? real : lens(camera, real);
        }));
        var statePeriod = Span(Math.Min(MaxStatePeriodNs, task.DecisionPeriodNs / 10));
        StateSource states = new(Sampler([.. arms.Select(c => c.Latest)], configuration.Robot), statePeriod, StateMaxAgeNs(configuration));
        return new(task, [.. cameras], states, fault => control.Stop(fault.Fault.Code), () => RealTimeThread.TryFifo(Priority));
    }

    private static TimeSpan Span(long ns) => TimeSpan.FromTicks(ns / TimeSpan.NanosecondsPerTick);

    /// <summary>Copies each arm's newest tick out of its loop's cell.</summary>
    private static SampleState Sampler(LatestCell<ControlRecord>[] latest, RobotDescription robot)
    {
        ControlRecord tick = default;
        var seen = new long[latest.Length];
        return (ref ToolStates states) =>
        {
            var isNew = false;
            for (var arm = 0; arm < latest.Length; arm++)
            {
                if (!latest[arm].TryRead(ref tick, ref seen[arm])) continue;
                states[arm] = SeenOfTick.Of(tick, robot, Vector3D.Zero);
                isNew = true;
            }
            return isNew;
        };
    }

    /// <summary>A camera of the simulation as the streams know cameras.</summary>
    private sealed class Mirror(MirrorCamera camera) : ICamera
    {
        public void Capture(CameraFrame frame) => camera.Capture(frame);
        public void Dispose() => camera.Dispose();
    }
}

using System.Reactive.Concurrency;
using RobotRL.Model;

namespace RobotRL.Sensing.Tests;

/// <summary>
/// The pipeline on streams that run by themselves, in virtual time: a camera "a" every 40 ms from 0, whose pixels are its count, states every 5 ms from 0 at
/// a place that is told, decisions whenever they are asked for. Images may be 100 ms old, states 50 ms.
/// </summary>
internal sealed class Streaming : IDisposable
{
    private byte _picture;

    public Streaming(double cameraPeriodMs = 40, bool seesRobot = true, IScheduler? cropping = null, string? ofArm = null,
        LightBounds? light = null)
    {
        var task = Samples.Task(Samples.Camera("a") with { SeesRobot = seesRobot, Light = light }) with { ImageMaxAgeNs = 100 * Samples.Ms };
        // Of two arms the left one moves, and the right one rests.
        if (ofArm is not null)
            task = task with { Arms = [new("left", Pose.Identity), new("right", Pose.Identity)], Cameras = [task.Cameras[0] with { Name = ofArm }] };
        var states = StateStream.Sampled(TimeSpan.FromMilliseconds(5), Scheduler, (ref ToolStates states) =>
        {
            EndEffectorState tool = new(new Pose(Tool, Rotation.Identity), Twist.Zero);
            states[0] = new ToolState(Now, tool, Wrench.Zero, 0.04) { Tick = Now.Ns / Samples.Ms };
            return true;
        });
        var camera = CameraStream.FreeRunning("a", TimeSpan.FromMilliseconds(cameraPeriodMs), Scheduler, () => Now, Pool, () => Camera);
        var bounds = new CameraBounds(100 * Samples.Ms);
        Pipeline = new(task, [camera], states, 50 * Samples.Ms, cropping ?? Scheduler,
            new StreamWatch(bounds, fault => Faults.Add((Now, fault.Message))));
        Camera.Filling = frame => Array.Fill(frame.Pixels, _picture++);
    }

    public HistoricalScheduler Scheduler { get; } = new(VirtualTime.Origin);
    public ObservationPipeline Pipeline { get; }
    public FramePool Pool { get; } = new(16, 16, 5);
    public FakeCamera Camera { get; } = new();
    public List<(Stamp Time, string What)> Faults { get; } = [];
    public Vector3D Tool { get; set; }
    public Stamp Now => VirtualTime.At(Scheduler.Now);

    public void To(double ms) => Scheduler.AdvanceTo(VirtualTime.Of(Samples.At(ms)));

    public Observation Decide(double ms)
    {
        To(ms);
        return Pipeline.At(Samples.At(ms));
    }

    public void Dispose()
    {
        Pipeline.Dispose();
        Scheduler.Start();
    }
}

/// <summary>A camera of which a test says what it does.</summary>
internal sealed class FakeCamera : ICamera
{
    public Action<CameraFrame> Filling { get; set; } = _ => { };
    public bool IsClosed { get; private set; }

    public void Capture(CameraFrame frame) => Filling(frame);
    public void Dispose() => IsClosed = true;
}

using System.Reactive.Concurrency;
using RobotRL.Model;
using RobotRL.Safety;
using RobotRL.Sensing;

namespace RobotRL.Lab.Faults;

/// <summary>
/// Cameras that fail while the arm moves, in virtual time: the streams of real time, watched as there, beside the arm in its loop.
/// <code>
/// tick     1 ms ─┬──────┬──────┬── fault ─── stop
/// states    5 ms │      │      │     │
/// camera   33 ms └──────┴──────┴─────┴─ watch ─ or the join at the next decision
/// </code>
/// </summary>
internal static class CameraCases
{
    private const long Ms = 1_000_000, PeriodNs = 33 * Ms, StatePeriodNs = 5 * Ms, MaxAgeNs = 100 * Ms;
    private const double MaxAgeMs = 100, CameraMs = 33, DecisionMs = 100, LightMs = 200;

    /// <summary>The arm takes so long for the 10 mm that make a picture change.</summary>
    private const double MoveMs = 150;

    private const int Frames = 5, Size = 16;
    private const string Name = "wrist";

    private static readonly LightBounds Light = new(DarkShare: 0.4, BrightShare: 0.4, LastsNs: (long)(LightMs * Ms));

    public static IReadOnlyList<FaultCase> All { get; } =
    [
        Case("camera pulled out", CameraFault.Fail, CameraMs, "capture failed: the cable is out"),
        Case("camera's stream ends", CameraFault.End, CameraMs, "it ended and gives no more frames"),
        Case("camera repeats its last frame", CameraFault.Repeat, MaxAgeMs + CameraMs, "no new frame for"),
        Case("camera frozen", CameraFault.Freeze, MaxAgeMs + MoveMs + 2 * CameraMs, "the same picture for"),
        Case("camera slowed, each frame 20 ms later", CameraFault.Slow, MaxAgeMs / 20 * CameraMs + DecisionMs, "newest is"),
        Case("camera darkened", CameraFault.Darken, LightMs + 2 * CameraMs, "darkened"),
        Case("camera blown out", CameraFault.BlowOut, LightMs + 2 * CameraMs, "blown out"),
        Case("camera's picture halved", CameraFault.Resize, CameraMs, "capture failed: its picture is 8×8 now, and 16×16 was agreed"),
    ];

    private static FaultCase Case(string name, CameraFault fault, double mostMs, string words) =>
        new(name, FaultCode.SensorError, mostMs + 2, () => See(fault, words));

    private static FaultSighting See(CameraFault fault, string words)
    {
        using FaultRig rig = new();
        HistoricalScheduler scheduler = new(VirtualTime.Of(rig.Session.Latest.Time));
        string? seen = null;
        var isOn = false;
        CameraDescription camera = new(Name, Size, Size, 0, 0, Size, Size, ImageShape.Square(Size / 2)) { Light = Light };
        var task = rig.Task with { Cameras = [camera], ImageMaxAgeNs = MaxAgeNs };
        Stamp Now() => VirtualTime.At(scheduler.Now);
        var states = StateStream.Sampled(Span(StatePeriodNs), scheduler, (ref ToolStates states) =>
        {
            var tick = rig.Session.Latest;
            states = ToolStates.Of(new(tick.Measured.CaptureTime, tick.EndEffector, default, tick.Measured.GripperWidthM) { Tick = tick.Tick });
            return true;
        });
        var frames = CameraStream.FreeRunning(Name, Span(PeriodNs), scheduler, Now, new FramePool(Size, Size, Frames),
            () => new FaultyCamera(new MovingPicture(), fault, () => isOn));
        using ObservationPipeline pipeline = new(task, [frames], states, rig.Cycle.Description.Limits.StateMaxAgeNs, scheduler,
            new(new(MaxAgeNs), Stop));
        rig.AfterTick = () => scheduler.AdvanceTo(VirtualTime.Of(rig.Session.Latest.Time));
        rig.Deciding = () =>
        {
            if (seen is not null) return;
            try { pipeline.At(rig.Session.Latest.Time); }
            catch (SensorFaultException e) { Stop(e); }
        };
        // Whole decisions until there is something to see, and then to the middle of one.
        var sees = rig.Deciding;
        rig.Deciding = null;
        rig.Step(rig.Session.TicksPerDecision);
        pipeline.BeginEpisode();
        rig.Deciding = sees;
        rig.Step(rig.Session.TicksPerDecision);
        return rig.Watch(() => isOn = true) with
        {
            Answer = seen ?? "nobody noticed",
            IsAnswered = seen?.StartsWith($"camera {Name}: {words}", StringComparison.Ordinal) == true,
        };

        void Stop(SensorFaultException e)
        {
            seen ??= e.Message;
            rig.Session.Stop(e.Fault.Code);
        }
    }

    private static TimeSpan Span(long ns) => TimeSpan.FromTicks(ns / TimeSpan.NanosecondsPerTick);

    /// <summary>Grey, with one value that tells the pictures apart.</summary>
    private sealed class MovingPicture : ICamera
    {
        private const byte Grey = 120;
        private byte _count;

        public void Capture(CameraFrame frame)
        {
            Array.Fill(frame.Pixels, Grey);
            frame.Pixels[1] = _count++;
        }

        public void Dispose() { }
    }
}

using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using System.Reactive.Linq;
using RobotRL.Model;

namespace RobotRL.Sensing;

/// <summary>When a camera counts as lost in mid-episode.</summary>
/// <param name="MaxSilenceNs">Longest time without a frame of a new stamp, and longest age of pixels that stay the same while the tool moves, ns.</param>
/// <param name="MoveM">Motion of the tool that changes every picture of it, m.</param>
/// <param name="TurnRad">The same as a rotation, rad.</param>
public sealed record CameraBounds(long MaxSilenceNs, double MoveM = 0.01, double TurnRad = 0.1);

/// <summary>
/// Passes a camera's frames on and ends with a <see cref="SensorFaultException"/> that names it when they stop coming, stop changing, end or fail. The first
/// two count while <paramref name="isArmed"/>. All of it runs on one scheduler, which is the frames'.
/// <code>
/// frames   1   2   3                     silence: bound after 3
///          ├───┼───┼─────────────────✕
/// frames   1   2   2   2   2   2         the same pixels with new stamps: bound after the first of them, where the tool has moved meanwhile
/// tool     ·  ───────────▶           ✕
/// </code>
/// </summary>
/// <param name="camera">Whose.</param>
/// <param name="bounds">When it is lost.</param>
/// <param name="scheduler">Measures the silence.</param>
/// <param name="arms">
/// Indices of the arms that it may show: the one that carries it, or all. A picture that stays the same while one of them moves is frozen.
/// </param>
/// <param name="statesAt">Where the tools were at an instant; null where that is not known.</param>
/// <param name="isArmed">Whether an episode is under way.</param>
internal sealed class CameraWatch(
    CameraDescription camera, CameraBounds bounds, IScheduler scheduler, IReadOnlyList<int> arms, Func<Stamp, ToolStates?> statesAt, Func<bool> isArmed)
{
    private readonly string _source = CameraStream.SourceOf(camera.Name);

    public IObservable<CameraFrame> Watch(IObservable<CameraFrame> frames) => Observable.Create<CameraFrame>(observer =>
    {
        var silence = new Silence(scheduler.Now);
        var still = new StillPicture(bounds, arms);
        var subscription = frames.Subscribe(
            frame =>
            {
                if (!silence.IsNews(frame.CaptureTime, scheduler.Now)) return;
                if (camera.SeesRobot && still.LastsTooLong(frame, statesAt(frame.CaptureTime)) && isArmed())
                    observer.OnError(Lost($"the same picture for {Ms(frame.CaptureTime.Since(still.Since))} ms while the robot moved: it is frozen"));
                else observer.OnNext(frame);
            },
            error => observer.OnError(error is SensorFaultException ? error : Lost(error.Message, error)),
            () => observer.OnError(Lost("it ended and gives no more frames")));
        var period = TimeSpan.FromTicks(bounds.MaxSilenceNs / TimeSpan.NanosecondsPerTick);
        var isSuspected = false;
        var timer = scheduler.Schedule(period, again =>
        {
            var quiet = scheduler.Now - silence.Begin;
            if (!isArmed()) silence.Begin = scheduler.Now;
            if (isArmed() && quiet >= period && isSuspected)
            {
                observer.OnError(Lost($"no frame for {quiet.TotalMilliseconds:0} ms"));
                return;
            }
            // Asked once more at once: a thread that lost its CPU has frames waiting behind this question.
            isSuspected = isArmed() && quiet >= period;
            again(isSuspected ? TimeSpan.Zero : silence.Begin + period - scheduler.Now);
        });
        return new CompositeDisposable(subscription, timer, still);

        SensorFaultException Lost(string what, Exception? inner = null) => new(_source, FaultCode.SensorError, silence.Newest, what, inner);
    });

    private static string Ms(long ns) => FormattableString.Invariant($"{ns * 1e-6:0}");

    private sealed class Silence(DateTimeOffset begin)
    {
        public Stamp Newest { get; private set; } = new(long.MinValue);
        public DateTimeOffset Begin { get; set; } = begin;

        /// <summary>A stamp that is repeated tells nothing.</summary>
        public bool IsNews(Stamp captured, DateTimeOffset now)
        {
            if (captured <= Newest) return false;
            (Newest, Begin) = (captured, now);
            return true;
        }
    }

    /// <summary>Holds the first of frames that are alike, and looks how far the tools went meanwhile.</summary>
    private sealed class StillPicture(CameraBounds bounds, IReadOnlyList<int> arms) : IDisposable
    {
        private CameraFrame? _first;
        private bool _hasMoved;
        private ToolStates? _tools;

        /// <summary>When the first of them was captured.</summary>
        public Stamp Since { get; private set; }

        public bool LastsTooLong(CameraFrame frame, ToolStates? tools)
        {
            if (_first is null || !_first.Pixels.AsSpan().SequenceEqual(frame.Pixels))
            {
                _first?.Dispose();
                (_first, _tools, _hasMoved, Since) = (frame.Retain(), tools, false, frame.CaptureTime);
                return false;
            }
            if (_tools is not { } before) _tools = tools;
            else if (tools is { } now)
                foreach (var arm in arms) _hasMoved |= Moved(before[arm].EndEffector.PoseInBase, now[arm].EndEffector.PoseInBase);
            return _hasMoved && frame.CaptureTime.Since(Since) > bounds.MaxSilenceNs;
        }

        private bool Moved(in Pose before, in Pose now) =>
            (now.Position - before.Position).Length > bounds.MoveM || (now.Orientation * before.Orientation.Inverse).ToVector().Length > bounds.TurnRad;

        public void Dispose() => _first?.Dispose();
    }
}

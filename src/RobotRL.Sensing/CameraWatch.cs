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
/// Passes a camera's frames on and ends with a <see cref="SensorFaultException"/> that names it when they stop coming (<see cref="Silence"/>), stop changing
/// (<see cref="StillPicture"/>), darken or are blown out (<see cref="LightWatch"/>), end or fail. All but the last two count while
/// <paramref name="isArmed"/>. All of it runs on one scheduler, which is the frames'.
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
        var still = camera.SeesRobot ? new StillPicture(bounds, arms) : null;
        var light = camera.Light is { } limits ? new LightWatch(limits) : null;
        var subscription = frames.Subscribe(
            frame =>
            {
                if (!silence.IsNews(frame.CaptureTime, scheduler.Now)) return;
                var armed = isArmed();
                var what = light?.Look(frame, armed);
                if (still?.Look(frame, statesAt(frame.CaptureTime)) is { } frozen && armed) what ??= frozen;
                if (what is not null) observer.OnError(Lost(what));
                else observer.OnNext(frame);
            },
            error => observer.OnError(error is SensorFaultException ? error : Lost(error.Message, error)),
            () => observer.OnError(Lost("it ended and gives no more frames")));
        var period = TimeSpan.FromTicks(bounds.MaxSilenceNs / TimeSpan.NanosecondsPerTick);
        var isSuspected = false;
        var timer = scheduler.Schedule(period, again =>
        {
            var quiet = scheduler.Now - silence.Begin;
            if (!isArmed()) silence.Forgive(scheduler.Now);
            if (isArmed() && quiet >= period && isSuspected)
            {
                observer.OnError(Lost(silence.Words(quiet)));
                return;
            }
            // Asked once more at once: a thread that lost its CPU has frames waiting behind this question.
            isSuspected = isArmed() && quiet >= period;
            again(isSuspected ? TimeSpan.Zero : silence.Begin + period - scheduler.Now);
        });
        return new CompositeDisposable(subscription, timer, still ?? Disposable.Empty);

        SensorFaultException Lost(string what, Exception? inner = null) => new(_source, FaultCode.SensorError, silence.Newest, what, inner);
    });
}

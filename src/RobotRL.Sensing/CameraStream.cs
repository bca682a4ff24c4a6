using System.Reactive.Concurrency;
using System.Reactive.Linq;
using RobotRL.Model;

namespace RobotRL.Sensing;

/// <summary>
/// Fills a frame with pixels, capture time and nothing else. Runs on the thread that triggers it. Throws when the camera fails, and
/// <see cref="EndOfStreamException"/> when it will give no more frames. A camera that has nothing new repeats its last stamp, and such a frame is no news.
/// </summary>
public delegate void CaptureFrame(CameraFrame frame);

/// <summary>An open camera. One thread opens it, captures and disposes it.</summary>
public interface ICamera : IDisposable
{
    /// <inheritdoc cref="CaptureFrame"/>
    void Capture(CameraFrame frame);
}

/// <summary>A camera as an observable.</summary>
public static class CameraStream
{
    /// <summary>The source of faults and remarks about a camera.</summary>
    public static string SourceOf(string camera) => $"camera {camera}";

    /// <summary>
    /// A camera that runs by itself: opened, triggered at its own rate and closed on <paramref name="scheduler"/>, which is a thread of its own in real time.
    /// The rest is as for <see cref="Triggered"/>.
    /// </summary>
    /// <param name="name">For the fault.</param>
    /// <param name="period">From one frame to the next.</param>
    /// <param name="scheduler">Where the camera lives.</param>
    /// <param name="clock">The session's clock, for a camera that does not stamp its frames itself.</param>
    /// <param name="pool">Where frames come from; of the camera's size.</param>
    /// <param name="open">Opens the camera.</param>
    public static IObservable<CameraFrame> FreeRunning(
        string name, TimeSpan period, IScheduler scheduler, Func<Stamp> clock, FramePool pool, Func<ICamera> open) =>
        Observable.Using(open, camera => Triggered(name, VirtualTime.Every(period, scheduler, clock), pool, camera.Capture)).SubscribeOn(scheduler);

    /// <summary>
    /// One frame for each trigger: a timer (<see cref="VirtualTime.Every"/>) or the decision ticks themselves. The first subscription opens the
    /// source, the last one to
    /// leave ends it. A frame is the subscriber's for the length of <c>OnNext</c>; who keeps it longer retains it. A failing capture ends the stream with a
    /// <see cref="SensorFaultException"/>; a pool without a free frame loses the frame, and <see cref="CameraFrame.Sequence"/> shows the gap.
    /// </summary>
    /// <param name="name">For the fault.</param>
    /// <param name="triggers">When to capture.</param>
    /// <param name="pool">Where frames come from; of the camera's size.</param>
    /// <param name="capture">How.</param>
    public static IObservable<CameraFrame> Triggered(
        string name, IObservable<Stamp> triggers, FramePool pool, CaptureFrame capture) => Observable.Create<CameraFrame>(observer =>
    {
        var sequence = 0L;
        return triggers.Subscribe(
            time =>
            {
                var number = sequence++;
                if (pool.TryRent() is not { } frame) return;
                using (frame)
                {
                    frame.Sequence = number;
                    frame.CaptureTime = time;
                    try { capture(frame); }
                    catch (EndOfStreamException)
                    {
                        observer.OnCompleted();
                        return;
                    }
                    catch (Exception e) when (e is not OutOfMemoryException)
                    {
                        observer.OnError(new SensorFaultException(SourceOf(name), FaultCode.SensorError, time, $"capture failed: {e.Message}", e));
                        return;
                    }
                    observer.OnNext(frame);
                }
            },
            observer.OnError,
            observer.OnCompleted);
    }).Publish().RefCount();
}

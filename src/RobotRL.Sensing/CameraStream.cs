using System.Reactive.Linq;
using RobotRL.Model;

namespace RobotRL.Sensing;

/// <summary>Fills a frame with pixels, capture time and nothing else. Runs on the thread that triggers it; throws when the camera fails.</summary>
public delegate void CaptureFrame(CameraFrame frame);

/// <summary>A camera as an observable.</summary>
public static class CameraStream
{
    /// <summary>
    /// One frame for each trigger: a timer (<see cref="VirtualTime.Every"/>) or the decision ticks themselves. The first subscription opens the source, the last one to
    /// leave ends it. A frame is the subscriber's for the length of <c>OnNext</c>; who keeps it longer retains it. A failing capture ends the stream with a
    /// <see cref="SensorFaultException"/>; a pool without a free frame loses the frame, and <see cref="CameraFrame.Sequence"/> shows the gap.
    /// </summary>
    /// <param name="name">For the fault.</param>
    /// <param name="triggers">When to capture.</param>
    /// <param name="pool">Where frames come from; of the camera's size.</param>
    /// <param name="capture">How.</param>
    public static IObservable<CameraFrame> Triggered(string name, IObservable<Stamp> triggers, FramePool pool, CaptureFrame capture) => Observable.Create<CameraFrame>(observer =>
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
                    catch (Exception e) when (e is not OutOfMemoryException)
                    {
                        observer.OnError(new SensorFaultException(name, FaultCode.SensorError, time, $"capture failed: {e.Message}", e));
                        return;
                    }
                    observer.OnNext(frame);
                }
            },
            observer.OnError,
            observer.OnCompleted);
    }).Publish().RefCount();
}

using System.Diagnostics;
using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using RobotRL.Model;

namespace RobotRL.Sensing;

/// <summary>Measures the way of a camera frame from capture to policy image: 640×480, the middle 480², scaled to 128².</summary>
public static class PipelineBenchmark
{
    /// <param name="FramesPerS">Frames through the pipeline on one thread, pixels already captured.</param>
    /// <param name="BytesPerFrame">Managed bytes allocated a frame, the image that is kept included.</param>
    /// <param name="ImageBytes">Of these, the pixels of that image.</param>
    public readonly record struct Result(double FramesPerS, double BytesPerFrame, int ImageBytes);

    /// <summary>Runs <paramref name="frames"/> frames after as many tenths to warm up.</summary>
    public static Result Run(int frames = 5000)
    {
        var camera = new CameraDescription("bench", 640, 480, 80, 0, 480, 480, ImageShape.Square(128));
        using var ticks = new Subject<Stamp>();
        var images = 0;
        using var subscription = CameraStream.Triggered(camera.Name, ticks, new FramePool(camera.Width, camera.Height, capacity: 4), _ => { })
            .Deliver(LossPolicy.Latest, ImmediateScheduler.Instance)
            .Crop(camera)
            .Subscribe(_ => images++);
        Push(0, frames / 10);
        var (before, start) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
        Push(frames / 10, frames);
        var (elapsed, bytes) = (Stopwatch.GetElapsedTime(start), GC.GetAllocatedBytesForCurrentThread() - before);
        if (images != frames / 10 + frames) throw new InvalidOperationException($"{images} of {frames / 10 + frames} frames came through.");
        return new(frames / elapsed.TotalSeconds, (double)bytes / frames, camera.Image.Bytes);

        void Push(int from, int count)
        {
            for (var i = from; i < from + count; i++) ticks.OnNext(new Stamp(i * 1_000_000L));
        }
    }
}

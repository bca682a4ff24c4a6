using System.Collections.Concurrent;
using RobotRL.Model;

namespace RobotRL.Sensing;

/// <summary>A fixed number of frames that a camera fills in turn. Nothing is allocated after construction. Thread-safe.</summary>
public sealed class FramePool
{
    private readonly ConcurrentQueue<CameraFrame> _free = new();
    private long _exhausted;

    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    /// <param name="capacity">Frames in flight at most: one being filled, one for each holder downstream.</param>
    public FramePool(int width, int height, int capacity)
    {
        for (var i = 0; i < capacity; i++) _free.Enqueue(new CameraFrame(width, height, _free.Enqueue));
    }

    /// <summary>Frames that are with nobody.</summary>
    public int Free => _free.Count;

    /// <summary>How often there was none left: the camera's frame was lost.</summary>
    public long Exhausted => Interlocked.Read(ref _exhausted);

    /// <summary>A frame, held once by the caller; null when all are held.</summary>
    public CameraFrame? TryRent()
    {
        if (!_free.TryDequeue(out var frame)) { Interlocked.Increment(ref _exhausted); return null; }
        frame.Rent();
        return frame;
    }
}

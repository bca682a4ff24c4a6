namespace RobotRL.Model;

/// <summary>
/// A camera frame whose pixels live in a pool. Holders call <see cref="Retain"/> once for each holder they add and <see cref="Dispose"/> once when done;
/// the last one gives the buffer back. Interleaved RGB, 8 bit, rows top to bottom, no padding: [Height×Width×3].
/// </summary>
public sealed class CameraFrame : IDisposable
{
    private readonly Action<CameraFrame> _giveBack;
    private int _holders;

    /// <summary>For the pool: a frame that returns itself through <paramref name="giveBack"/> when its last holder lets go.</summary>
    public CameraFrame(int width, int height, Action<CameraFrame> giveBack)
    {
        Width = width;
        Height = height;
        Pixels = GC.AllocateUninitializedArray<byte>(width * height * 3, pinned: true);
        _giveBack = giveBack;
    }

    public int Width { get; }
    public int Height { get; }

    /// <summary>Pinned, so that native code can read it without a copy.</summary>
    public byte[] Pixels { get; }

    /// <summary>When the exposure ended.</summary>
    public Stamp CaptureTime { get; set; }

    /// <summary>Counts up by one a frame at the source: a gap tells of lost frames.</summary>
    public long Sequence { get; set; }

    /// <summary>For the pool: hands the frame out to its first holder.</summary>
    public void Rent()
    {
        if (Interlocked.Exchange(ref _holders, 1) != 0) throw new InvalidOperationException("The frame is still held.");
    }

    /// <summary>Adds a holder.</summary>
    public CameraFrame Retain()
    {
        if (Interlocked.Increment(ref _holders) < 2) throw new InvalidOperationException("The frame was already given back.");
        return this;
    }

    /// <summary>Removes a holder.</summary>
    public void Dispose()
    {
        var left = Interlocked.Decrement(ref _holders);
        if (left == 0) _giveBack(this);
        else if (left < 0) throw new InvalidOperationException("The frame was already given back.");
    }
}

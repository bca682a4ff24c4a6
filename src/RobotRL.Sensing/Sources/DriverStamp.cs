namespace RobotRL.Sensing.Sources;

/// <summary>
/// When a device's frame was captured, by the machine's monotonic clock. V4L2 stamps a frame when its transfer began, and OpenCV gives that in milliseconds.
/// Other backends give a position since the start, or nothing. So the first frame decides: a stamp of the last second is taken for one, and from then on every
/// frame's is. Otherwise a frame counts as captured at the instant after it was grabbed, which is later than the truth by transfer and waiting.
/// </summary>
internal sealed class DriverStamp
{
    private const long MostAgeNs = 1_000_000_000, MostAheadNs = 1_000_000;
    private const double NsInMs = 1e6;

    private bool? _isUsable;

    /// <summary>Whether the driver's stamps are taken; false before the first frame.</summary>
    public bool IsUsed => _isUsable == true;

    /// <summary>The instant of capture, ns of the machine's clock.</summary>
    /// <param name="positionMs">What the driver says of the frame.</param>
    /// <param name="nowNs">The instant after it was grabbed.</param>
    public long Of(double positionMs, long nowNs)
    {
        var stampNs = double.IsFinite(positionMs) && Math.Abs(positionMs) < 1e12 ? (long)(positionMs * NsInMs) : 0;
        _isUsable ??= stampNs > 0 && nowNs - stampNs is >= -MostAheadNs and <= MostAgeNs;
        return IsUsed ? stampNs : nowNs;
    }
}

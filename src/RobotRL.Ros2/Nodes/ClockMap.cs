namespace RobotRL.Ros2.Nodes;

/// <summary>
/// Tells when, by this machine's monotonic clock, something was measured that another clock has stamped. No message arrives before it was measured: the
/// smallest difference between arrival and stamp is taken for the clocks' own, and what a message is later than that is its age.
/// </summary>
public sealed class ClockMap
{
    /// <summary>What differs by more is a clock that was set, not one that runs a little fast.</summary>
    public const long JumpNs = 50_000_000;

    private const long SettleNs = 1_000_000_000;
    private const double DriftShare = 5e-5; // how much faster or slower a clock may run
    private const long MostDriftNs = 5_000_000; // that is allowed for between two messages that came as fast as any before

    private long _offsetNs, _relaxedNs, _lateSinceNs, _leastLateNs;
    private bool _hasOffset;

    /// <summary>The instant of the measurement, ns; false where the other clock was set forward, so that nothing is known of this one.</summary>
    /// <param name="stampNs">By the other clock.</param>
    /// <param name="arrivedNs">By this machine's.</param>
    /// <param name="measuredNs">By this machine's, never later than the arrival.</param>
    public bool TryMap(long stampNs, long arrivedNs, out long measuredNs)
    {
        var difference = arrivedNs - stampNs;
        var isJump = false;
        if (!_hasOffset) Anchor(difference, arrivedNs);
        else
        {
            var offset = OffsetAt(arrivedNs);
            isJump = difference < offset - JumpNs;
            if (difference <= offset) Anchor(difference, arrivedNs);
            else if (difference > offset + JumpNs) Late(difference, arrivedNs);
            else (_lateSinceNs, _leastLateNs) = (0, long.MaxValue);
        }
        measuredNs = Math.Min(arrivedNs, stampNs + OffsetAt(arrivedNs));
        return !isJump;
    }

    /// <summary>
    /// Messages that come late for a whole second, the robot stopped by then, come of a clock that was set back: the least of their delays is none.
    /// </summary>
    private void Late(long difference, long arrivedNs)
    {
        if (_lateSinceNs == 0) (_lateSinceNs, _leastLateNs) = (arrivedNs, difference);
        _leastLateNs = Math.Min(_leastLateNs, difference);
        if (arrivedNs - _lateSinceNs < SettleNs) return;
        Anchor(_leastLateNs, arrivedNs);
    }

    private long OffsetAt(long nowNs) => _offsetNs + Math.Min(MostDriftNs, (long)(DriftShare * (nowNs - _relaxedNs)));

    private void Anchor(long offsetNs, long nowNs) =>
        (_offsetNs, _relaxedNs, _hasOffset, _lateSinceNs, _leastLateNs) = (offsetNs, nowNs, true, 0, long.MaxValue);
}

using RobotRL.Model;

namespace RobotRL.Teleop.Devices;

/// <summary>How old the newest of a topic's messages is. One whose stamp stands still is as old as the first with that stamp.</summary>
internal struct Freshness
{
    private MessageTime _last;
    private Stamp _sent;
    private bool _isKnown;

    public void Saw(in MessageTime time)
    {
        if (!_isKnown || time.StampNs > _last.StampNs) _sent = time.Sent;
        (_last, _isKnown) = (time, true);
    }

    public readonly long AgeNs(Stamp now) => _isKnown ? now.Since(_sent) : long.MaxValue;

    public readonly bool IsFresh(Stamp now, long mostNs) => _isKnown && AgeNs(now) <= mostNs;
}

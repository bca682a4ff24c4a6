using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>
/// An arm that is to be held and is pushed on, soft as it is, is braked: by how far it goes once its stop should be over, by how long that takes, and
/// by how far
/// it leaves the place where it came to stand.
/// </summary>
internal sealed class StandstillWatch(SafetyLimits limits, int joints)
{
    /// <summary>An arm that does not come to stand in this time is braked.</summary>
    private const long StopMaxNs = 3_000_000_000;

    /// <summary>And one that goes on by so many windows once the time of a controlled stop is over.</summary>
    private const double StopWindows = 2;

    private JointPositions _stoppedAt, _heldAt;
    private bool _isStopPlaced;

    /// <summary>The arm stands here.</summary>
    public void Hold(in JointPositions q) => (_heldAt, _isStopPlaced) = (q, false);

    /// <summary>What is wrong with a stop that has gone on for so long, or none.</summary>
    public Fault CheckStop(Stamp now, long sinceNs, in JointPositions q)
    {
        if (sinceNs <= ReflexGate.ControlledStopMaxNs)
        {
            _isStopPlaced = false;
            return default;
        }
        if (!_isStopPlaced) (_isStopPlaced, _stoppedAt) = (true, q);
        return Left(now, q, _stoppedAt, StopWindows * limits.StandstillRad) is { IsNone: false } left ? left
            : sinceNs > StopMaxNs ? Lost(now, sinceNs, StopMaxNs, -1) : default;
    }

    /// <summary>Whether a held arm has left its place.</summary>
    public Fault CheckHeld(Stamp now, in JointPositions q) => Left(now, q, _heldAt, limits.StandstillRad);

    private Fault Left(Stamp now, in JointPositions q, in JointPositions from, double window)
    {
        for (var i = 0; i < joints; i++)
            if (Math.Abs(q[i] - from[i]) is var moved && moved > window) return Lost(now, moved, window, i);
        return default;
    }

    private static Fault Lost(Stamp now, double value, double limit, int joint) =>
        new(FaultCode.StandstillLost, StopCategories.Of(FaultCode.StandstillLost), now, value, limit, joint);
}

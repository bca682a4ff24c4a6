using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>Whether an operator holds on to a retreat. Once it was ended by anything but letting go, they must let go before they can hold on again.</summary>
internal sealed class RetreatHold(SafetyLimits limits)
{
    private Stamp _voidBeat = new(long.MinValue);
    private bool _isSpent;

    /// <summary>Whether this sign of life holds on, now.</summary>
    public bool IsHeld(Stamp now, in Heartbeat beat)
    {
        var age = now.Since(beat.Time);
        // What came of another clock is no sign of anyone, also once this clock has caught up with it.
        if (age < -limits.StateMaxAgeNs) _voidBeat = beat.Time;
        var isHeld = beat.State == CommandingState.Retreating && age <= limits.HeartbeatMaxAgeNs && beat.Time != _voidBeat;
        if (!isHeld) _isSpent = false;
        return isHeld && !_isSpent;
    }

    /// <summary>The retreat has ended.</summary>
    public void Spend() => _isSpent = true;
}

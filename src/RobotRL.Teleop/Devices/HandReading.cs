using RobotRL.Model;

namespace RobotRL.Teleop.Devices;

/// <summary>When a message was sent and came.</summary>
/// <param name="StampNs">Its stamp as it stands there: only whether it moves on is looked at.</param>
/// <param name="Sent">When it was sent, by the clock of whoever asks for commands.</param>
/// <param name="Arrived">When it came, by the same clock.</param>
public readonly record struct MessageTime(long StampNs, Stamp Sent, Stamp Arrived);

/// <summary>What a device's axes, or a sender that has worked it out, ask for.</summary>
/// <param name="Motion">-1 to 1 of the action scale on each axis; end-effector frame.</param>
/// <param name="Deflection">What keeps it from being at rest, in words; null where it is at rest.</param>
/// <param name="Content">Differs where any number of the message differs: a hand that lives trembles.</param>
public readonly record struct HandMotion(NormalizedTwist Motion, string? Deflection, int Content);

/// <summary>Where a hand stands between a device that is away and one that drives.</summary>
public enum HandPhase
{
    /// <summary>Nothing of it can be believed.</summary>
    Away,

    /// <summary>It is there, and has not been seen at rest with the deadman released since it must be.</summary>
    Closed,

    /// <summary>It drives once its deadman is pressed.</summary>
    Open,

    /// <summary>It drives.</summary>
    Driving,
}

/// <summary>What a device's hand wants at one decision.</summary>
/// <param name="Phase">How it stands.</param>
/// <param name="Action">Its action; rest where it does not drive.</param>
/// <param name="Since">Since when it drives, by the clock of its messages.</param>
public readonly record struct HandCommand(HandPhase Phase, PolicyAction Action, Stamp Since);

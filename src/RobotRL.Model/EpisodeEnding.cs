namespace RobotRL.Model;

/// <summary>What a stop's last transition is to whoever learns from it.</summary>
public enum EpisodeEnd : byte
{
    /// <summary>Nothing stopped the robot.</summary>
    GoesOn,

    /// <summary>The motion itself led here: the episode is over, and nothing is left to hope for.</summary>
    Terminates,

    /// <summary>Something beside the motion broke the episode off: the value of what is seen last still counts.</summary>
    Truncates,

    /// <summary>What was seen, done or timed in the last step is not to be trusted: it stays on disk and is not learned from.</summary>
    Drops,
}

/// <summary>
/// What a stop means to learning, by its cause alone. <c>docs/endings.md</c> gives the reason for each, and a test holds the two together.
/// </summary>
/// <param name="End">How the last transition ends the episode.</param>
/// <param name="IsHarm">The motion broke a limit that stands for harm: what a safety critic learns to foresee. Any other stop tells it nothing.</param>
public readonly record struct EpisodeEnding(EpisodeEnd End, bool IsHarm = false)
{
    /// <exception cref="ArgumentOutOfRangeException">A cause that nobody has decided on.</exception>
    public static EpisodeEnding Of(FaultCode cause) => cause switch
    {
        FaultCode.None => new(EpisodeEnd.GoesOn),

        FaultCode.CollisionForce or FaultCode.JointCollision or FaultCode.SelfCollision or FaultCode.TorqueExceeded or
        FaultCode.JointPositionExceeded or FaultCode.JointVelocityExceeded or FaultCode.WorkspaceExceeded or
        FaultCode.CartesianVelocityExceeded or FaultCode.OrientationExceeded => new(EpisodeEnd.Terminates, IsHarm: true),

        // The policy kept proposing what the critic found risky. To the critic this is its own caution, which must not confirm itself.
        FaultCode.RecoveryExhausted => new(EpisodeEnd.Terminates),

        FaultCode.OperatorStop or FaultCode.DeadmanReleased or FaultCode.HeartbeatLost or FaultCode.StaleTarget or
        FaultCode.StorageFailure or FaultCode.CriticFailure or FaultCode.LimitChangeRefused or FaultCode.StandstillLost or
        FaultCode.UnknownCause or FaultCode.OtherArmStopped => new(EpisodeEnd.Truncates),

        FaultCode.NonFiniteState or FaultCode.NonFiniteCommand or FaultCode.NonFiniteInternal or FaultCode.TargetOutOfRange or
        FaultCode.StaleState or FaultCode.FrozenState or FaultCode.SensorError or FaultCode.ForceSensorFailure or
        FaultCode.ClockBackward or FaultCode.ClockForward or FaultCode.LoopLate or FaultCode.LoopEnded or
        FaultCode.ProtocolMismatch or FaultCode.ChannelCorrupt or FaultCode.RobotNotReady or FaultCode.ForeignCommander => new(EpisodeEnd.Drops),

        _ => throw new ArgumentOutOfRangeException(nameof(cause), cause, "Nobody has decided what this cause means to learning."),
    };
}

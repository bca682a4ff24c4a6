using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>The stop that each fault takes.</summary>
public static class StopCategories
{
    /// <summary>
    /// Category 2 where the state can be trusted and the arm can hold itself; 1 where it should not stay powered, or where the state is missing,
    /// so that its torque can only be taken away in an orderly manner; 0 where even that torque would rest on false numbers, and where an arm that
    /// stands is pushed
    /// away: its brakes hold it best. And where the robot does not do what it is told: whatever is sent then would be done later, by surprise.
    /// </summary>
    public static StopCategory Of(FaultCode code) => code switch
    {
        FaultCode.NonFiniteState or FaultCode.TorqueExceeded or FaultCode.NonFiniteInternal or
        FaultCode.LoopEnded or FaultCode.StandstillLost or FaultCode.RobotNotReady or FaultCode.ForeignCommander => StopCategory.Category0,

        FaultCode.StaleState or FaultCode.FrozenState or FaultCode.SensorError or FaultCode.ClockBackward or FaultCode.ClockForward or
        FaultCode.JointPositionExceeded or FaultCode.JointVelocityExceeded or FaultCode.CartesianVelocityExceeded or
        FaultCode.ProtocolMismatch or FaultCode.LoopLate or FaultCode.ChannelCorrupt => StopCategory.Category1,

        FaultCode.NonFiniteCommand or FaultCode.StaleTarget or FaultCode.DeadmanReleased or FaultCode.HeartbeatLost or FaultCode.CollisionForce or
        FaultCode.WorkspaceExceeded or FaultCode.OperatorStop or FaultCode.LimitChangeRefused or FaultCode.CriticFailure or
        FaultCode.RecoveryExhausted or FaultCode.StorageFailure or FaultCode.OrientationExceeded or FaultCode.SelfCollision or
        FaultCode.JointCollision or FaultCode.ForceSensorFailure or FaultCode.TargetOutOfRange or FaultCode.OtherArmStopped => StopCategory.Category2,

        // And whatever else may be asked for: of a cause that nobody knows the arm stops, and does not stay powered.
        _ => StopCategory.Category1,
    };

    /// <summary>Whether, under this fault, the measured state is still good enough to control by.</summary>
    internal static bool LeavesStateTrusted(FaultCode code) => code is not
        (FaultCode.NonFiniteState or FaultCode.StaleState or FaultCode.FrozenState or FaultCode.SensorError or FaultCode.ClockBackward or
         FaultCode.ClockForward or FaultCode.TorqueExceeded);

    /// <summary>Whether an arm that was stopped for this can be led back: it stands beyond a limit of position.</summary>
    public static bool AllowsRetreat(FaultCode code) =>
        code is FaultCode.JointPositionExceeded or FaultCode.WorkspaceExceeded or FaultCode.OrientationExceeded or FaultCode.SelfCollision;

    /// <summary>
    /// Whether an arm that these causes stopped can be led back: one beyond a limit of position, with nothing else but that the other arm was
    /// stopped.
    /// </summary>
    public static bool AllowsRetreat(FaultSet causes)
    {
        var own = causes.Except(FaultSet.Of(FaultCode.OtherArmStopped));
        for (var rest = own; !rest.IsEmpty; rest = rest.Rest)
            if (!AllowsRetreat(rest.First)) return false;
        return !own.IsEmpty;
    }
}

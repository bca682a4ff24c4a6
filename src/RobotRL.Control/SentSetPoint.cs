using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control;

/// <summary>What was sealed for a robot that closes its own loop, as a record keeps it; all zero where the robot takes torques.</summary>
public struct SentSetPoint
{
    internal SentSetPoint(in SafeCommand command, in SetPoint setPoint)
    {
        (Kind, SetPoint, FeedForwardInBase) = (command.Kind, setPoint, command.Impedance.FeedForwardInBase);
        if (!command.HasSetPoint) return;
        if (Kind == CommandKind.CartesianImpedance)
        {
            var (linear, angular) = command.Impedance.TwistInBase;
            Rate = SetPoint.Of([linear.X, linear.Y, linear.Z, angular.X, angular.Y, angular.Z]);
            Posture = command.PositionRad;
        }
        else
        {
            var velocity = command.VelocityRadS;
            Rate = SetPoint.Of(velocity);
        }
    }

    /// <summary>The kind; <see cref="CommandKind.JointTorque"/> where nothing of this counts.</summary>
    public CommandKind Kind;

    /// <summary>
    /// The seven numbers sent, NaN where no set-point was, and how they move: joint velocities (rad/s), or the twist (m/s, rad/s) and a zero.
    /// </summary>
    public SetPoint SetPoint, Rate;

    /// <summary>The posture beside a pose, rad, and the wrench to exert beside its spring, base axes.</summary>
    public JointPositions Posture;
    public Wrench FeedForwardInBase;
}

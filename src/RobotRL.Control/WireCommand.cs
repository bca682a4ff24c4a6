using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control;

/// <summary>
/// What a robot's own controller is told, once it has left the gate's side: the values of a sealed command, or of one that came over a wire to a
/// simulated robot.
/// </summary>
public struct WireCommand
{
    public CommandKind Kind;

    /// <summary>Whether there is anything to follow.</summary>
    public bool HasSetPoint;

    /// <summary>Brakes are to close and drive power to go.</summary>
    public bool RemovePower;

    /// <inheritdoc cref="SafeCommand.TorqueNm"/>
    public JointTorques TorqueNm;

    /// <inheritdoc cref="SafeCommand.PositionRad"/>
    public JointPositions PositionRad;

    /// <inheritdoc cref="SafeCommand.VelocityRadS"/>
    public JointVelocities VelocityRadS;

    /// <inheritdoc cref="SafeCommand.Impedance"/>
    public ImpedanceSetPoint Impedance;

    /// <inheritdoc cref="SafeCommand.Grip"/>
    public Grip Grip;

    public static WireCommand Of(in SafeCommand command) => new()
    {
        Kind = command.Kind,
        HasSetPoint = command.HasSetPoint,
        RemovePower = command.RemovePower,
        TorqueNm = command.TorqueNm,
        PositionRad = command.PositionRad,
        VelocityRadS = command.VelocityRadS,
        Impedance = command.Impedance,
        Grip = command.Grip,
    };
}

using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>What a gate still knows once its reference has started anew.</summary>
/// <param name="Stiffness">In force.</param>
/// <param name="TorqueNm">Sealed last.</param>
/// <param name="Grip">Sealed last.</param>
/// <param name="Admitted">The target admitted last; number 0 for none yet.</param>
/// <param name="Commands">Sealed so far.</param>
/// <param name="RefusedLimitChanges">So far.</param>
public readonly record struct GateMemory(
    CartesianStiffness Stiffness, JointTorques TorqueNm, Grip Grip, CartesianTarget Admitted, long Commands, int RefusedLimitChanges)
{
    /// <summary>Sealed last for a robot that closes its own loop.</summary>
    public SetPoint SetPoint { get; init; } = SetPoint.None;
}

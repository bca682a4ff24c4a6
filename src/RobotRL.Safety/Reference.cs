using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>The motion that the impedance law follows, in base. Velocity and acceleration are those at the instant of the pose.</summary>
public readonly record struct Reference(Pose PoseInBase, Twist VelocityInBase, Twist AccelerationInBase)
{
    public static Reference AtRest(in Pose pose) => new(pose, Twist.Zero, Twist.Zero);
}

/// <summary>What the reference generator asks of the gate for the next tick.</summary>
/// <param name="NextInBase">Where the plan is one period from now.</param>
/// <param name="GoalInBase">Where the plan ends: approached directly once a limit has forced the reference off the plan.</param>
/// <param name="OnPlan">Whether the reference stands where the plan has it.</param>
public readonly record struct ReferenceDemand(Pose NextInBase, Pose GoalInBase, bool OnPlan);

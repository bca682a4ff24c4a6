using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>The range of a normalised action.</summary>
public static class ActionRange
{
    /// <summary>
    /// Clamps finite components to [-1, 1]. Others stay as they are, so that the target made of them is seen as non-finite and stops the robot.
    /// </summary>
    public static LimitFlags Clamp(ref ArmAction action)
    {
        var isInside = Clamp(ref action.Stiffness) & Clamp(ref action.Damping);
        for (var i = 0; i < ActionSpace.Axes; i++) isInside &= Clamp(ref action.Motion[i]) & Clamp(ref action.Wrench[i]);
        return isInside ? LimitFlags.None : LimitFlags.ActionRange;
    }

    private static bool Clamp(ref float value)
    {
        if (!float.IsFinite(value) || Math.Abs(value) <= 1) return true;
        value = Math.Clamp(value, -1, 1);
        return false;
    }

    /// <summary>Limits that change where the reference goes. The others act on torque and stiffness alone, and leave the executed action as proposed.</summary>
    public const LimitFlags AltersReference =
        LimitFlags.Workspace | LimitFlags.KeepOut | LimitFlags.CartesianVelocity | LimitFlags.CartesianAcceleration | LimitFlags.CartesianJerk |
        LimitFlags.JointPosition | LimitFlags.JointVelocity | LimitFlags.JointAcceleration | LimitFlags.JointJerk | LimitFlags.ContactForce |
        LimitFlags.Critic | LimitFlags.Stopping | LimitFlags.Orientation | LimitFlags.Body |
        LimitFlags.SelfDistance | LimitFlags.ArmDistance;
}

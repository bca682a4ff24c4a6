using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>
/// Whether a target is one that a commander of this arm can mean: finite, a rotation, near the workspace, of a stiffness, wrench and grip within
/// reason.
/// </summary>
internal sealed class TargetCheck(SafetyLimits limits, BoxBarrier workspace, GripLimiter grip)
{
    /// <summary>A target this far outside the workspace is no target, m.</summary>
    private const double NeighbourhoodM = 0.5;

    /// <summary>So many times the largest stiffness is no stiffness.</summary>
    private const double AbsurdShare = 10;

    private readonly JointLimits[] _joints = [.. limits.Joints];

    /// <summary>What is wrong with a target, and by how much; <see cref="FaultCode.None"/> for nothing.</summary>
    public (FaultCode Code, double Value, double Limit) Check(in CartesianTarget target)
    {
        if (!target.IsFinite || !IsRotation(target.PoseInBase.Orientation)) return (FaultCode.NonFiniteCommand, double.NaN, double.NaN);
        if (IsAbsurd(target, out var value, out var limit)) return (FaultCode.TargetOutOfRange, value, limit);
        return grip.Admits(target.Grip) ? default : (FaultCode.TargetOutOfRange, target.Grip.ForceN, limits.Grip.ForceN);
    }

    private bool IsAbsurd(in CartesianTarget target, out double value, out double limit)
    {
        value = (target.PoseInBase.Position - workspace.Inside(target.PoseInBase.Position)).Length;
        if (!(value <= (limit = NeighbourhoodM))) return true;
        var (s, most) = (target.Stiffness, limits.Stiffness);
        if (IsBeyond(value = s.TranslationNM, limit = AbsurdShare * most.TranslationMaxNM) ||
            IsBeyond(value = s.RotationNmRad, limit = AbsurdShare * most.RotationMaxNmRad) ||
            IsBeyond(value = s.DampingRatio, limit = AbsurdShare * most.DampingRatioMax)) return true;
        var push = target.FeedForwardInEndEffector;
        if (IsBeyond(value = push.Force.Length, limit = AbsurdShare * limits.ContactForceN) ||
            IsBeyond(value = push.Torque.Length, limit = AbsurdShare * limits.ContactTorqueNm)) return true;
        if (!target.MovesPosture) return false;
        for (var i = 0; i < _joints.Length; i++)
        {
            value = target.PostureRad[i];
            if (!(value >= (limit = _joints[i].PositionMinRad)) || !(value <= (limit = _joints[i].PositionMaxRad))) return true;
        }
        return false;
    }

    private static bool IsBeyond(double value, double limit) => !(Math.Abs(value) <= limit);

    private static bool IsRotation(in Rotation r) => Math.Abs(r.X * r.X + r.Y * r.Y + r.Z * r.Z + r.W * r.W - 1) < 1e-3;
}

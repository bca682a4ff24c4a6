using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>Pushes joints away from their position limits, then holds each torque within its magnitude and its rate.</summary>
internal sealed class TorqueLimiter(JointLimits[] joints, double periodS)
{
    // Over this last stretch before a limit a spring rises to half of the joint's torque, damped toward the limit.
    private const double RepulsionRangeRad = 0.05;
    private const double RepulsionShare = 0.5;
    private const double RepulsionDampingS = 0.1;

    private JointTorques _last;
    private JointPositions _low, _high;
    private bool _isPlaced;

    /// <summary>The joints are without torque.</summary>
    public void Restart() => _last = default;

    /// <summary>These torques were sealed last.</summary>
    public void Resume(in JointTorques sealedNm) => _last = sealedNm;

    /// <summary>Where the arm came to stand: a joint that stands near a limit is kept from going on, not pushed from where it is.</summary>
    public void Place(in JointPositions q)
    {
        for (var i = 0; i < joints.Length; i++)
            (_low[i], _high[i]) = (Math.Min(joints[i].PositionMinRad + RepulsionRangeRad, q[i]), Math.Max(joints[i].PositionMaxRad - RepulsionRangeRad, q[i]));
        _isPlaced = true;
    }

    public LimitFlags Step(ref JointTorques torque, in JointPositions q, in JointVelocities velocity)
    {
        var flags = LimitFlags.None;
        for (var i = 0; i < joints.Length; i++)
        {
            ref readonly var joint = ref joints[i];
            var (low, high) = _isPlaced ? (_low[i], _high[i]) : (joint.PositionMinRad + RepulsionRangeRad, joint.PositionMaxRad - RepulsionRangeRad);
            var wanted = torque[i] + Repulsion(joint, q[i] - high, low - q[i], velocity[i]);
            if (wanted != torque[i]) flags |= LimitFlags.JointPosition;
            var bounded = Math.Clamp(wanted, -joint.TorqueNm, joint.TorqueNm);
            if (bounded != wanted) flags |= LimitFlags.Torque;
            var change = joint.TorqueRateNmS * periodS;
            var limited = Math.Clamp(bounded, _last[i] - change, _last[i] + change);
            if (limited != bounded) flags |= LimitFlags.TorqueRate;
            torque[i] = _last[i] = limited;
        }
        return flags;
    }

    /// <summary>Every torque toward zero at its rate, for a stop without a state to control by. True once all are zero.</summary>
    public bool RampDown(ref JointTorques torque)
    {
        var done = true;
        for (var i = 0; i < joints.Length; i++)
        {
            var change = joints[i].TorqueRateNmS * periodS;
            torque[i] = _last[i] = Math.Abs(_last[i]) <= change ? 0 : _last[i] - Math.CopySign(change, _last[i]);
            done &= torque[i] == 0;
        }
        return done;
    }

    private static double Repulsion(in JointLimits joint, double above, double below, double velocity)
    {
        var spring = RepulsionShare * joint.TorqueNm / RepulsionRangeRad;
        if (above > 0) return -spring * (Math.Min(above, RepulsionRangeRad) + RepulsionDampingS * Math.Max(0, velocity));
        return below > 0 ? spring * (Math.Min(below, RepulsionRangeRad) + RepulsionDampingS * Math.Max(0, -velocity)) : 0;
    }
}

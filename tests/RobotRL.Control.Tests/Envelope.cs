using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control.Contract;

/// <summary>
/// What the gate promises of the reference, torque and stiffness from one tick to the next, checked from the records alone, with differences of its own.
/// A driver's test project links this file too.
/// </summary>
internal sealed class Envelope(RobotDescription robot, Pose endEffectorInFlange)
{
    private const double Rounding = 1e-9;

    private readonly SafetyLimits _limits = robot.Limits;
    private readonly ArmKinematics _arm = new(robot, endEffectorInFlange);
    private readonly double _dt = robot.ControlPeriodNs * 1e-9;
    private readonly double[] _largest = new double[Enum.GetValues<Quantity>().Length];
    private (Pose Pose, Twist V, Twist A) _last;
    private int _seen;
    private JointTorques _torque;
    private CartesianStiffness? _stiffness;

    /// <summary>Ticks that measured something beyond a limit; each of them was stopping.</summary>
    public long Overruns { get; private set; }

    /// <summary>Forgets the last ticks: the arm was placed anew.</summary>
    public void Restart()
    {
        _seen = 0;
        _torque = default;
        _stiffness = null;
    }

    public void Check(in ControlRecord r)
    {
        Torques(r);
        Motion(r);
        Stiffness(r);
        Measured(r);
    }

    private void Torques(in ControlRecord r)
    {
        for (var i = 0; i < robot.JointCount; i++)
        {
            Within(Quantity.Torque, Math.Abs(r.TorqueNm[i]), _limits.Joints[i].TorqueNm);
            Within(Quantity.TorqueRate, Math.Abs(r.TorqueNm[i] - _torque[i]) / _dt, _limits.Joints[i].TorqueRateNmS);
        }
        _torque = r.TorqueNm;
    }

    private void Motion(in ControlRecord r)
    {
        var pose = r.Reference.PoseInBase;
        Assert.True(pose.IsFinite);
        var (last, v0, a0) = _last;
        _last.Pose = pose;
        if (_seen++ == 0) return;
        var v = new Twist((pose.Position - last.Position) / _dt, (pose.Orientation * last.Orientation.Inverse).ToVector() / _dt);
        var a = (v - v0) * (1 / _dt);
        var j = (a - a0) * (1 / _dt);
        (_last.V, _last.A) = (v, a);
        // Differences of differences mean something from the fourth pose on.
        if (_seen < 4) return;
        Within(Quantity.TranslationVelocity, v.Linear.Length, _limits.Translation.Velocity);
        Within(Quantity.TranslationAcceleration, a.Linear.Length, _limits.Translation.Acceleration);
        Within(Quantity.TranslationJerk, j.Linear.Length, _limits.Translation.Jerk);
        Within(Quantity.RotationVelocity, v.Angular.Length, _limits.Rotation.Velocity);
        Within(Quantity.RotationAcceleration, a.Angular.Length, _limits.Rotation.Acceleration);
        Within(Quantity.RotationJerk, j.Angular.Length, _limits.Rotation.Jerk);

        _arm.Update(r.Measured.Position);
        var (jointV, jointA, jointJ) = (_arm.JointMotionOf(v), _arm.JointMotionOf(a), _arm.JointMotionOf(j));
        for (var i = 0; i < robot.JointCount; i++)
        {
            Within(Quantity.JointVelocity, Math.Abs(jointV[i]), _limits.Joints[i].VelocityRadS);
            Within(Quantity.JointAcceleration, Math.Abs(jointA[i]), _limits.Joints[i].AccelerationRadS2);
            Within(Quantity.JointJerk, Math.Abs(jointJ[i]), _limits.Joints[i].JerkRadS3);
        }

        // ḣ ≥ −γ h on each face of the workspace, and never inside the keep-out box.
        for (var axis = 0; axis < 3; axis++)
        {
            Barrier(last.Position[axis] - _limits.Workspace.Min[axis], pose.Position[axis] - _limits.Workspace.Min[axis]);
            Barrier(_limits.Workspace.Max[axis] - last.Position[axis], _limits.Workspace.Max[axis] - pose.Position[axis]);
        }
        foreach (var box in _limits.KeepOut) Assert.False(box.Contains(pose.Position), "reference in a keep-out box");
    }

    private void Barrier(double before, double after)
    {
        if (after < before * (1 - _limits.BarrierRate * _dt) - Rounding) Assert.Fail($"distance to a face fell from {before} to {after} m");
    }

    private void Stiffness(in ControlRecord r)
    {
        var s = _limits.Stiffness;
        Assert.InRange(r.Stiffness.TranslationNM, s.TranslationMinNM, s.TranslationMaxNM);
        Assert.InRange(r.Stiffness.RotationNmRad, s.RotationMinNmRad, s.RotationMaxNmRad);
        Assert.InRange(r.Stiffness.DampingRatio, s.DampingRatioMin, s.DampingRatioMax);
        Assert.InRange(r.TankJ, 0, s.TankCapacityJ);
        if (_stiffness is { } last) Within(Quantity.StiffnessRate, Math.Abs(r.Stiffness.TranslationNM - last.TranslationNM) / _dt, s.RateNMS);
        _stiffness = r.Stiffness;
    }

    /// <summary>What is measured is physics' doing: the promise is that the tick which sees it beyond a limit is already stopping.</summary>
    private void Measured(in ControlRecord r)
    {
        var p = r.EndEffector.PoseInBase.Position;
        var beyond = !_limits.Workspace.Contains(p) || _limits.KeepOut.Any(box => box.Contains(p));
        for (var i = 0; i < robot.JointCount; i++)
            beyond |= r.Measured.Position[i] < _limits.Joints[i].PositionMinRad || r.Measured.Position[i] > _limits.Joints[i].PositionMaxRad ||
                Math.Abs(r.Measured.Velocity[i]) > _limits.Joints[i].VelocityRadS;
        var (twist, wrench) = (r.EndEffector.TwistInBase, r.Measured.ExternalWrenchInEndEffector);
        beyond |= twist.Linear.Length > _limits.Translation.Velocity || twist.Angular.Length > _limits.Rotation.Velocity;
        beyond |= wrench.Force.Length > _limits.CollisionForceN || wrench.Torque.Length > _limits.CollisionTorqueNm;
        if (!beyond) return;
        Overruns++;
        Assert.False(r.Gate == GateState.Running || r.Fault.IsNone, "measured beyond a limit and not stopping");
    }

    private void Within(Quantity what, double value, double limit)
    {
        if (value / limit > _largest[(int)what]) _largest[(int)what] = value / limit;
        if (value > limit * (1 + 1e-6)) Assert.Fail($"{what}: {value} above {limit}");
    }

    public override string ToString() => string.Join(", ", Enum.GetValues<Quantity>().Select(q => $"{q} {_largest[(int)q]:P0}"));

    private enum Quantity
    {
        Torque, TorqueRate, TranslationVelocity, TranslationAcceleration, TranslationJerk, RotationVelocity, RotationAcceleration, RotationJerk,
        JointVelocity, JointAcceleration, JointJerk, StiffnessRate,
    }
}

using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>
/// The way back for an arm that stands beyond a limit of position: how far beyond it is in all, and which joint motion lessens each overrun. It ends a margin inside, where
/// ordinary motion begins.
/// </summary>
internal sealed class RetreatWay(SafetyLimits limits, BodyModel body)
{
    private const double JointMarginRad = 0.035, PointMarginM = 0.007, BodyMarginM = 0.012, OrientationMarginRad = 0.035;

    /// <summary>From this overrun on the motion has its whole speed; closer to the end it slows in proportion.</summary>
    private const double FullSpeedAt = 0.01;

    private readonly Clearance _clearance = new(body);
    private readonly OrientationBarrier _orientation = new(limits.Orientation with { TiltRad = limits.Orientation.TiltRad - OrientationMarginRad, YawRad = limits.Orientation.YawRad - OrientationMarginRad }, 1);
    private readonly double[] _byJoint = new double[limits.Joints.Count];
    private readonly Box[] _keepOut = [.. limits.KeepOut.Select(b => new Box(b.Min - Margin, b.Max + Margin))];
    private readonly Box _workspace = new(limits.Workspace.Min + Margin, limits.Workspace.Max - Margin);
    private readonly JointLimits[] _joints = [.. limits.Joints];

    private static readonly Vector3D Margin = new(PointMarginM, PointMarginM, PointMarginM);

    /// <summary>The overruns' sum, rad and m; 0 where the arm is a margin inside everything.</summary>
    /// <param name="arm">At the posture.</param>
    /// <param name="q">The posture, rad.</param>
    /// <param name="way">Receives the joint motion that lessens them, each joint within ±1.</param>
    public double Find(ArmKinematics arm, in JointPositions q, out JointVelocities way)
    {
        way = default;
        var sum = 0.0;
        for (var i = 0; i < _joints.Length; i++)
        {
            var above = q[i] - (_joints[i].PositionMaxRad - JointMarginRad);
            var below = _joints[i].PositionMinRad + JointMarginRad - q[i];
            var over = Math.Max(above, below);
            if (over <= 0) continue;
            sum += over;
            way[i] += (above > below ? -1 : 1) * Math.Min(1, over / FullSpeedAt);
        }
        var at = arm.EndEffectorInBase;
        var inside = new Vector3D(
            Math.Clamp(at.Position.X, _workspace.Min.X, _workspace.Max.X), Math.Clamp(at.Position.Y, _workspace.Min.Y, _workspace.Max.Y),
            Math.Clamp(at.Position.Z, _workspace.Min.Z, _workspace.Max.Z)) - at.Position;
        if (inside != Vector3D.Zero) sum += Add(arm, new(inside / inside.Length, default), inside.Length, ref way);
        foreach (var box in _keepOut)
            if (Segments.ToBox(at.Position, at.Position, box, out _, out var away) is < 0 and var depth) sum += Add(arm, new(away, default), -depth, ref way);
        var turn = _orientation.WayBack(at.Orientation);
        if (_orientation.Overrun(at.Orientation) is > 0 and var turned) sum += Add(arm, new(default, turn), turned, ref way);
        _clearance.Restart();
        foreach (ref readonly var near in _clearance.Find(arm, q, BodyMarginM))
        {
            _clearance.Gradient(near, arm, _byJoint);
            sum += Add(BodyMarginM - near.DistanceM, ref way);
        }
        for (var i = 0; i < _joints.Length; i++) way[i] = Math.Clamp(way[i], -1, 1);
        return sum;
    }

    private double Add(ArmKinematics arm, in Twist along, double over, ref JointVelocities way)
    {
        var torque = arm.TorqueOf(new(along.Linear, along.Angular)); // Jᵀ: what each joint contributes
        for (var i = 0; i < _byJoint.Length; i++) _byJoint[i] = torque[i];
        return Add(over, ref way);
    }

    private double Add(double over, ref JointVelocities way)
    {
        var size = 0.0;
        foreach (var g in _byJoint) size += g * g;
        if (size < 1e-12) return over;
        var speed = Math.Min(1, over / FullSpeedAt) / Math.Sqrt(size);
        for (var i = 0; i < _byJoint.Length; i++) way[i] += _byJoint[i] * speed;
        return over;
    }
}

using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>
/// The way back for an arm that stands beyond a limit of position: how far beyond each limit it is, and a joint motion that lessens the overruns and
/// worsens none. It ends a
/// margin inside, where ordinary motion begins.
/// </summary>
internal sealed class RetreatWay
{
    private const double JointMarginRad = 0.035, PointMarginM = 0.007, BodyMarginM = 0.012, OrientationMarginRad = 0.035;

    /// <summary>From this overrun on the motion has its whole speed; closer to the end it slows in proportion.</summary>
    private const double FullSpeedAt = 0.01;

    /// <summary>By how much any one overrun may grow again, m or rad.</summary>
    private const double Slack = 0.01;
    private const int Rounds = 4;

    private const double SpeedRadS = 0.1;

    /// <summary>The posture that is led back may be ahead of an arm that something holds by so much, rad.</summary>
    private const double AheadRad = 0.05;

    private static readonly Vector3D Margin = new(PointMarginM, PointMarginM, PointMarginM);

    private readonly JointLimits[] _joints;
    private readonly Box _workspace;
    private readonly Box[] _keepOut;
    private readonly OrientationBarrier _orientation;
    private readonly Clearance _clearance;
    private readonly double[] _overruns, _least;
    private readonly double[][] _gradients;
    private readonly double[] _speeds;
    private int _count;

    public RetreatWay(SafetyLimits limits, BodyModel body)
    {
        _joints = [.. limits.Joints];
        _workspace = new(limits.Workspace.Min + Margin, limits.Workspace.Max - Margin);
        _keepOut = [.. limits.KeepOut.Select(b => new Box(b.Min - Margin, b.Max + Margin))];
        var o = limits.Orientation;
        _orientation = new(
            o with
            {
                TiltRad = o.TiltRad - Math.Min(0.5 * o.TiltRad, OrientationMarginRad),
                YawRad = o.YawRad - Math.Min(0.5 * o.YawRad, OrientationMarginRad),
            },
            1);
        _clearance = new(body);
        // Joints, workspace, keep-out boxes, tilt, yaw, pairs of the body.
        var most = _joints.Length + 3 + _keepOut.Length + body.Pairs.Length;
        (_overruns, _least, _speeds) = (new double[most], new double[most], new double[most]);
        _gradients = [.. Enumerable.Range(0, most).Select(_ => new double[_joints.Length])];
    }

    /// <summary>Works out the overruns, and what lessens each.</summary>
    /// <param name="arm">At the posture.</param>
    /// <param name="q">The posture, rad.</param>
    public void Find(ArmKinematics arm, in JointPositions q)
    {
        Array.Clear(_overruns);
        _count = 0;
        for (var i = 0; i < _joints.Length; i++)
        {
            var above = q[i] - (_joints[i].PositionMaxRad - JointMarginRad);
            var below = _joints[i].PositionMinRad + JointMarginRad - q[i];
            if (Math.Max(above, below) <= 0) continue;
            Array.Clear(_gradients[_count]);
            _gradients[_count][i] = above > below ? -1 : 1;
            Take(i, Math.Max(above, below));
        }
        var at = arm.EndEffectorInBase;
        var inside = new Vector3D(
            Math.Clamp(at.Position.X, _workspace.Min.X, _workspace.Max.X), Math.Clamp(at.Position.Y, _workspace.Min.Y, _workspace.Max.Y),
            Math.Clamp(at.Position.Z, _workspace.Min.Z, _workspace.Max.Z)) - at.Position;
        if (inside != Vector3D.Zero) Take(arm, new(inside / inside.Length, default), _joints.Length, inside.Length);
        for (var box = 0; box < _keepOut.Length; box++)
            if (Segments.ToBox(at.Position, at.Position, _keepOut[box], out _, out var away) is < 0 and var depth)
                Take(arm, new(away, default), _joints.Length + 1 + box, -depth);
        var (tilted, turned) = _orientation.Overruns(at.Orientation);
        if (tilted > 0) Take(arm, new(default, _orientation.TiltBack(at.Orientation)), _joints.Length + 1 + _keepOut.Length, tilted);
        if (turned > 0) Take(arm, new(default, _orientation.YawBack(at.Orientation)), _joints.Length + 2 + _keepOut.Length, turned);
        _clearance.Restart();
        foreach (ref readonly var near in _clearance.Find(arm, q, BodyMarginM))
        {
            _clearance.Gradient(near, arm, _gradients[_count]);
            Take(_joints.Length + 3 + _keepOut.Length + near.Pair, BodyMarginM - near.DistanceM);
        }
    }

    /// <summary>
    /// The joint motion that lessens the overruns found, rad/s; none where there is no overrun, no motion that worsens none, or where the posture is
    /// far enough ahead already.
    /// </summary>
    /// <param name="q">The posture as measured, rad.</param>
    /// <param name="led">The posture that is led, rad.</param>
    /// <param name="speed">Receives it.</param>
    public void Lead(in JointPositions q, in JointPositions led, out JointVelocities speed)
    {
        speed = Way();
        for (var i = 0; i < _joints.Length; i++)
            if (led[i] - q[i] is var ahead && Math.Abs(ahead) > AheadRad && ahead * speed[i] > 0)
            {
                speed = default;
                return;
            }
        for (var i = 0; i < _joints.Length; i++) speed[i] *= SpeedRadS;
    }

    /// <summary>Whether an overrun has grown, or come about, since the retreat began.</summary>
    public bool HasGrown(bool anew)
    {
        if (anew) _overruns.CopyTo(_least, 0);
        var grown = false;
        for (var i = 0; i < _overruns.Length; i++)
        {
            grown |= _overruns[i] > _least[i] + Slack;
            _least[i] = Math.Min(_least[i], _overruns[i]);
        }
        return grown;
    }

    private JointVelocities Way()
    {
        JointVelocities way = default;
        for (var k = 0; k < _count; k++)
        {
            var size = Math.Sqrt(Dot(_gradients[k], _gradients[k]));
            if (size > 1e-6) Add(ref way, _gradients[k], _speeds[k] / size);
        }
        for (var round = 0; round < Rounds; round++)
            for (var k = 0; k < _count; k++)
                if (Along(_gradients[k], way) is < 0 and var worse) Add(ref way, _gradients[k], -worse / Math.Max(1e-12, Dot(_gradients[k], _gradients[k])));
        var fastest = 1.0;
        for (var i = 0; i < _joints.Length; i++) fastest = Math.Max(fastest, Math.Abs(way[i]));
        for (var i = 0; i < _joints.Length; i++) way[i] /= fastest;
        for (var k = 0; k < _count; k++)
            if (Along(_gradients[k], way) < -1e-6) return default;
        return way;
    }

    private void Take(ArmKinematics arm, in Twist along, int index, double over)
    {
        var torque = arm.TorqueOf(new(along.Linear, along.Angular)); // Jᵀ: what each joint contributes
        for (var i = 0; i < _joints.Length; i++) _gradients[_count][i] = torque[i];
        Take(index, over);
    }

    private void Take(int index, double over) => (_overruns[index], _speeds[_count++]) = (over, Math.Min(1, over / FullSpeedAt));

    private static double Dot(double[] a, double[] b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }

    private static double Along(double[] gradient, in JointVelocities way)
    {
        var sum = 0.0;
        for (var i = 0; i < gradient.Length; i++) sum += gradient[i] * way[i];
        return sum;
    }

    private static void Add(ref JointVelocities way, double[] gradient, double share)
    {
        for (var i = 0; i < gradient.Length; i++) way[i] += gradient[i] * share;
    }
}

using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control.Contract;

/// <summary>
/// What the gate promises a robot that closes its own loop, judged from the records alone by differences of its own. Set-points start anew only where
/// nothing was in
/// force, where the arm was put elsewhere, or where it is measured far from them.
/// </summary>
internal sealed class SetPointEnvelope(RobotDescription robot)
{
    private const double Rounding = 1e-9, RiseS = 0.1;

    /// <summary>What still creeps when the reference starts anew may stand from one tick to the next: rad/s², m/s².</summary>
    private const double CreepRadS2 = 1, CreepMS2 = 0.1;

    /// <summary>What starts anew is where the arm is, but for what one period of acceleration comes to: rad, m.</summary>
    private const double AnewAt = 3e-5;

    private readonly SafetyLimits _limits = robot.Limits;
    private readonly double _dt = robot.ControlPeriodNs * 1e-9;
    private readonly double[] _last = new double[SetPoint.Size], _v = new double[SetPoint.Size];
    private Wrench _wrench;
    private bool _hasLast, _wasHeld;
    private int _placements;
    private long _tick;

    /// <summary>Ticks judged, those without a set-point, those at which one started anew, and the largest share of each limit that was asked for.</summary>
    public long Ticks { get; private set; }
    public long Without { get; private set; }
    public long Anew { get; private set; }
    public double MostVelocity { get; private set; }
    public double MostAcceleration { get; private set; }

    /// <summary>Judges every tick since the last that was judged.</summary>
    public void Follow(ControlRing records)
    {
        for (var ago = (int)(records.Written - _tick) - 1; ago >= 0; ago--) Check(records[ago]);
    }

    public void Check(in ControlRecord r)
    {
        Assert.Equal(_tick + 1, r.Tick);
        (_tick, Ticks) = (r.Tick, Ticks + 1);
        Assert.Equal(robot.Command, r.Sent.Kind);
        for (var i = 0; i < Joints.Max; i++) Assert.Equal((0, 0), (r.TorqueNm[i], r.ProposedTorqueNm[i]));
        var isNone = r.Sent.SetPoint.IsNone;
        Assert.True(r.Gate != GateState.PowerRemoved || isNone, $"tick {r.Tick}: a set-point without power");
        if (r.Measured.Placements != _placements) _hasLast = false;
        _placements = r.Measured.Placements;
        Wrenches(r);
        if (isNone)
        {
            (_hasLast, _wasHeld) = (false, false);
            Without++;
            return;
        }
        for (var i = 0; i < SetPoint.Size; i++) Assert.True(double.IsFinite(r.Sent.SetPoint[i]), $"tick {r.Tick}: {r.Sent.SetPoint[i]}");
        switch (robot.Command)
        {
            case CommandKind.JointPosition: Positions(r); break;
            case CommandKind.JointVelocity: Velocities(r); break;
            default: Poses(r); break;
        }
        ((ReadOnlySpan<double>)r.Sent.SetPoint).CopyTo(_last);
        (_hasLast, _wasHeld) = (true, r.Gate == GateState.Held);
    }

    private void Positions(in ControlRecord r)
    {
        var isAnew = !_hasLast;
        if (_hasLast) isAnew = Enumerable.Range(0, robot.JointCount).Any(Jumped(r)) && IsMeasured(r);
        if (isAnew) Start(IsMeasured(r), r);
        for (var i = 0; i < robot.JointCount; i++)
        {
            var (q, joint) = (r.Sent.SetPoint[i], _limits.Joints[i]);
            if (isAnew) continue;
            Assert.True(q >= joint.PositionMinRad || q >= _last[i] - Rounding, $"tick {r.Tick}, joint {i}: {q}");
            Assert.True(q <= joint.PositionMaxRad || q <= _last[i] + Rounding, $"tick {r.Tick}, joint {i}: {q}");
            Rate(r, i, (q - _last[i]) / _dt, joint);
        }
    }

    /// <summary>A jump that no acceleration explains.</summary>
    private Func<int, bool> Jumped(ControlRecord r) => i =>
        Math.Abs((r.Sent.SetPoint[i] - _last[i]) / _dt - _v[i]) > (1.001 * _limits.Joints[i].AccelerationRadS2 + CreepRadS2) * _dt;

    private bool IsMeasured(in ControlRecord r)
    {
        for (var i = 0; i < robot.JointCount; i++)
            if (Math.Abs(r.Sent.SetPoint[i] - r.Measured.Position[i]) > AnewAt) return false;
        return true;
    }

    private void Velocities(in ControlRecord r)
    {
        if (!_hasLast)
        {
            Start(true, r);
            return;
        }
        for (var i = 0; i < robot.JointCount; i++)
        {
            var v = r.Sent.SetPoint[i];
            if (r.Gate == GateState.Held && _wasHeld) Assert.Equal(0, v);
            Rate(r, i, v, _limits.Joints[i]);
        }
    }

    private void Rate(in ControlRecord r, int i, double v, JointLimits joint)
    {
        var a = (v - _v[i]) / _dt;
        _v[i] = v;
        Assert.True(Math.Abs(v) <= joint.VelocityRadS * 1.000002, $"tick {r.Tick}, joint {i}: {v} rad/s");
        Assert.True(Math.Abs(a) <= joint.AccelerationRadS2 * 1.000002 + CreepRadS2, $"tick {r.Tick}, joint {i}: {a} rad/s², {r.Gate}");
        MostVelocity = Math.Max(MostVelocity, Math.Abs(v) / joint.VelocityRadS);
        MostAcceleration = Math.Max(MostAcceleration, Math.Abs(a) / joint.AccelerationRadS2);
        Assert.Equal(v, r.Sent.Rate[i], 1e-6);
    }

    private void Poses(in ControlRecord r)
    {
        var pose = r.Sent.SetPoint.ToPose();
        SetPoint last = default;
        _last.CopyTo(last);
        var before = last.ToPose();
        var v = new Twist((pose.Position - before.Position) / _dt, (pose.Orientation * before.Orientation.Inverse).ToVector() / _dt);
        var was = new Twist(new(_v[0], _v[1], _v[2]), new(_v[3], _v[4], _v[5]));
        var a = (v - was) * (1 / _dt);
        var isAt = (pose.Position - r.EndEffector.PoseInBase.Position).Length < AnewAt;
        var jumps = a.Linear.Length > _limits.Translation.Acceleration * 1.00001 + CreepMS2
            || a.Angular.Length > _limits.Rotation.Acceleration * 1.00001 + CreepRadS2;
        if (!_hasLast || (jumps && isAt))
        {
            Start(isAt, r);
            return;
        }
        for (var axis = 0; axis < 3; axis++)
        {
            var (p, old) = (pose.Position[axis], before.Position[axis]);
            Assert.True(p >= Math.Min(_limits.Workspace.Min[axis], old) - Rounding, $"tick {r.Tick}, axis {axis}: {p}");
            Assert.True(p <= Math.Max(_limits.Workspace.Max[axis], old) + Rounding, $"tick {r.Tick}, axis {axis}: {p}");
            (_v[axis], _v[axis + 3]) = (v.Linear[axis], v.Angular[axis]);
        }
        Assert.True(v.Linear.Length <= _limits.Translation.Velocity * 1.000002 && v.Angular.Length <= _limits.Rotation.Velocity * 1.000002,
            $"tick {r.Tick}: {v}");
        Assert.True(!jumps, $"tick {r.Tick}: {r.Gate}, {a.Linear.Length} m/s², {a.Angular.Length} rad/s²");
        MostVelocity = Math.Max(MostVelocity, v.Linear.Length / _limits.Translation.Velocity);
        MostAcceleration = Math.Max(MostAcceleration, a.Linear.Length / _limits.Translation.Acceleration);
        Assert.InRange((new Vector3D(r.Sent.Rate[0], r.Sent.Rate[1], r.Sent.Rate[2]) - v.Linear).Length, 0, 1e-6);
    }

    private void Wrenches(in ControlRecord r)
    {
        var w = r.Sent.FeedForwardInBase;
        Assert.True(w.Force.Length <= _limits.ContactForceN * 1.000001 && w.Torque.Length <= _limits.ContactTorqueNm * 1.000001, $"tick {r.Tick}: {w}");
        if (r.Gate != GateState.PowerRemoved)
            Assert.True((w.Force - _wrench.Force).Length <= _limits.ContactForceN * _dt / RiseS * 1.000001, $"tick {r.Tick}: {_wrench} to {w}");
        _wrench = w;
    }

    private void Start(bool isWhereTheArmIs, in ControlRecord r)
    {
        Assert.True(isWhereTheArmIs, $"tick {r.Tick}: starts anew where the arm is not, {r.Gate}");
        // From rest: the first period's motion is one of acceleration already.
        ((ReadOnlySpan<double>)r.Sent.Rate).CopyTo(_v);
        if (robot.Command == CommandKind.CartesianImpedance)
            Assert.True(new Vector3D(_v[0], _v[1], _v[2]).Length <= _limits.Translation.Acceleration * _dt * 1.00001
                && new Vector3D(_v[3], _v[4], _v[5]).Length <= _limits.Rotation.Acceleration * _dt * 1.00001,
                $"tick {r.Tick}");
        else
            for (var i = 0; i < robot.JointCount; i++) Assert.InRange(Math.Abs(_v[i]), 0, _limits.Joints[i].AccelerationRadS2 * _dt * 1.00001);
        Anew++;
    }
}

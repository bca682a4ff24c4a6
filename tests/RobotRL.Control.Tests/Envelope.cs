using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control.Contract;

/// <summary>
/// Judges the gate's promises from the records alone, by geometry (<see cref="Skeleton"/>) and differences of its own. It follows every tick there was, and
/// forgets nothing at a reset, a rebase or a stop. A driver's test project links this file too.
/// </summary>
internal sealed class Envelope(RobotDescription robot, Pose endEffectorInFlange, bool isStretched = false, double stretch = 1)
{
    private const double Rounding = 1e-9, PlacedM = 1e-6;

    /// <summary>
    /// By so much the posture's tool may be behind the reference. No joint saturates, so it is rounding and damping: 0.6 mm at most in four
    /// million ticks. An arm that is stretched, or led beyond its reach, is waited for up to three times the leash of 10 mm: 28 mm at most.
    /// </summary>
    private readonly (double M, double Rad) _behind = isStretched ? (0.03 * stretch, 0.15 * stretch) : (0.001, 0.005);
    private const double ClosesM = 0.001;

    /// <summary>
    /// A measured posture that is within so much of the one meant may be asked for so much more of a joint's speed: the Jacobian differs by that.
    /// </summary>
    private const double NearRad = 0.05, NearShare = 1.2;

    private readonly SafetyLimits _limits = robot.Limits;
    private readonly Skeleton _skeleton = new(robot, endEffectorInFlange);
    private readonly double _dt = robot.ControlPeriodNs * 1e-9;
    private readonly double[] _largest = new double[Enum.GetValues<Quantity>().Length];
    private readonly double[] _lastMotion = new double[Joints.Max], _lastChange = new double[Joints.Max];
    private double[]? _gaps;
    private Pose _pose, _measured;
    private Twist _v, _a;
    private JointPositions _posture, _heldAt;
    private JointTorques _torque;
    private CartesianStiffness? _stiffness;
    private GateState _gate = GateState.PowerRemoved;
    private long _tick, _rebases;
    private string _now = "";
    private bool _mayPlace = true, _hasReference, _isBlind;
    private int _placements, _sincePlaced, _sincePlacedPosture;

    /// <summary>Ticks that measured something beyond a limit; each of them was stopping.</summary>
    public long Overruns { get; private set; }

    /// <summary>Ticks whose posture was further than a millimetre behind.</summary>
    public long TicksBehind { get; private set; }

    /// <summary>Ticks judged, and how often the reference started anew.</summary>
    public long Ticks { get; private set; }
    public long Placements { get; private set; }

    /// <summary>Judges every tick since the last that was judged.</summary>
    public void Follow(ControlRing records)
    {
        var missed = records.Written - _tick;
        Assert.True(missed <= records.Count, $"{missed - records.Count} ticks went by unseen");
        for (var ago = (int)missed - 1; ago >= 0; ago--) Check(records[ago]);
    }

    public void Check(in ControlRecord r)
    {
        Assert.Equal(_tick + 1, r.Tick);
        (_tick, Ticks) = (r.Tick, Ticks + 1);
        _now = $"{_gate} to {r.Gate}, {r.Fault.Code}, limits {r.Limits}, rebases {_rebases} to {r.Rebases}, may place {_mayPlace}";
        Torques(r);
        Stiffness(r);
        var wasStopped = _gate is GateState.Held or GateState.PowerRemoved;
        var isCompliant = robot.Command is CommandKind.JointTorque or CommandKind.CartesianImpedance;
        var isGuided = (isCompliant && r.Inputs.Heartbeat.State == CommandingState.Guiding && r.Gate == GateState.Running)
            || r.Gate == GateState.Retreating || _gate == GateState.Retreating;
        // Set-points of an arm that was put elsewhere are void, and the reference starts anew there at once.
        _mayPlace |= robot.Command != CommandKind.JointTorque && r.Measured.Placements != _placements;
        _placements = r.Measured.Placements;
        _mayPlace |= r.Rebases != _rebases || (wasStopped && r.Inputs.IsResetAsked) || isGuided;
        _hasReference |= r.Reference.PoseInBase != default;
        // Without power there is no reference; whoever takes power up again starts it anew.
        if (r.Gate == GateState.PowerRemoved) _mayPlace = true;
        else if (_hasReference) Motion(r, isGuided);
        Standstill(r, wasStopped);
        Measured(r);
        // An arm that has come to stand is held where it is.
        _mayPlace |= r.Gate == GateState.Held && _gate != GateState.Held;
        (_rebases, _gate) = (r.Rebases, r.Gate);
    }

    /// <summary>From the torque that was sealed before, whatever happened in between; power that goes takes all of it.</summary>
    private void Torques(in ControlRecord r)
    {
        for (var i = 0; i < robot.JointCount; i++)
        {
            Within(Quantity.Torque, Math.Abs(r.TorqueNm[i]), _limits.Joints[i].TorqueNm);
            if (r.Gate == GateState.PowerRemoved) Assert.Equal(0, r.TorqueNm[i]);
            else Within(Quantity.TorqueRate, Math.Abs(r.TorqueNm[i] - _torque[i]) / _dt, _limits.Joints[i].TorqueRateNmS);
        }
        _torque = r.TorqueNm;
    }

    private void Motion(in ControlRecord r, bool isGuided)
    {
        var pose = r.Reference.PoseInBase;
        Assert.True(pose.IsFinite);
        _skeleton.Update(r.PostureRad);
        var gaps = _skeleton.Gaps();
        var there = _skeleton.EndEffector;
        if (_mayPlace && (IsAt(pose, r.EndEffector.PoseInBase) || IsAt(pose, _measured)))
        {
            // Anew from where the arm is: from rest, the last that is known of it.
            if (!isGuided) (_mayPlace, Placements) = (false, Placements + 1);
            (_v, _a, _sincePlaced, _sincePlacedPosture) = (default, default, 0, 0);
            Array.Clear(_lastMotion);
            Array.Clear(_lastChange);
        }
        else if (!isGuided)
        {
            Reference(pose);
            Posture(r.PostureRad);
            Behind(there, pose);
            for (var i = 0; i < gaps.Length; i++)
                if (gaps[i] < -Rounding && gaps[i] < _gaps![i] - 1e-7)
                    Assert.Fail($"tick {r.Tick}: {_skeleton.NameOf(i)}: {gaps[i] * 1e3:0.000} mm, was {_gaps[i] * 1e3:0.000}");
            Bounded(pose.Orientation);
        }
        _gaps = [.. gaps];
        (_pose, _posture, _measured) = (pose, r.PostureRad, r.EndEffector.PoseInBase);
    }

    private void Behind(in Pose there, in Pose pose)
    {
        var (way, turn) = ((pose.Position - there.Position).Length, (pose.Orientation * there.Orientation.Inverse).ToVector().Length);
        Within(Quantity.PostureWay, way, _behind.M);
        Within(Quantity.PostureTurn, turn, _behind.Rad);
        if (way > ClosesM) TicksBehind++;
    }

    /// <summary>
    /// What the reference asks of the joints as they are measured. The gate asks it of the posture that is meant, so that a push on the elbow
    /// is no motion; an arm that is about where it is meant to be is asked for little more.
    /// </summary>
    private void AsMeasured(in ControlRecord r)
    {
        for (var i = 0; i < robot.JointCount; i++)
            if (Math.Abs(r.Measured.Position[i] - r.PostureRad[i]) > NearRad) return;
        var asked = _skeleton.JointMotionOf(_v);
        for (var i = 0; i < robot.JointCount; i++) Within(Quantity.AskedAsMeasured, Math.Abs(asked[i]), _limits.Joints[i].VelocityRadS * NearShare);
    }

    private static bool IsAt(in Pose a, in Pose b) =>
        (a.Position - b.Position).Length < PlacedM && (a.Orientation * b.Orientation.Inverse).ToVector().Length < PlacedM;

    private void Reference(in Pose pose)
    {
        var v = new Twist((pose.Position - _pose.Position) / _dt, (pose.Orientation * _pose.Orientation.Inverse).ToVector() / _dt);
        var a = (v - _v) * (1 / _dt);
        var j = (a - _a) * (1 / _dt);
        (_v, _a) = (v, a);
        _sincePlaced++;
        Within(Quantity.TranslationVelocity, v.Linear.Length, _limits.Translation.Velocity);
        Within(Quantity.TranslationAcceleration, a.Linear.Length, _limits.Translation.Acceleration);
        Within(Quantity.TranslationJerk, j.Linear.Length, _limits.Translation.Jerk);
        Within(Quantity.RotationVelocity, v.Angular.Length, _limits.Rotation.Velocity);
        Within(Quantity.RotationAcceleration, a.Angular.Length, _limits.Rotation.Acceleration);
        Within(Quantity.RotationJerk, j.Angular.Length, _limits.Rotation.Jerk);
        // ḣ ≥ −γ h on each face of the workspace, and never into a keep-out box.
        for (var axis = 0; axis < 3; axis++)
        {
            Barrier(_pose.Position[axis] - _limits.Workspace.Min[axis], pose.Position[axis] - _limits.Workspace.Min[axis]);
            Barrier(_limits.Workspace.Max[axis] - _pose.Position[axis], _limits.Workspace.Max[axis] - pose.Position[axis]);
        }
        var before = _pose.Position;
        foreach (var box in _limits.KeepOut) Assert.False(box.Contains(pose.Position) && !box.Contains(before), "reference in a keep-out box");
    }

    private void Posture(in JointPositions posture)
    {
        _sincePlacedPosture++;
        for (var i = 0; i < robot.JointCount; i++)
        {
            var v = (posture[i] - _posture[i]) / _dt;
            var a = (v - _lastMotion[i]) / _dt;
            var j = (a - _lastChange[i]) / _dt;
            (_lastMotion[i], _lastChange[i]) = (v, a);
            Within(Quantity.JointVelocity, Math.Abs(v), _limits.Joints[i].VelocityRadS);
            Within(Quantity.JointAcceleration, Math.Abs(a), _limits.Joints[i].AccelerationRadS2 * (1 + 1e-5));
            Within(Quantity.JointJerk, Math.Abs(j), _limits.Joints[i].JerkRadS3 * (1 + 1e-5));
            var (low, high) = (_limits.Joints[i].PositionMinRad, _limits.Joints[i].PositionMaxRad);
            if (posture[i] < low && posture[i] < _posture[i] - Rounding) Assert.Fail($"joint {i}: posture {posture[i]} below {low}");
            if (posture[i] > high && posture[i] > _posture[i] + Rounding) Assert.Fail($"joint {i}: posture {posture[i]} above {high}");
        }
    }

    /// <summary>Tilt is the angle between the axes, yaw what is left once the shortest turn from one axis to the other is undone.</summary>
    private void Bounded(in Rotation orientation)
    {
        var (tilt, yaw) = Skeleton.TiltAndYaw(_limits.Orientation.Nominal, orientation);
        var (tiltBefore, yawBefore) = Skeleton.TiltAndYaw(_limits.Orientation.Nominal, _pose.Orientation);
        Assert.True(tilt <= _limits.Orientation.TiltRad || tilt <= tiltBefore + Rounding, $"tilt {tilt} rad");
        Assert.True(Math.Abs(yaw) <= _limits.Orientation.YawRad || Math.Abs(yaw) <= Math.Abs(yawBefore) + Rounding, $"yaw {yaw} rad");
    }

    private void Barrier(double before, double after)
    {
        if (before >= 0) Within(Quantity.Barrier, (before - after - Rounding) / _dt, _limits.BarrierRate * before + Rounding);
        if (before < 0 && after < before - Rounding) Assert.Fail($"further out of a face, from {before} to {after} m");
    }

    private void Stiffness(in ControlRecord r)
    {
        var s = _limits.Stiffness;
        Assert.InRange(r.Stiffness.TranslationNM, s.TranslationMinNM, s.TranslationMaxNM);
        Assert.InRange(r.Stiffness.RotationNmRad, s.RotationMinNmRad, s.RotationMaxNmRad);
        Assert.InRange(r.Stiffness.DampingRatio, s.DampingRatioMin, s.DampingRatioMax);
        Assert.InRange(r.TankJ, 0, s.TankCapacityJ);
        if (_stiffness is { } last)
        {
            Within(Quantity.StiffnessRate, Math.Abs(r.Stiffness.TranslationNM - last.TranslationNM) / _dt, s.RateNMS);
        }
        _stiffness = r.Stiffness;
    }

    /// <summary>A held arm that leaves its place by more than the window is braked in that very tick.</summary>
    private void Standstill(in ControlRecord r, bool wasStopped)
    {
        if (r.Gate != GateState.Held) return;
        if (!wasStopped || _gate != GateState.Held) _heldAt = r.Measured.Position;
        for (var i = 0; i < robot.JointCount; i++)
            Assert.True(Math.Abs(r.Measured.Position[i] - _heldAt[i]) <= _limits.StandstillRad + Rounding,
                $"joint {i}: held, and {r.Measured.Position[i] - _heldAt[i]} rad away");
    }

    /// <summary>What is measured is physics' doing: the promise is that the tick which sees it beyond a limit is already stopping.</summary>
    private void Measured(in ControlRecord r)
    {
        // What was seen before an operator's reset is void, and where a packet is lost just then nothing was seen since.
        _isBlind = !r.Inputs.IsNewState && (_isBlind || r.Inputs.IsResetAsked);
        if (_isBlind) return;
        _skeleton.Update(r.Measured.Position);
        if (r.Gate == GateState.Running) AsMeasured(r);
        var p = _skeleton.EndEffector.Position;
        var beyond = "";
        if (!_limits.Workspace.Contains(p)) beyond = "workspace";
        if (_limits.KeepOut.Any(box => box.Contains(p))) beyond = "keep-out";
        for (var i = 0; i < robot.JointCount; i++)
        {
            var (joint, q) = (_limits.Joints[i], r.Measured.Position[i]);
            if (q < joint.PositionMinRad || q > joint.PositionMaxRad) beyond = $"joint {i}";
            if (Math.Abs(r.Measured.Velocity[i]) > joint.VelocityRadS) beyond = $"speed of joint {i}";
        }
        var twist = _skeleton.TwistOf(r.Measured.Velocity);
        if (twist.Linear.Length > _limits.Translation.Velocity * 1.000001 || twist.Angular.Length > _limits.Rotation.Velocity * 1.000001)
            beyond = "tool's speed";
        var wrench = r.Measured.ExternalWrenchInEndEffector;
        if (wrench.Force.Length > _limits.CollisionForceN || wrench.Torque.Length > _limits.CollisionTorqueNm) beyond = "wrench";
        var (tilt, yaw) = Skeleton.TiltAndYaw(_limits.Orientation.Nominal, _skeleton.EndEffector.Orientation);
        if (tilt > _limits.Orientation.TiltRad + Rounding || Math.Abs(yaw) > _limits.Orientation.YawRad + Rounding) beyond = "orientation";
        var gaps = _skeleton.Gaps();
        for (var i = 0; i < gaps.Length; i++)
            if (gaps[i] < -Rounding) beyond = _skeleton.NameOf(i);
        if (beyond == "") return;
        Overruns++;
        Assert.False(r.Gate == GateState.Running || r.Fault.IsNone, $"tick {r.Tick}: {beyond} measured beyond its limit and not stopping");
    }

    private void Within(Quantity what, double value, double limit)
    {
        if (value / limit > _largest[(int)what]) _largest[(int)what] = value / limit;
        if (value > limit * (1 + 1e-6)) Assert.Fail($"tick {_tick}, {_now}, placed {_sincePlaced} ago: {what}: {value} above {limit}");
    }

    /// <summary>How close to its limit the largest of them came.</summary>
    public double Closest(Quantity what) => _largest[(int)what];

    public override string ToString() => string.Join(", ", Enum.GetValues<Quantity>().Select(q => $"{q} {_largest[(int)q]:P0}"));

    public enum Quantity
    {
        Torque, TorqueRate, TranslationVelocity, TranslationAcceleration, TranslationJerk, RotationVelocity, RotationAcceleration, RotationJerk,
        JointVelocity, JointAcceleration, JointJerk, StiffnessRate, PostureWay, PostureTurn, AskedAsMeasured, Barrier,
    }
}

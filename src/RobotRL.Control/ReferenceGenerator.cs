using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control;

/// <summary>
/// Plans the reference from where it is, moving or not, to a target: a quintic in position and in the rotation vector from the start, at rest
/// when due. Once a limit has forced the reference elsewhere the plan is void, and the goal is approached directly until the next target.
/// </summary>
internal sealed class ReferenceGenerator(long periodNs)
{
    private Pose _start, _goal;
    private Quintic _position, _rotation;
    private Stamp _startTime, _dueTime;
    private bool _onPlan;

    /// <summary>Stays at a pose until a target comes.</summary>
    public void Hold(in Pose pose)
    {
        _start = _goal = pose;
        _startTime = _dueTime = default;
        _position = _rotation = default;
        _onPlan = true;
    }

    public void Retarget(in Reference from, in CartesianTarget target, Stamp now)
    {
        _start = from.PoseInBase;
        _goal = target.PoseInBase with { Orientation = target.PoseInBase.Orientation.Normalized };
        (_startTime, _dueTime) = (now, target.DueTime);
        var durationS = target.DueTime.Since(now) * 1e-9;
        _onPlan = target.DueTime.Since(now) >= periodNs;
        if (!_onPlan)
        {
            (_start, _dueTime) = (_goal, now);
            return;
        }
        var (velocity, acceleration) = (from.VelocityInBase, from.AccelerationInBase);
        _position = Quintic.ToRest(_goal.Position - _start.Position, velocity.Linear, acceleration.Linear, durationS);
        _rotation = Quintic.ToRest(
            (_goal.Orientation * _start.Orientation.Inverse).ToVector(), velocity.Angular, acceleration.Angular, durationS);
    }

    public void LeavePlan() => _onPlan = false;

    /// <summary>What is due one period after <paramref name="now"/>. The plan is told also when the reference is no longer on it.</summary>
    public ReferenceDemand Demand(Stamp now)
    {
        var next = now.Plus(periodNs);
        if (next >= _dueTime) return new(_goal, _goal, _onPlan);
        var t = next.Since(_startTime) * 1e-9;
        return new(new(_start.Position + _position.At(t), Rotation.FromVector(_rotation.At(t)) * _start.Orientation), _goal, _onPlan);
    }

    /// <summary>v t + a t²/2 + c₃ t³ + c₄ t⁴ + c₅ t⁵.</summary>
    private readonly record struct Quintic(Vector3D V, Vector3D HalfA, Vector3D C3, Vector3D C4, Vector3D C5)
    {
        public static Quintic ToRest(in Vector3D way, in Vector3D v, in Vector3D a, double duration)
        {
            var (h, vt, at) = (way, v * duration, a * (duration * duration));
            var cube = duration * duration * duration;
            return new(v, a * 0.5,
                (10 * h - 6 * vt - 1.5 * at) / cube,
                (-15 * h + 8 * vt + 1.5 * at) / (cube * duration),
                (6 * h - 3 * vt - 0.5 * at) / (cube * duration * duration));
        }

        public Vector3D At(double t) => t * (V + t * (HalfA + t * (C3 + t * (C4 + t * C5))));
    }
}

using System.Runtime.Intrinsics;
using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>What the arm's body, its orientation and the posture that follows leave of a motion.</summary>
internal sealed partial class MotionLimiter
{
    /// <summary>Gathers what body and orientation leave of a motion, at the set-point as all limits are.</summary>
    private void Collect(in Twist wanted, in Twist possible, ArmKinematics arm, in Twist braking, PostureReference? posture)
    {
        _bounds.Clear();
        OwnShare = 1;
        var lead = (_v + _w) * _lead;
        var fastest = Math.Max(wanted.Angular.Length, possible.Angular.Length);
        if (fastest > 0) _orientation.AddTo(_bounds, Rotation.FromVector(lead.Angular) * _pose.Orientation, Least(braking.Angular), fastest);
        if (_clearance is not { } clearance || posture is null) return;

        // The posture may be a little behind the tool's reference, and the set-point is ahead of it.
        var behind = _behind = posture.Behind;
        lead += behind;
        Leash(behind.Linear, BehindMostM, isTurn: false);
        Leash(behind.Angular, BehindMostRad, isTurn: true);
        BrakingCurve curve = new(_bodyRate, Least(braking.Linear), double.PositiveInfinity);
        ref readonly var own = ref posture.OwnRadS;
        OwnShare = Math.Clamp(2 - 2 * Math.Max(behind.Linear.Length / BehindMostM, behind.Angular.Length / BehindMostRad), 0, 1);
        var ownTravel = 0.0;
        for (var i = 0; i < _joints.Length; i++) ownTravel += Math.Abs(own[i]) * _reach[i];
        var near = BodyInsetM + Travel(arm, lead) + curve.Distance(Math.Max(Travel(arm, wanted), Travel(arm, possible)) + ownTravel);
        if (ownTravel > 0) near = Math.Max(near, BodyInsetM + _postureCurve.Distance(2 * ownTravel));
        near *= _shares;
        var ownTool = ownTravel > 0 ? posture.Arm.TwistOf(own) : Twist.Zero;
        foreach (ref readonly var found in clearance.Find(posture.Arm, posture.PositionRad, near))
        {
            clearance.Gradient(found, posture.Arm, _byJoint);
            var gradient = posture.Arm.GradientOf(_byJoint);
            // Of what is left to the other arm each has one half, with all that it needs for itself: so they come no closer than one alone would.
            var distance = clearance.MovesToo(found) ? found.DistanceM / _shares : found.DistanceM;
            var room = curve.Speed(distance + Along(gradient, lead) - BodyInsetM);
            if (ownTravel > 0)
            {
                // What the null space leaves of the commanded speeds.
                var closing = Along(gradient, ownTool);
                for (var i = 0; i < _joints.Length; i++) closing -= _byJoint[i] * own[i];
                var ownRoom = 0.5 * Math.Min(room, _postureCurve.Speed(distance - BodyInsetM));
                if (closing > ownRoom) OwnShare = Math.Min(OwnShare, ownRoom / closing);
                room -= Math.Max(0, closing);
            }
            _bounds.Add(gradient, room, clearance.FlagOf(found));
        }
    }

    /// <summary>The reference does not go on to where no posture can follow: out of the arm's reach, or through a singular one.</summary>
    private void Leash(in Vector3D behind, double most, bool isTurn)
    {
        var distance = behind.Length;
        if (distance < 0.2 * most) return;
        var away = behind * (-1 / distance);
        _bounds.Add(isTurn ? new(default, away) : new(away, default), BehindRate * (most - distance), LimitFlags.JointPosition);
    }

    /// <summary>A posture that is far behind is waited for: what of a motion does not lead back to it fades, to nothing at three times the leash.</summary>
    private static Vector3D Awaited(in Vector3D motion, in Vector3D behind, double most, ref LimitFlags flags)
    {
        var distance = behind.Length;
        if (distance <= most) return motion;
        flags |= LimitFlags.JointPosition;
        var back = behind * (Math.Min(0, Vector3D.Dot(motion, behind)) / (distance * distance));
        return back + (motion - back) * Math.Max(0, 1.5 - 0.5 * distance / most);
    }

    /// <summary>Most by which a motion changes any distance, m/s.</summary>
    private double Travel(ArmKinematics arm, in Twist motion)
    {
        var each = Vector512.Abs(arm.MotionOf(motion)) * _reach;
        var four = each.GetLower() + each.GetUpper();
        var two = four.GetLower() + four.GetUpper();
        return two[0] + two[1];
    }

    private Twist Within(in Twist s, in BoxBarrier.Bounds box, ref LimitFlags flags)
    {
        var led = _bounds.Apply(
            new(Awaited(s.Linear, _behind.Linear, BehindMostM, ref flags), Awaited(s.Angular, _behind.Angular, BehindMostRad, ref flags)),
            ref flags);
        return _bounds.Slowed(led with { Linear = box.Clamp(led.Linear) }, ref flags);
    }

    private static double Along(in Twist gradient, in Twist motion) =>
        Vector3D.Dot(gradient.Linear, motion.Linear) + Vector3D.Dot(gradient.Angular, motion.Angular);
}

using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>What is measured beyond a limit.</summary>
public sealed partial class ReflexGate
{
    private void WatchMeasured(bool wasHeld)
    {
        if (wasHeld && _standstill.CheckHeld(_now, _state.Position) is { IsNone: false } lost) Latch(lost);
        for (var i = 0; i < _joints.Length; i++)
        {
            ref readonly var joint = ref _joints[i];
            var (q, speed) = (_state.Position[i], Math.Abs(_state.Velocity[i]));
            if (State != GateState.Retreating)
            {
                if (q < joint.PositionMinRad) Stop(FaultCode.JointPositionExceeded, q, joint.PositionMinRad, i);
                if (q > joint.PositionMaxRad) Stop(FaultCode.JointPositionExceeded, q, joint.PositionMaxRad, i);
            }
            var limit = joint.VelocityRadS * (wasHeld || State == GateState.Retreating ? HoldBrokenShare : 1);
            if (speed > limit) Stop(wasHeld ? FaultCode.StandstillLost : FaultCode.JointVelocityExceeded, speed, limit, i);
        }
        var linear = _measuredTwist.Linear.Length;
        var angular = _measuredTwist.Angular.Length;
        if (linear > _limits.Translation.Velocity) Stop(FaultCode.CartesianVelocityExceeded, linear, _limits.Translation.Velocity);
        if (angular > _limits.Rotation.Velocity) Stop(FaultCode.CartesianVelocityExceeded, angular, _limits.Rotation.Velocity);
        if (State == GateState.Retreating) return;
        var over = _motion.Barrier.Overrun(_arm.EndEffectorInBase.Position);
        if (over > 0) Stop(FaultCode.WorkspaceExceeded, over, 0);
        var turned = _orientation.Overrun(_arm.EndEffectorInBase.Orientation);
        if (turned > 0) Stop(FaultCode.OrientationExceeded, turned, 0);
        foreach (ref readonly var near in _clearance.Find(_arm, _state.Position, 0))
            Stop(
                _clearance.FlagOf(near) is LimitFlags.SelfDistance or LimitFlags.ArmDistance ? FaultCode.SelfCollision : FaultCode.WorkspaceExceeded,
                near.DistanceM, 0, _body.Pairs[near.Pair].Part);
    }

    private void WatchWrench()
    {
        var wrench = _state.ExternalWrenchInEndEffector;
        var (force, torque) = (wrench.Force.Length, wrench.Torque.Length);
        if (force > _limits.CollisionForceN) Stop(FaultCode.CollisionForce, force, _limits.CollisionForceN);
        if (torque > _limits.CollisionTorqueNm) Stop(FaultCode.CollisionForce, torque, _limits.CollisionTorqueNm);
        var severity = Math.Max(
            (force - _limits.ContactForceN) / (_limits.CollisionForceN - _limits.ContactForceN),
            (torque - _limits.ContactTorqueNm) / (_limits.CollisionTorqueNm - _limits.ContactTorqueNm));
        _contact = (wrench.Rotated(_arm.EndEffectorInBase.Orientation), Math.Clamp(severity, 0, 1));
    }
}

using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>The end of a tick: what passed becomes the command.</summary>
public sealed partial class ReflexGate
{
    /// <summary>Limits a torque and seals it into the tick's command.</summary>
    public SafeCommand Seal(in JointTorques proposed, out LimitFlags flags)
    {
        flags = LimitFlags.None;
        var torque = proposed;
        if (!_placed && State == GateState.Running) _torque.RampDown(ref torque);
        else if (CanControl && !PowerIsDue())
        {
            if (!IsFinite(proposed))
            {
                Stop(FaultCode.NonFiniteInternal);
                torque = default;
            }
            flags = _torque.Step(ref torque, _state.Position, _state.Velocity);
            if (State == GateState.Stopping && Fault.Category == StopCategory.Category2)
            {
                if (IsAtRest) Hold();
                else if (_standstill.CheckStop(_now, _now.Since(_stopTime), _state.Position) is { IsNone: false } lost) Latch(lost);
            }
        }
        else if (State == GateState.PowerRemoved || Fault.Category == StopCategory.Category0 || _torque.RampDown(ref torque))
        {
            torque = default;
            _torque.Restart();
            State = GateState.PowerRemoved;
        }
        flags |= _grip.Step(_state.GripperWidthM);
        StopCategory? stop = State == GateState.Running ? null : Fault.Category;
        return new SafeCommand(torque, _grip.Current, _now, ++_sequence, stop, State == GateState.PowerRemoved);
    }

    /// <summary>
    /// The last command of a loop that ends: no torque, and power removed. The robot stays so until an operator's reset in a loop that runs again.
    /// </summary>
    /// <param name="cause">Why the loop ends.</param>
    public SafeCommand SealLast(FaultCode cause)
    {
        Stop(cause);
        _torque.Restart();
        State = GateState.PowerRemoved;
        return new SafeCommand(default, _grip.Current, _now, ++_sequence, Fault.Category, removePower: true);
    }
}

using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>The end of a tick: what passed becomes the command.</summary>
public sealed partial class ReflexGate
{
    /// <summary>Limits a torque and seals it into the tick's command.</summary>
    /// <exception cref="InvalidOperationException">The robot closes its own loop.</exception>
    public SafeCommand Seal(in JointTorques proposed, out LimitFlags flags)
    {
        if (_setPoints is not null) throw new InvalidOperationException($"A robot that takes {Takes} is sent no torques.");
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
            WatchStanding();
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
    /// Limits what the gate's own reference and posture ask of a robot that closes its own loop, and seals it into the tick's command. Before the first
    /// state and
    /// without power there is no set-point; where no state can be trusted, what was sent brakes within its limits, and then power goes.
    /// </summary>
    /// <param name="feedForwardInBase">To exert beside the spring of a Cartesian impedance, base axes: N, Nm. It fades while nobody commands.</param>
    /// <param name="flags">What was taken off.</param>
    /// <exception cref="InvalidOperationException">The robot takes torques.</exception>
    public SafeCommand Seal(in Wrench feedForwardInBase, out LimitFlags flags)
    {
        if (_setPoints is not { } sent) throw new InvalidOperationException("A robot that takes torques is sent no set-points.");
        flags = LimitFlags.None;
        if (!_placed && State == GateState.Running) sent.RampDown();
        else if (CanControl && !PowerIsDue() && IsFinite(feedForwardInBase))
        {
            var beside = IsCommanded ? feedForwardInBase : Wrench.Zero;
            flags = sent.Step(HoldsPosture, State == GateState.Held, _posture, _motion.PoseInBase, beside, _state.Position);
            WatchStanding();
        }
        else if (State == GateState.PowerRemoved || Fault.Category == StopCategory.Category0 || sent.RampDown())
        {
            sent.Restart();
            State = GateState.PowerRemoved;
        }
        flags |= _grip.Step(_state.GripperWidthM);
        return sent.Seal(_stiffness.Current, Envelope());
    }

    /// <summary>
    /// The last command of a loop that ends: no torque and no set-point, and power removed. The robot stays so until an operator's reset in a loop that runs
    /// again.
    /// </summary>
    /// <param name="cause">Why the loop ends.</param>
    public SafeCommand SealLast(FaultCode cause)
    {
        Stop(cause);
        _torque.Restart();
        _setPoints?.Restart();
        State = GateState.PowerRemoved;
        return _setPoints is null ? new SafeCommand(default, _grip.Current, _now, ++_sequence, Fault.Category, removePower: true) : Envelope();
    }

    /// <summary>What goes with the set-point that was sealed last, for the record: NaN and zero for a robot that takes torques.</summary>
    public SetPoint SetPoint => _setPoints?.Current ?? SetPoint.None;

    /// <summary>All of a command but its set-point.</summary>
    private SafeCommand Envelope() =>
        new(Takes, _grip.Current, _now, ++_sequence, State == GateState.Running ? null : Fault.Category, State == GateState.PowerRemoved);

    /// <summary>A controlled stop that keeps power ends once the arm stands, or is lost.</summary>
    private void WatchStanding()
    {
        if (State != GateState.Stopping || Fault.Category != StopCategory.Category2) return;
        if (IsAtRest) Hold();
        else if (_standstill.CheckStop(_now, _now.Since(_stopTime), _state.Position) is { IsNone: false } lost) Latch(lost);
    }

    /// <summary>Whether pose, posture and wrench are numbers. If not, the fault is latched, and what was sent is not replaced by them.</summary>
    private bool IsFinite(in Wrench feedForward)
    {
        if (_motion.PoseInBase.IsFinite && feedForward.IsFinite &&
            double.IsFinite(Sum(_posture.PositionRad)) && double.IsFinite(Sum(_posture.VelocityRadS))) return true;
        Stop(FaultCode.NonFiniteInternal);
        return false;
    }
}

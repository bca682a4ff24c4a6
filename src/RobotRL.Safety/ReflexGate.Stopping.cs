using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>Stops and what ends them: faults that latch, standing still, the way back, resets.</summary>
public sealed partial class ReflexGate
{
    /// <summary>Stops the robot. Anyone may, at any time; nobody may prevent it. A code that is no fault's is a cause that nobody knows.</summary>
    public void Stop(FaultCode code, double value = double.NaN, double limit = double.NaN, int index = -1)
    {
        var known = FaultSet.Known(code);
        Latch(new Fault(known, StopCategories.Of(known), _now, known == code ? value : (double)code, limit, index));
    }

    /// <summary>For each of the causes. The worst of them decides how.</summary>
    public void Stop(FaultSet causes)
    {
        for (; !causes.IsEmpty; causes = causes.Rest) Stop(causes.First);
    }

    /// <summary>A tick that begins so long after it was due stops the robot, where that is longer than allowed.</summary>
    public void WatchPace(long behindNs)
    {
        if (behindNs > _limits.LoopMaxLateNs) Stop(FaultCode.LoopLate, behindNs, _limits.LoopMaxLateNs);
    }

    /// <summary>
    /// Clears the fault and its causes by an operator's deliberate act, once the stop is complete; the reference starts anew from the measured pose. A
    /// cause that lasts stops the robot again in the next tick.
    /// </summary>
    public bool TryReset()
    {
        if (State is not (GateState.Held or GateState.PowerRemoved)) return false;
        State = GateState.Running;
        _stops.Clear();
        _commander.Restart();
        _inputs.RestartClock();
        Begin();
        return true;
    }

    /// <summary>The same without an operator, for whoever sets a simulated scene up anew: refused while one of the causes is an operator's to clear.</summary>
    public bool TryResetAutomatically() => !NeedsOperator && TryReset();

    /// <summary>
    /// Starts the reference anew from the measured pose, for an arm that was moved by other means while nobody commanded: guided by hand, or placed
    /// by a simulation. Refused while someone commands, while a fault is latched, and while the reference moves.
    /// </summary>
    public bool TryRebase()
    {
        if (State != GateState.Running || _commander.State != CommandingState.SignedOff || !_motion.IsAtRest || _setPoints is { IsAtRest: false }) return false;
        Begin();
        return true;
    }

    /// <summary>
    /// Has a gate that has not run yet go on where another one was before its reference started anew: of all that the other had seen, no more than this
    /// outlasts <see cref="TryRebase"/>. For a replay of what was recorded.
    /// </summary>
    /// <param name="memory">What is left.</param>
    /// <exception cref="InvalidOperationException">The gate runs already.</exception>
    public void Resume(in GateMemory memory)
    {
        if (_sequence != 0 || _placed) throw new InvalidOperationException("Only a gate that has not run yet can take up what another one remembered.");
        _stiffness.Resume(memory.Stiffness);
        _torque.Resume(memory.TorqueNm);
        _setPoints?.Resume(memory.SetPoint);
        _sequence = memory.Commands;
        _grip.Resume(memory.Grip, memory.Admitted.Grip);
        RefusedLimitChanges = memory.RefusedLimitChanges;
        if (memory.Admitted.Sequence == 0) return;
        _commander.Resume(memory.Admitted.IssueTime);
        _wantedStiffness = memory.Admitted.Stiffness;
    }

    private void Begin()
    {
        _placed = false;
        _contact = default;
        _inputs.Restart();
        _sensors.Restart();
        // The torques, or the set-point, stay as they were sealed: what comes next starts from those, at their rate.
        _setPoints?.Rest();
        _stiffness.Refill();
        _wrench.Release();
    }

    private void Place() => Place(_arm.EndEffectorInBase);

    private void Place(in Pose reference)
    {
        _motion.Place(reference);
        _inputs.Place(reference);
        _posture.Place(_state.Position, reference);
        _soonAge = 0;
        _torque.Place(_state.Position);
        _setPoints?.Place(_state.Position, reference);
        _clearance.Restart();
    }

    /// <summary>A simulation put the arm elsewhere by no motion at all: whatever was sent does not apply there.</summary>
    private void TakePlacement(int placements)
    {
        _placements = placements;
        _setPoints!.Restart();
        if (_placed) Place();
    }

    /// <summary>
    /// The arm stands: it is held where it is, not where its spring would take it. One that holds a posture by itself is held at the one it braked to.
    /// </summary>
    private void Hold()
    {
        if (IsCompliant) Place();
        _standstill.Hold(_state.Position);
        (State, _following) = (GateState.Held, false);
    }

    /// <summary>An operator who holds on to it leads an arm that was stopped beyond a limit of position back inside; who lets go stops it again.</summary>
    private void WatchRetreat(in Heartbeat heartbeat)
    {
        var isHeld = _retreatHold.IsHeld(_now, heartbeat);
        var begins = isHeld && State is GateState.Held or GateState.PowerRemoved && StopCategories.AllowsRetreat(Causes);
        if (begins)
        {
            Place();
            State = GateState.Retreating;
        }
        if (State != GateState.Retreating) return;
        _retreat.Find(_arm, _state.Position);
        if (!isHeld || _retreat.HasGrown(anew: begins)) EndRetreat();
    }

    /// <summary>Stopped again. Whoever still holds on must let go first.</summary>
    private void EndRetreat()
    {
        _retreatHold.Spend();
        (State, _stopTime, _following) = (GateState.Stopping, _now, false);
        if (_stops.IsStateTrusted) Place(); // where it is, and no further
    }

    private bool IsAtRest => _motion.IsAtRest && !IsMoving && _setPoints is not { IsAtRest: false };

    private bool IsMoving => ((ReadOnlySpan<double>)_state.Velocity)[.._joints.Length].ContainsAnyExceptInRange(-StandstillRadS, StandstillRadS);

    private bool IsOutOfReach
    {
        get
        {
            var (reference, measured) = (_motion.PoseInBase, _arm.EndEffectorInBase);
            return (reference.Position - measured.Position).Length > _reach.M ||
                (reference.Orientation * measured.Orientation.Inverse).ToVector().Length > _reach.Rad;
        }
    }

    private bool PowerIsDue() =>
        State == GateState.Stopping && (Fault.Category == StopCategory.Category0 ||
            (Fault.Category == StopCategory.Category1 && (IsAtRest || _now.Since(_stopTime) > ControlledStopMaxNs)));

    private void Latch(in Fault fault)
    {
        var isWorse = _stops.Take(fault);
        // However mild: a retreat is no licence for anything but the overrun that it lessens.
        if (State == GateState.Retreating && !StopCategories.AllowsRetreat(fault.Code)) EndRetreat();
        if (!isWorse) return;
        if (State == GateState.PowerRemoved) return;
        if (State == GateState.Running) _grip.Freeze();
        _wrench.Release();
        if (State != GateState.Stopping || fault.Category < StopCategory.Category2) (_stopTime, _following) = (_now, false);
        State = GateState.Stopping;
    }
}

using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control;

/// <summary>
/// The commanding side of a cell: its arms' sessions as one. A decision begins on every arm, its ticks pass, and it ends on every arm; a stop is
/// every arm's, and so is its clearing.
/// One thread uses it, but for <see cref="Stop"/>.
/// </summary>
public sealed class CellControl
{
    private readonly ControlSession[] _arms;
    private readonly long[] _ends;

    /// <param name="arms">In the order of the cell's layout.</param>
    public CellControl(params IReadOnlyList<ControlSession> arms)
    {
        ArgumentOutOfRangeException.ThrowIfZero(arms.Count);
        (_arms, _ends) = ([.. arms], new long[arms.Count]);
    }

    public IReadOnlyList<ControlSession> Arms => _arms;

    public int TicksPerDecision => _arms[0].TicksPerDecision;

    /// <summary>Whether any arm is stopped: then all of them are, or will be with the next tick.</summary>
    public bool IsStopped => Array.Exists(_arms, arm => arm.IsStopped);

    /// <summary>Whether an arm that was stopped does not stand yet.</summary>
    public bool IsComingToRest => Array.Exists(_arms, arm => arm.Latest.Gate == GateState.Stopping);

    /// <summary>Whether an arm is stopped for a cause that is an operator's to clear.</summary>
    public bool NeedsOperator => Array.Exists(_arms, arm => arm.NeedsOperator);

    /// <summary>Decisions that began late; see <see cref="ControlSession.LateDecisions"/>.</summary>
    public long LateDecisions => _arms.Max(arm => arm.LateDecisions);

    /// <summary>The newest tick of the arm that stopped first by itself, or of the first arm while none is stopped.</summary>
    public ref readonly ControlRecord Latest
    {
        get
        {
            var first = _arms[0];
            foreach (var arm in _arms)
                if (arm.IsStopped && (!first.IsStopped || Order(arm).CompareTo(Order(first)) < 0)) first = arm;
            return ref first.Latest;
        }
    }

    /// <summary>Every cause for which an arm is stopped; that the other one was stopped counts only where there is no other.</summary>
    public FaultSet Causes
    {
        get
        {
            var all = _arms.Aggregate(default(FaultSet), (causes, arm) => causes.Union(arm.Latest.Causes));
            var own = all.Except(FaultSet.Of(FaultCode.OtherArmStopped));
            return own.IsEmpty ? all : own;
        }
    }

    /// <summary>The operator who last cleared a stop from here; null for nobody yet.</summary>
    public string? LastResetBy => _arms[0].LastResetBy;

    /// <summary>Reflexes of all arms so far.</summary>
    public int Reflexes => _arms.Sum(arm => arm.Latest.Reflex.Reflexes);

    /// <summary>One whole decision of the cell.</summary>
    public ExecutedAction Decide(in PolicyAction policy, in PolicyAction proposed, ActionSource source)
    {
        for (var i = 0; i < _arms.Length; i++) _arms[i].BeginDecision(policy[i], proposed[i], source);
        for (var i = 0; i < _arms.Length; i++) _ends[i] = _arms[i].ScheduleDecision();
        for (var i = 0; i < _arms.Length; i++) _arms[i].AwaitDecisionEnd(_ends[i]);
        ExecutedAction executed = new() { Source = source };
        for (var i = 0; i < _arms.Length; i++)
        {
            var arm = _arms[i].EndDecision();
            (executed.Policy[i], executed.Proposed[i], executed.Executed[i]) = (arm.Policy, arm.Proposed, arm.Executed);
            executed.Limits |= arm.Limits;
        }
        return executed;
    }

    /// <summary>Lets so many control periods pass, on every arm.</summary>
    public void Advance(int ticks)
    {
        for (var i = 0; i < _arms.Length; i++) _ends[i] = _arms[i].Latest.Tick + ticks;
        _arms[0].Advance(ticks);
        // Arms that share a loop have gone on with the first.
        for (var i = 1; i < _arms.Length; i++) _arms[i].Advance((int)Math.Max(0, _ends[i] - _arms[i].Latest.Tick));
    }

    /// <summary>Nobody commands for a while.</summary>
    public void SignOff()
    {
        foreach (var arm in _arms) arm.SignOff();
    }

    /// <summary>Stops every arm at its next tick. From any thread.</summary>
    public void Stop(FaultCode cause = FaultCode.OperatorStop)
    {
        foreach (var arm in _arms) arm.Stop(cause);
    }

    private static (bool, long) Order(ControlSession arm) => (arm.Latest.Fault.Code == FaultCode.OtherArmStopped, arm.Latest.Fault.Time.Ns);

    /// <summary>Clears every arm's stop on behalf of a named operator; false while one of them stays stopped.</summary>
    public bool OperatorReset(string operatorId)
    {
        foreach (var arm in _arms) arm.RequestReset(operatorId);
        Advance(2);
        return !IsStopped;
    }

    /// <summary>The same without an operator, for whoever sets a simulated scene up anew.</summary>
    public bool AutomaticReset()
    {
        foreach (var arm in _arms) arm.RequestAutomaticReset();
        Advance(2);
        return !IsStopped;
    }

    /// <summary>
    /// Leads the arms that stand beyond a limit back inside; see <see cref="ControlSession.Retreat"/>. False where there is nothing to retreat from.
    /// </summary>
    public bool Retreat(string operatorId)
    {
        var any = false;
        foreach (var arm in _arms) any |= arm.Retreat(operatorId);
        return any;
    }

    /// <summary>Lets a named operator lead the arms by hand; see <see cref="ControlSession.Guide"/>. False while the robot is stopped.</summary>
    public bool Guide(string operatorId)
    {
        if (IsStopped) return false;
        foreach (var arm in _arms) arm.Guide(operatorId);
        return true;
    }

    /// <summary>The references of all arms start anew where the arms are; false while one still moves.</summary>
    public bool Rebase()
    {
        var all = true;
        foreach (var arm in _arms) all &= arm.Rebase();
        return all;
    }
}

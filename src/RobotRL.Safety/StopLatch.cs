using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>
/// What stopped the robot: the fault that decides how, and beside it every cause since the last clearing, so that none is forgotten over a worse one or one
/// that came first.
/// </summary>
/// <param name="autoClear">Causes that may be cleared without an operator.</param>
internal sealed class StopLatch(FaultSet autoClear)
{
    /// <summary>Of several faults the one whose stop is most severe, and of those the first.</summary>
    public Fault Fault { get; private set; }

    public FaultSet Causes { get; private set; }

    /// <summary>Whether, whatever the causes, the measured state is good enough to control by.</summary>
    public bool IsStateTrusted { get; private set; } = true;

    /// <summary>Whether one of the causes is an operator's to clear.</summary>
    public bool NeedsOperator => !Causes.Except(autoClear).IsEmpty;

    /// <summary>Takes a fault in; whether its stop is more severe than the one so far.</summary>
    public bool Take(in Fault fault)
    {
        if (!StopCategories.LeavesStateTrusted(fault.Code)) IsStateTrusted = false;
        // That the other arm was stopped says nothing more where this one has a cause of its own.
        if (fault.Code == FaultCode.OtherArmStopped && !Causes.IsEmpty) return false;
        Causes = Causes.With(fault.Code);
        if (!Fault.IsNone && fault.Category >= Fault.Category) return false;
        Fault = fault;
        return true;
    }

    public void Clear() => (Fault, Causes, IsStateTrusted) = (default, default, true);
}

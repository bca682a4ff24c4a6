using RobotRL.Model;

namespace RobotRL.Sessions.Acting;

/// <summary>Which arm of a cell a stop came from: the other one was stopped with it.</summary>
public static class StoppedArm
{
    /// <summary>Its name; empty where the stop is every arm's own, as an operator's is, and in a cell of one arm.</summary>
    public static string In(IReadOnlyList<CellArm> arms)
    {
        var by = "";
        foreach (var arm in arms)
        {
            ref readonly var now = ref arm.Session.Latest;
            if (!arm.Session.IsStopped || now.Causes.Except(FaultSet.Of(FaultCode.OtherArmStopped)).IsEmpty) continue;
            if (by.Length > 0) return "";
            by = arm.Name;
        }
        return by;
    }

    /// <summary>The same in front of the words that say what happened; empty likewise.</summary>
    public static string Before(IReadOnlyList<CellArm> arms) => Words(In(arms));

    public static string Words(string arm) => arm.Length == 0 ? "" : $"{arm} arm: ";
}

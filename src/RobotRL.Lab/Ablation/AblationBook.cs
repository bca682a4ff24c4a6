using RobotRL.Lab.Results;

namespace RobotRL.Lab.Ablation;

/// <summary>The finished cells of the comparison of protections.</summary>
public sealed class AblationBook(string folder) : CellBook<AblationResult>(folder, "safety", Protection.All.Select(p => p.Name), AblationTable.Of)
{
    public bool Has(string task, string arm, ulong seed, string hash) => Cells.Any(c => c.Task == task && c.Arm == arm && c.Seed == seed && c.Hash == hash);
}

using RobotRL.Sessions.Evaluation;
using RobotRL.Sessions.Training;

namespace RobotRL.Lab.Results;

/// <summary>The result of one cell of the comparison.</summary>
/// <param name="ConfigHash">Of the configuration that was trained: a cell counts only for this one.</param>
/// <param name="StepsTo90">Environment steps until nine of ten of the newest 20 episodes succeeded without help; null when that never came.</param>
/// <param name="WallTo90S">Wall-clock seconds likewise, of all sessions of the run.</param>
/// <param name="Learning">What the learner was set to; null in books from before it was noted.</param>
public sealed record ResultEntry(
    string Task, string Arm, ulong Seed, string ConfigHash, TrainingResult Training, EvaluationResult Evaluation, long? StepsTo90, double? WallTo90S, int Cores,
    string CodeVersion, LearningSettings? Learning = null) : IComparisonCell;

/// <summary>The finished cells of the comparison of ways of learning.</summary>
public sealed class ResultBook(string folder) : CellBook<ResultEntry>(folder, "results", Variant.All.Select(v => v.Name), ResultsTable.Of)
{
    public ResultEntry? Find(string task, Variant arm, ulong seed) => Cells.FirstOrDefault(c => c.Task == task && c.Arm == arm.Name && c.Seed == seed);
}

using System.Text;
using RobotRL.Sessions.Evaluation;

namespace RobotRL.Lab.Ablation;

/// <summary>
/// The ablation as Markdown, in two tables: what happened while the policies learned, and what the protection cost. Episodes of all seeds are pooled, the ratio
/// is the mean of the seeds'.
/// </summary>
internal static class AblationTable
{
    public static string Of(IReadOnlyList<AblationResult> cells)
    {
        AblationResult[][] rows = [.. cells.GroupBy(c => (c.Task, c.Arm)).Select(group => group.ToArray())];
        var text = new StringBuilder();
        text.AppendLine("| task | protection | seeds | successes | violations | success/violation ratio | violations per 1000 steps (95 %) | stops |");
        text.AppendLine("|---|---|---|---|---|---|---|---|");
        foreach (var row in rows) text.AppendLine(Learning(row));
        text.AppendLine();
        text.AppendLine(
            "| task | protection | false interventions per 1000 steps | of the interventions | final success | violations then | steps to success |");
        text.AppendLine("|---|---|---|---|---|---|---|");
        foreach (var row in rows) text.AppendLine(Cost(row));
        return text.ToString();
    }

    private static string Learning(AblationResult[] row)
    {
        var (steps, violations) = (Sum(row, c => c.Steps), Sum(row, c => c.Violations));
        var wilson = WilsonInterval.Of((int)violations, (int)steps);
        return $"| {Name(row)} | {row.Length} | {Sum(row, c => c.Successes)}/{Sum(row, c => c.Episodes)} | {violations} | {row.Average(c => c.Ratio):F1} " +
            $"| {1000.0 * violations / steps:F2} ({1000 * wilson.Low:F2} to {1000 * wilson.High:F2}) | {Sum(row, c => c.Stops)} |";
    }

    private static string Cost(AblationResult[] row)
    {
        var (first, wrong, watched) = (Sum(row, c => c.FirstInterventions), Sum(row, c => c.FalseInterventions), Sum(row, c => c.ShadowSteps));
        var times = row.Where(c => c.StepsToSuccess is not null).Select(c => c.StepsToSuccess!.Value).ToArray();
        return $"| {Name(row)} | {(watched == 0 ? "–" : $"{1000.0 * wrong / watched:F1}")} | {(first == 0 ? "–" : $"{wrong}/{first}")} " +
            $"| {Sum(row, c => c.FinalSuccesses)}/{Sum(row, c => c.FinalEpisodes)} | {Sum(row, c => c.FinalViolations)} " +
            $"| {(times.Length == 0 ? "–" : $"{times.Average():F0}")} |";
    }

    private static string Name(AblationResult[] row) => $"{row[0].Task} | {Protection.All.First(p => p.Name == row[0].Arm).Title}";

    private static long Sum(AblationResult[] row, Func<AblationResult, long> of) => row.Sum(of);
}

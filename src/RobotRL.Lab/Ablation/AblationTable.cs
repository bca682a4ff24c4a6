using System.Text;
using RobotRL.Sessions.Evaluation;

namespace RobotRL.Lab.Ablation;

/// <summary>The ablation as Markdown: episodes of all seeds pooled, the ratio as the mean of the seeds'.</summary>
internal static class AblationTable
{
    public static string Of(IReadOnlyList<AblationResult> cells)
    {
        var text = new StringBuilder();
        text.AppendLine("| task | protection | seeds | successes | violations | success/violation ratio | violations per 1000 steps (95 %) | stops | false interventions per 1000 steps | of the interventions | final success | violations then | steps to success |");
        text.AppendLine("|---|---|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (var group in cells.GroupBy(c => (c.Task, c.Arm)))
        {
            var all = group.ToArray();
            long Sum(Func<AblationResult, long> of) => all.Sum(of);
            var (episodes, steps, violations) = (Sum(c => c.Episodes), Sum(c => c.Steps), Sum(c => c.Violations));
            var wilson = WilsonInterval.Of((int)violations, (int)steps);
            var (finals, successes) = (Sum(c => c.FinalEpisodes), Sum(c => c.FinalSuccesses));
            var (first, wrong, watched) = (Sum(c => c.FirstInterventions), Sum(c => c.FalseInterventions), Sum(c => c.ShadowSteps));
            var times = all.Where(c => c.StepsToSuccess is not null).Select(c => c.StepsToSuccess!.Value).ToArray();
            text.AppendLine($"| {group.Key.Task} | {Protection.All.First(p => p.Name == group.Key.Arm).Title} | {all.Length} | {Sum(c => c.Successes)}/{episodes} | {violations} | {all.Average(c => c.Ratio):F1} " +
                $"| {1000.0 * violations / steps:F2} ({1000 * wilson.Low:F2} to {1000 * wilson.High:F2}) | {Sum(c => c.Stops)} " +
                $"| {(watched == 0 ? "–" : $"{1000.0 * wrong / watched:F1}")} | {(first == 0 ? "–" : $"{wrong}/{first}")} | {successes}/{finals} | {Sum(c => c.FinalViolations)} " +
                $"| {(times.Length == 0 ? "–" : $"{times.Average():F0}")} |");
        }
        return text.ToString();
    }
}

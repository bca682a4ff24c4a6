using System.Text;
using RobotRL.Sessions.Evaluation;

namespace RobotRL.Lab.Results;

/// <summary>The comparison as Markdown: successes of all seeds pooled, with the Wilson interval of the pool, and the seeds apart.</summary>
internal static class ResultsTable
{
    public static string Of(IReadOnlyList<ResultEntry> cells)
    {
        var text = new StringBuilder();
        text.AppendLine("| task | learning | seeds | success | 95 % interval | each seed | cycle time, s | violations | steps | human steps | interventions at the end | steps to 90 % | minutes to 90 % | minutes |");
        text.AppendLine("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (var group in cells.GroupBy(c => (c.Task, c.Arm)))
        {
            var all = group.OrderBy(c => c.Seed).ToArray();
            var (successes, episodes) = (all.Sum(c => c.Evaluation.Successes), all.Sum(c => c.Evaluation.Episodes));
            var wilson = WilsonInterval.Of(successes, episodes);
            var title = Variant.All.First(a => a.Name == group.Key.Arm).Title;
            text.AppendLine($"| {group.Key.Task} | {title} | {all.Length} | {successes}/{episodes} | {wilson.Low:P1} to {wilson.High:P1} | {string.Join(", ", all.Select(c => c.Evaluation.Successes))} " +
                $"| {all.Average(c => c.Evaluation.CycleTimeS):F2} | {all.Sum(c => c.Evaluation.Violations)} | {string.Join(", ", all.Select(c => c.Training.EnvSteps))} | {string.Join(", ", all.Select(c => c.Training.HumanSteps))} " +
                $"| {string.Join(", ", all.Select(c => c.Training.EnvSteps == 0 ? "–" : $"{c.Training.InterventionFraction:P1}"))} " +
                $"| {string.Join(", ", all.Select(c => c.StepsTo90?.ToString() ?? "–"))} | {string.Join(", ", all.Select(c => c.WallTo90S is { } s ? $"{s / 60:F0}" : "–"))} " +
                $"| {string.Join(", ", all.Select(c => $"{c.Training.WallS / 60:F0}"))} |");
        }
        return text.ToString();
    }
}

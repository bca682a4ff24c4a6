using System.Text;
using RobotRL.Sessions.Evaluation;

namespace RobotRL.Lab.Results;

/// <summary>
/// The comparison as Markdown, in two tables: how the policies did, with the successes of all seeds pooled and the Wilson interval of the pool; and what each
/// seed's training took.
/// </summary>
internal static class ResultsTable
{
    public static string Of(IReadOnlyList<ResultEntry> cells)
    {
        ResultEntry[][] rows = [.. cells.GroupBy(c => (c.Task, c.Arm)).Select(group => group.OrderBy(c => c.Seed).ToArray())];
        var text = new StringBuilder();
        text.AppendLine("| task | learning | seeds | success | 95 % interval | each seed | cycle time, s | violations |");
        text.AppendLine("|---|---|---|---|---|---|---|---|");
        foreach (var row in rows) text.AppendLine(Success(row));
        text.AppendLine();
        text.AppendLine("| task | learning | steps | human steps | human share at the end | steps to 90 % | minutes to 90 % |");
        text.AppendLine("|---|---|---|---|---|---|---|");
        foreach (var row in rows) text.AppendLine(Effort(row));
        return text.ToString();
    }

    private static string Success(ResultEntry[] row)
    {
        var (successes, episodes) = (row.Sum(c => c.Evaluation.Successes), row.Sum(c => c.Evaluation.Episodes));
        var wilson = WilsonInterval.Of(successes, episodes);
        return $"| {row[0].Task} | {Learning(row)} | {row.Length} | {successes}/{episodes} | {wilson.Low:P1} to {wilson.High:P1} " +
            $"| {Each(row, c => $"{c.Evaluation.Successes}")} | {row.Average(c => c.Evaluation.CycleTimeS):F2} | {row.Sum(c => c.Evaluation.Violations)} |";
    }

    private static string Effort(ResultEntry[] row) =>
        $"| {row[0].Task} | {Title(row)} | {Each(row, c => $"{c.Training.EnvSteps}")} | {Each(row, c => $"{c.Training.HumanSteps}")} " +
        $"| {Each(row, c => c.Training.EnvSteps == 0 ? "–" : $"{c.Training.InterventionFraction:P1}")} " +
        $"| {Each(row, c => $"{c.StepsTo90}")} | {Each(row, c => c.WallTo90S is { } s ? $"{s / 60:F0}" : "")} |";

    /// <summary>The way of learning with its settings; all of them where seeds differ.</summary>
    private static string Learning(ResultEntry[] row)
    {
        var settings = row.Select(c => c.Learning?.Text).OfType<string>().Distinct().ToArray();
        return settings.Length > 0 ? $"{Title(row)} ({string.Join("; ", settings)})" : Title(row);
    }

    private static string Title(ResultEntry[] row) => Variant.All.First(a => a.Name == row[0].Arm).Title;

    private static string Each(ResultEntry[] row, Func<ResultEntry, string> of) =>
        string.Join(", ", row.Select(c => of(c) is { Length: > 0 } value ? value : "–"));
}

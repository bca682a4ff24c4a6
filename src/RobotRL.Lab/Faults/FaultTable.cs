using System.Globalization;
using System.Text;
using RobotRL.Model;

namespace RobotRL.Lab.Faults;

/// <summary>The outcome of every fault of the catalogue, in words.</summary>
public static class FaultTable
{
    private const string WhileResting =
        "what says \"held\", \"stands\" or \"nobody commands\" does not. Times are robot time: from the fault to the first";

    public static string Line(FaultResult r) =>
        $"{(r.Passed ? "ok  " : "FAIL")} {r.Name}: {Outcome(r)}{Answer(r)}";

    public static string Markdown(IReadOnlyList<FaultResult> results)
    {
        var passed = results.Count(r => r.Passed);
        var text = new StringBuilder($"""
            # Faults

            What `robotrl bench faults --out docs/results/faults.md` saw. Most faults come while the arm moves; {WhileResting}
            command of the stop, and from there to where the arm is held (category 2) or without power (categories 0 and 1). {passed} of {results.Count} were
            answered as they must be.

            | fault | answer | category | to the stop, ms | allowed, ms | then to rest, ms | |
            |---|---|---|---|---|---|---|

            """);
        foreach (var r in results)
            text.Append(CultureInfo.InvariantCulture, $"| {r.Name} | {(r.StopCategory is null ? "goes on" : r.Fault)}{Answer(r)} | "
                + $"{(r.StopCategory is { } c ? $"{c}" : "–")} | {Ms(r.TimeToStopMs)} | {Ms(r.AllowedMs)} | {Ms(r.StandstillMs)} | "
                + $"{(r.Passed ? "" : "**failed**")} |\n");
        return text.ToString();
    }

    private static string Outcome(FaultResult r) => r.StopCategory is { } c
        ? $"{r.Fault}, category {c}, stop after {Ms(r.TimeToStopMs)} ms, at rest {Ms(r.StandstillMs)} ms later"
        : "goes on";

    private static string Answer(FaultResult r) => r.Answer.Length > 0 ? $"; {r.Answer}" : "";

    private static string Ms(double? ms) => ms?.ToString("0.#", CultureInfo.InvariantCulture) ?? "–";
}

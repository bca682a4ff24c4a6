using System.CommandLine;
using System.Globalization;
using System.Text;
using RobotRL.Cli.Bench;
using RobotRL.Cli.Commands;
using RobotRL.Cli.Runs;

namespace RobotRL.Cli.Faults;

/// <summary><c>robotrl bench faults</c>: provokes every fault of the catalogue and prints which stop each reached, and when.</summary>
internal static class FaultsBench
{
    public static Command Create()
    {
        Option<string?> output = new Option<string?>("--out") { Description = "Also write the table to this Markdown file" }.Where(path => !Directory.Exists(path), "name a file, such as docs/results/faults.md");
        Option<string[]> only = new("--only") { Description = "Only faults whose name contains this (repeatable)", DefaultValueFactory = _ => [] };
        Command command = new("faults", "Every fault, the stop it reaches, and when") { output, only };
        command.Does((parse, cancel) =>
        {
            var wanted = parse.GetRequiredValue(only);
            FaultCase[] cases = [.. FaultCatalog.All.Where(c => wanted.Length == 0 || wanted.Any(w => c.Name.Contains(w, StringComparison.OrdinalIgnoreCase)))];
            if (cases.Length == 0) throw new BadInputException($"--only {string.Join(' ', wanted)}: no fault has that in its name; without it all are provoked");
            List<FaultResult> results = [];
            foreach (var fault in cases)
            {
                cancel.ThrowIfCancellationRequested();
                results.Add(fault.Run());
                Console.Error.WriteLine(Line(results[^1]));
            }
            var passed = results.TrueForAll(r => r.Passed);
            if (parse.GetValue(output) is { } file) RunDirectory.WriteAside(file, Markdown(results));
            CommandLine.Result(parse, new { Bench = "faults", Passed = passed, Faults = results, Machine = Machine.Here });
            return passed ? ExitCode.Done : ExitCode.DoesNotHold;
        });
        command.Add(FaultParty.Create());
        return command;
    }

    private static string Line(FaultResult r) =>
        $"{(r.Passed ? "ok  " : "FAIL")} {r.Name}: {(r.StopCategory is { } c ? $"{r.Fault}, category {c}, stop after {Ms(r.TimeToStopMs)} ms, at rest {Ms(r.StandstillMs)} ms later" : "goes on")}{(r.Answer.Length > 0 ? $"; {r.Answer}" : "")}";

    private static string Markdown(List<FaultResult> results)
    {
        var text = new StringBuilder($"""
            # Faults

            What `robotrl bench faults --out docs/results/faults.md` saw. Most faults come while the arm moves; what says "held", "stands" or "nobody commands" does not. Times are robot time: from the fault to the first
            command of the stop, and from there to where the arm is held (category 2) or without power (categories 0 and 1). {results.Count(r => r.Passed)} of {results.Count} were
            answered as they must be.

            | fault | answer | category | to the stop, ms | allowed, ms | then to rest, ms | |
            |---|---|---|---|---|---|---|

            """);
        foreach (var r in results)
            text.Append(CultureInfo.InvariantCulture, $"| {r.Name} | {(r.StopCategory is null ? "goes on" : r.Fault)}{(r.Answer.Length > 0 ? $"; {r.Answer}" : "")} | {(r.StopCategory is { } c ? $"{c}" : "–")} | {Ms(r.TimeToStopMs)} | {Ms(r.AllowedMs)} | {Ms(r.StandstillMs)} | {(r.Passed ? "" : "**failed**")} |\n");
        return text.ToString();
    }

    private static string Ms(double? ms) => ms?.ToString("0.#", CultureInfo.InvariantCulture) ?? "–";
}

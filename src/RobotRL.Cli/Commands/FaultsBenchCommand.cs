using System.CommandLine;
using RobotRL.Lab.Bench;
using RobotRL.Lab.Faults;
using RobotRL.Sessions.Processes;
using RobotRL.Sessions.Runs;

namespace RobotRL.Cli.Commands;

/// <summary><c>robotrl bench faults</c>: provokes every fault of the catalogue and prints which stop each reached, and when.</summary>
internal static class FaultsBenchCommand
{
    public static Command Create()
    {
        Option<string?> output = new Option<string?>("--out") { Description = "Also write the table to this Markdown file" }
            .Where(path => !Directory.Exists(path), "name a file, such as docs/results/faults.md");
        var only = new Option<string[]>("--only") { Description = "Only faults whose name contains this (repeatable)" }.Or([]);
        Command command = new("faults", "Every fault, the stop it reaches, and when") { output, only };
        command.Does((parse, cancel) =>
        {
            var wanted = parse.GetRequiredValue(only);
            FaultCase[] cases = [.. FaultCatalog.All.Where(c => wanted.Length == 0 || wanted.Any(w => c.Name.Contains(w, StringComparison.OrdinalIgnoreCase)))];
            if (cases.Length == 0)
                throw new BadInputException($"--only {string.Join(' ', wanted)}: no fault has that in its name; without it all are provoked");
            List<FaultResult> results = [];
            foreach (var fault in cases)
            {
                cancel.ThrowIfCancellationRequested();
                results.Add(fault.Run());
                CommandLine.Answers(parse).WriteLine(FaultTable.Line(results[^1]));
            }
            var passed = results.TrueForAll(r => r.Passed);
            if (parse.GetValue(output) is { } file) RunDirectory.WriteAside(file, FaultTable.Markdown(results));
            CommandLine.Result(parse, new { Bench = "faults", Passed = passed, Faults = results, Machine = Machine.Here });
            return passed ? ExitCode.Done : ExitCode.DoesNotHold;
        });
        command.Add(FaultPartyCommand.Create());
        return command;
    }
}

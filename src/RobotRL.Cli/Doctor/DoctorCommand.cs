using System.CommandLine;
using RobotRL.Cli.Commands;
using RobotRL.Cli.Display;
using RobotRL.Lab.Diagnosis;
using RobotRL.Sessions.Processes;
using Spectre.Console;

namespace RobotRL.Cli.Doctor;

/// <summary><c>robotrl doctor</c>: what this machine has and lacks. Exit 0 when the simulation has what it needs.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        // What a probe loads may abort the process, so each runs in a child: this same program with this option.
        var probe = new Option<string?>("--probe") { Hidden = true };
        var command = new Command("doctor", "Say what this machine has and lacks: GPU, GL, MuJoCo, memory, disk, real-time rights") { probe };
        return command.Does((parse, _) =>
            parse.GetValue(probe) is { } name ? NativeProbe.Run(name) : Report(parse));
    }

    private static int Report(ParseResult parse)
    {
        Finding[] findings = [.. MachineFindings.All(), .. NativeFindings.All(), .. RealTimeFindings.All()];
        var ready = findings.All(finding => finding.Standing != Standing.Missing);
        var drawings = CommandLine.Drawings(parse);
        drawings.Write(Table(findings));
        drawings.MarkupLine(ready
            ? "[green]The simulation has what it needs.[/]"
            : "[red]The simulation lacks something: see the lines marked missing.[/]");
        CommandLine.Result(parse, new
        {
            Ready = ready,
            Findings = findings.Select(f => new { f.Name, Standing = f.Standing.ToString().ToLowerInvariant(), f.Found, f.Remedy }),
        });
        return ready ? ExitCode.Done : ExitCode.DoesNotHold;
    }

    private static Table Table(IEnumerable<Finding> findings)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("", "what", "found", "remedy");
        foreach (var finding in findings)
            table.AddRow(new Markup(Mark(finding.Standing)), new Text(finding.Name), new Text(finding.Found), new Text(finding.Remedy));
        return table;
    }

    private static string Mark(Standing standing) => standing switch
    {
        Standing.Good => "[green]good[/]",
        Standing.Absent => "[yellow]absent[/]",
        _ => "[red]missing[/]",
    };
}

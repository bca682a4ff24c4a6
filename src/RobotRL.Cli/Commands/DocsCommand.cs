using System.CommandLine;
using System.Text;
using RobotRL.Sessions.Processes;
using RobotRL.Sessions.Runs;
using RobotRL.Wire.Interfaces;

namespace RobotRL.Cli.Commands;

/// <summary><c>robotrl docs commands</c>: the page of all commands, as the command line itself has them.</summary>
internal static class DocsCommand
{
    public static Command Create()
    {
        var output = new Option<string>("--out") { Description = "File to write" }.Or("docs/commands.md");
        var commands = new Command("commands", "Write the page of all commands") { output }.Does((parse, _) =>
        {
            RunDirectory.WriteAside(parse.GetRequiredValue(output), Page((RootCommand)parse.RootCommandResult.Command));
            return ExitCode.Done;
        });
        var folder = new Option<string>("--out") { Description = "Folder that the package is made in" }.Or(".");
        var messages = new Command("messages", "Write the ROS 2 package of RobotRL's own messages") { folder }.Does((parse, _) =>
        {
            Console.Error.WriteLine($"Wrote {InterfacePackage.Write(parse.GetRequiredValue(folder))}");
            return ExitCode.Done;
        });
        return new Command("docs", "Write pages of the documentation") { Hidden = true, Subcommands = { commands, messages } };
    }

    private static string Page(RootCommand root)
    {
        var page = new StringBuilder("""
            # Commands

            `robotrl docs commands` writes this page from the command line itself. `./robotrl COMMAND --help` shows the same in a terminal.

            Answers go to stdout, logs and progress to stderr. `--json`, which every command takes, prints one JSON object on stdout and nothing else there; on
            failure that is `{"error": "…", "exit": N}`. [Getting started](getting-started.md#output-and-exit-codes) lists the exit codes.


            """);
        foreach (var command in root.Subcommands.Where(c => !c.Hidden)) Write(page, command, "robotrl", 2);
        return page.ToString().TrimEnd() + "\n";
    }

    private static void Write(StringBuilder page, Command command, string parents, int level)
    {
        var name = $"{parents} {command.Name}";
        var below = command.Subcommands.Where(c => !c.Hidden).ToArray();
        var options = command.Options.Where(o => !o.Hidden && o.Name is not "--help").ToArray();
        var arguments = string.Concat(command.Arguments.Select(a => $" {a.Name.ToUpperInvariant()}{(a.Arity.MaximumNumberOfValues > 1 ? " …" : "")}"));
        page.Append($"{new string('#', level)} {name}\n\n{command.Description}.\n\n");
        if (below.Length == 0) page.Append($"```sh\n{name}{arguments}{string.Concat(options.Where(o => o.Required).Select(o => $" {Taking(o)}"))}\n```\n\n");
        var rows = command.Arguments.Select(a => $"| `{a.Name.ToUpperInvariant()}` | {Cell(a.Description)} | |\n")
            .Concat(options.Select(o => $"| `{Taking(o)}` | {Cell(o.Description)} | {Default(o)} |\n")).ToArray();
        if (rows.Length > 0) page.Append($"| option | does | default |\n|---|---|---|\n{string.Concat(rows)}\n");
        foreach (var child in below) Write(page, child, name, Math.Min(level + 1, 4));
    }

    private static string Taking(Option option) => option.Arity.MaximumNumberOfValues == 0 || option.ValueType == typeof(bool) ? option.Name
        : $"{option.Name} {option.Name[2..].ToUpperInvariant().Replace('-', '_')}{(option.AllowMultipleArgumentsPerToken ? " …" : "")}";

    private static string Default(Option option) => option.Required ? "required"
        : !option.HasDefaultValue || option.ValueType == typeof(bool) ? ""
        : option.GetDefaultValue() switch
        {
            null or "" => "",
            Array list => string.Join(' ', list.Cast<object>()),
            Enum word => $"{word}".ToLowerInvariant(),
            var value => FormattableString.Invariant($"{value}"),
        };

    private static string Cell(string? text) => (text ?? "").Replace("|", "\\|", StringComparison.Ordinal);
}

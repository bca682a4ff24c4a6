using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Text.Json;
using System.Text.RegularExpressions;
using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Learning;
using RobotRL.Model;
using RobotRL.Robots.Mujoco.Binding;
using RobotRL.Sessions.Acting;
using RobotRL.Sessions.Processes;
using RobotRL.Sessions.Runs;

namespace RobotRL.Cli.Commands;

/// <summary>What every command shares: logs to stderr, one JSON object last on stdout with <c>--json</c>, errors as exit codes.</summary>
internal static partial class CommandLine
{
    public static Option<bool> Json { get; } = new("--json") { Description = "Print one JSON object as the last line on stdout", Recursive = true };

    /// <summary>Gives a command its body. The body returns an exit code; what it cannot use or do, it throws.</summary>
    public static Command Does(this Command command, Func<ParseResult, CancellationToken, int> body)
    {
        command.SetAction((parse, cancel) => Task.FromResult(Guarded(() => body(parse, cancel))));
        return command;
    }

    /// <summary>Prints a command's result object when <c>--json</c> was given.</summary>
    public static void Result<T>(ParseResult parse, T result)
    {
        if (parse.GetValue(Json)) Console.Out.WriteLine(JsonSerializer.Serialize(result, JsonNames.SnakeCase));
    }

    /// <summary>Whether the words given are no command line of this program; says why, one line an error.</summary>
    public static bool Refused(ParseResult parse)
    {
        if (parse.Action is not ParseErrorAction) return false;
        // An unknown word also leaves something missing and strands what follows it: these are no further errors.
        string[] lines = parse.UnmatchedTokens is [var unknown, ..]
            ? [$"'{unknown}' is no command, argument or option here; see robotrl {Path(parse.CommandResult)}--help"]
            : [.. parse.Errors.Select(e => TypeName().Replace(e.Message.ReplaceLineEndings(" "), ""))];
        foreach (var line in lines) Console.Error.WriteLine(line);
        return true;
    }

    /// <summary>Refuses an option's value where <paramref name="holds"/> does not.</summary>
    public static Option<T> Where<T>(this Option<T> option, Func<T, bool> holds, string requirement)
    {
        option.Validators.Add(result =>
        {
            try
            {
                if (result.Tokens.Count > 0 && result.GetValueOrDefault<T>() is { } value && !holds(value)) result.AddError($"{option.Name} {value}: {requirement}");
            }
            catch (InvalidOperationException)
            {
                // Not of the option's type: the parser says so itself.
            }
        });
        return option;
    }

    /// <summary>What the parser says about C# types helps nobody at a terminal.</summary>
    [GeneratedRegex(" as expected type '[^']*'")]
    private static partial Regex TypeName();

    private static string Path(CommandResult command) => command.Parent is CommandResult parent ? $"{Path(parent)}{command.Command.Name} " : "";

    private static int Guarded(Func<int> body)
    {
        try
        {
            return body();
        }
        catch (ConfigurationException e)
        {
            foreach (var error in e.Errors) Console.Error.WriteLine(error);
            return ExitCode.BadInput;
        }
        catch (Exception e) when (e is BadInputException or ChannelRefusedException or MujocoException or InvalidDataException or FileNotFoundException or DirectoryNotFoundException)
        {
            Console.Error.WriteLine(e.Message.ReplaceLineEndings(e is BadInputException ? "\n" : " "));
            return ExitCode.BadInput;
        }
        catch (Exception e) when (e is SafeStopException or ControlLostException or LearningDivergedException)
        {
            Console.Error.WriteLine(e.Message);
            return ExitCode.Fault;
        }
        catch (IOException e)
        {
            Console.Error.WriteLine($"stopped safely: {DiskFault.Text(e)}");
            return ExitCode.Fault;
        }
        // A defect, or what nobody foresaw: scripts must not take it for an answer, and whoever mends it needs the trace.
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Console.Error.WriteLine(e);
            return ExitCode.Fault;
        }
    }
}

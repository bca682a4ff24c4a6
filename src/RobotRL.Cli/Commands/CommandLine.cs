using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Text.Json;
using System.Text.RegularExpressions;
using RobotRL.Configuration;
using Spectre.Console;

namespace RobotRL.Cli.Commands;

/// <summary>Exit codes that scripts rely on.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int DoesNotHold = 1;
    public const int BadInput = 2;
    public const int Fault = 3;
}

/// <summary>What every command shares: logs to stderr, one JSON object last on stdout with <c>--json</c>, errors as exit codes.</summary>
internal static partial class CommandLine
{
    /// <summary>How results are spelled.</summary>
    public static JsonSerializerOptions SnakeCase { get; } = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Where people read: stderr, so that stdout stays for programs.</summary>
    public static IAnsiConsole Log { get; } = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });

    /// <summary>Says what a person should know of a configuration before the robot moves by it.</summary>
    public static void Remark(Configuration.RunConfiguration configuration)
    {
        foreach (var remark in configuration.Remarks) Console.Error.WriteLine(remark);
    }

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
        if (parse.GetValue(Json)) Console.Out.WriteLine(JsonSerializer.Serialize(result, SnakeCase));
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
        catch (Exception e) when (e is Runs.BadInputException or Control.ChannelRefusedException or Robots.Mujoco.MujocoException or InvalidDataException or FileNotFoundException or DirectoryNotFoundException)
        {
            Console.Error.WriteLine(e.Message.ReplaceLineEndings(e is Runs.BadInputException ? "\n" : " "));
            return ExitCode.BadInput;
        }
        catch (Exception e) when (e is Actor.SafeStopException or Control.ControlLostException or Learning.LearningDivergedException)
        {
            Console.Error.WriteLine(e.Message);
            return ExitCode.Fault;
        }
        catch (IOException e)
        {
            Console.Error.WriteLine($"stopped safely: {Actor.DiskFault.Text(e)}");
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

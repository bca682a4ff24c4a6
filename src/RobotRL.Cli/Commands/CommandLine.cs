using System.CommandLine;
using System.Text.Json;
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
internal static class CommandLine
{
    private static readonly JsonSerializerOptions SnakeCase = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Where people read: stderr, so that stdout stays for programs.</summary>
    public static IAnsiConsole Log { get; } = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });

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
        catch (Exception e) when (e is Runs.BadInputException or FileNotFoundException or DirectoryNotFoundException)
        {
            Console.Error.WriteLine(e.Message);
            return ExitCode.BadInput;
        }
        catch (Actor.SafeStopException e)
        {
            Console.Error.WriteLine(e.Message);
            return ExitCode.Fault;
        }
        catch (IOException e)
        {
            Console.Error.WriteLine($"stopped safely: {e.Message}; free the disk or mend its rights, then run the same command: it resumes");
            return ExitCode.Fault;
        }
    }
}

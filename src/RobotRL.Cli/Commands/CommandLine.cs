using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using RobotRL.Calibration;
using RobotRL.Cli.Display;
using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Learning;
using RobotRL.Model;
using RobotRL.Robots.Mujoco.Binding;
using RobotRL.Ros2.Transport;
using RobotRL.Sessions.Acting;
using RobotRL.Sessions.Processes;
using RobotRL.Sessions.Runs;
using Spectre.Console;

namespace RobotRL.Cli.Commands;

/// <summary>What every command shares: answers on stdout, logs on stderr, with <c>--json</c> one JSON object alone on stdout, errors as exit codes.</summary>
internal static partial class CommandLine
{
    public static Option<bool> Json { get; } = new("--json") { Description = "Print one JSON object on stdout, and all else on stderr", Recursive = true };

    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Gives a command its body. The body returns an exit code; what it cannot use or do, it throws.</summary>
    public static Command Does(this Command command, Func<ParseResult, CancellationToken, int> body)
    {
        command.SetAction((parse, cancel) => Task.FromResult(Guarded(parse, () => body(parse, cancel))));
        return command;
    }

    /// <summary>Where answers for people go: stdout, but stderr with <c>--json</c>, which keeps stdout for the object.</summary>
    public static TextWriter Answers(ParseResult parse) => parse.GetValue(Json) ? Console.Error : Console.Out;

    /// <summary>Where drawings go, likewise.</summary>
    public static IAnsiConsole Drawings(ParseResult parse) => parse.GetValue(Json) ? Terminal.Log : Terminal.Answers;

    /// <summary>Prints a command's result object when <c>--json</c> was given.</summary>
    public static void Result<T>(ParseResult parse, T result)
    {
        if (parse.GetValue(Json)) Console.Out.WriteLine(JsonSerializer.Serialize(result, JsonNames.SnakeCase));
    }

    /// <summary>How this program is called from here.</summary>
    public static string Program { get; } = File.Exists("robotrl") ? "./robotrl" : "robotrl";

    /// <summary>The command line that goes on from where this one was interrupted.</summary>
    public static string Again { get; } = string.Join(' ', Environment.GetCommandLineArgs().Skip(1).Prepend(Program).Select(Quoted));

    /// <summary>Runs the parsed command, or says why the words are no command line of this program: one line an error.</summary>
    public static async Task<int> RunAsync(ParseResult parse, CancellationToken cancel)
    {
        var exit = parse.Action is ParseErrorAction
            ? Failed(parse, ExitCode.BadInput, string.Join('\n', Errors(parse)))
            : await parse.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null }, cancel);
        if (Outlet.OfOutput.Failure is not { } failure) return exit;
        Console.Error.WriteLine($"standard output took not all of the answer ({failure.Message}): free space where it goes, or send it elsewhere");
        return exit == ExitCode.Done ? ExitCode.Fault : exit;
    }

    /// <summary>Refuses an option's value where <paramref name="holds"/> does not.</summary>
    public static Option<T> Where<T>(this Option<T> option, Func<T, bool> holds, string requirement)
    {
        option.Validators.Add(result =>
        {
            try
            {
                if (result.Tokens.Count > 0 && result.GetValueOrDefault<T>() is { } value && !holds(value))
                    result.AddError($"{option.Name} {string.Join(' ', result.Tokens)}: {requirement}");
            }
            catch (InvalidOperationException)
            {
                // Not of the option's type: the parser says so itself.
            }
        });
        return option;
    }

    /// <summary>Gives an option the value that it has when it is left out.</summary>
    public static Option<T> Or<T>(this Option<T> option, T standard)
    {
        option.DefaultValueFactory = _ => standard;
        return option;
    }

    /// <summary>An option that takes one value or several, each a word of its own.</summary>
    public static Option<T[]> Several<T>(string name, string description, params T[] standard) =>
        new Option<T[]>(name) { Description = description, AllowMultipleArgumentsPerToken = true }.Or(standard);

    /// <summary>Has help, completion and messages show an option's words as people write them.</summary>
    public static Option<T> InWords<T>(this Option<T> option) where T : struct, Enum
    {
        string[] words = [.. Enum.GetNames<T>().Select(name => name.ToLowerInvariant())];
        option.HelpName = string.Join('|', words);
        option.CompletionSources.Clear();
        option.CompletionSources.Add(words);
        return option;
    }

    /// <summary>A share of all.</summary>
    public static Option<T> Share<T>(this Option<T> option) => option.Where(p => p is > 0.0 and <= 1.0, "write a share above 0 and up to 1, such as 0.9");

    /// <summary>A number that must not be below <paramref name="least"/>.</summary>
    public static Option<T> AtLeast<T>(this Option<T> option, int least) =>
        option.Where(n => Convert.ToDouble(n, CultureInfo.InvariantCulture) >= least, $"write a number from {least}");

    private static IEnumerable<string> Errors(ParseResult parse)
    {
        var command = parse.CommandResult.Command;
        var help = $"see robotrl {Path(parse.CommandResult)}--help";
        // An unknown word also leaves something missing and strands what follows it: these are no further errors.
        if (parse.UnmatchedTokens is [var unknown, ..])
        {
            var known = command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name).Concat(command.Options.Where(o => !o.Hidden).Select(o => o.Name));
            var meant = NearestWord.Of(unknown, [.. known, Json.Name, "--help"]) is { } near ? $"did you mean {near}? " : "";
            return [$"'{unknown}' is no command, argument or option here; {meant}{(meant.Length > 0 ? "S" : "s")}{help[1..]}"];
        }
        if (command is { Action: null, Subcommands: { Count: > 0 } below })
            return [$"{Path(parse.CommandResult)}needs one of {string.Join(", ", below.Where(c => !c.Hidden).Select(c => c.Name))}; {help}"];
        return parse.Errors.Select(e => TypeName().Replace(e.Message.ReplaceLineEndings(" "), type => Wanted(type.Groups[1].Value)));
    }

    /// <summary>The parser's C# type names, in words.</summary>
    private static string Wanted(string type) => type switch
    {
        "System.Int32" or "System.Int64" or "System.UInt64" => ": write a whole number" + (type.Contains('U', StringComparison.Ordinal) ? " from 0" : ""),
        "System.Double" => ": write a number",
        "System.Boolean" => ": write true or false",
        _ => "",
    };

    [GeneratedRegex(" as expected type '([^']*)'\\.?")]
    private static partial Regex TypeName();

    private static string Path(CommandResult command) => command.Parent is CommandResult parent ? $"{Path(parent)}{command.Command.Name} " : "";

    private static string Quoted(string word) =>
        word.All(c => char.IsLetterOrDigit(c) || "-_./=:,@+".Contains(c, StringComparison.Ordinal)) && word.Length > 0 ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    /// <summary>Says what went wrong: on stderr, and with <c>--json</c> also as the object.</summary>
    private static int Failed(ParseResult parse, int exit, string error)
    {
        Console.Error.WriteLine(error);
        if (parse.GetResult(Json) is { Implicit: false }) Console.Out.WriteLine(JsonSerializer.Serialize(new { error, exit }, Readable));
        return exit;
    }

    private static int Guarded(ParseResult parse, Func<int> body)
    {
        try
        {
            return body();
        }
        catch (ConfigurationException e)
        {
            return Failed(parse, ExitCode.BadInput, string.Join('\n', e.Errors));
        }
        catch (Exception e) when (e is BadInputException or ChannelRefusedException or MujocoException or TransportException
            or InvalidDataException or FileNotFoundException or DirectoryNotFoundException)
        {
            return Failed(parse, ExitCode.BadInput, e.Message.ReplaceLineEndings(e is BadInputException ? "\n" : " "));
        }
        catch (InsufficientDataException e)
        {
            return Failed(parse, ExitCode.DoesNotHold, e.Message);
        }
        catch (Exception e) when (e is SafeStopException or ControlLostException or LearningDivergedException)
        {
            return Failed(parse, ExitCode.Fault, e.Message);
        }
        catch (OperationCanceledException)
        {
            return Failed(parse, ExitCode.DoesNotHold, $"ended on request before there was a result; start it again with: {Again}");
        }
        catch (IOException e)
        {
            return Failed(parse, ExitCode.Fault, $"stopped safely: {DiskFault.Text(e)}");
        }
        // A defect, or a case that nobody foresaw: scripts must not take it for an answer, and whoever mends it needs the trace.
        catch (Exception e)
        {
            return Failed(parse, ExitCode.Fault, e.ToString());
        }
    }
}

using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using RobotRL.Model;
using RobotRL.Sessions.Processes;

namespace RobotRL.Cli.Tests;

/// <summary>What a run of the built command line came to.</summary>
internal sealed record RobotrlResult(int ExitCode, string[] Output, string Error)
{
    /// <summary>The last line on stdout, which is one JSON object with <c>--json</c>.</summary>
    public JsonElement Json => JsonDocument.Parse(Output[^1]).RootElement;

    public string[] ErrorLines => Error.TrimEnd().ReplaceLineEndings("\n").Split('\n');
}

/// <summary>Runs the built command line as a user does: another process, no stdin.</summary>
internal sealed partial class RobotrlProcess : IDisposable
{
    private const int Interrupt = 2, Terminate = 15;
    /// <summary>A machine that others keep busy takes many times as long, and only what never comes is an error.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly Process _process;
    private readonly Task<string> _output, _error;

    private RobotrlProcess(IReadOnlyDictionary<string, string> environment, string[] unset, string[] arguments, string[]? through = null)
        : this([.. through ?? [], "dotnet", Program, .. arguments], environment, unset) { }

    private RobotrlProcess(string[] words, IReadOnlyDictionary<string, string> environment, string[] unset)
    {
        var start = new ProcessStartInfo(words[0], words[1..])
        {
            WorkingDirectory = Root,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Surround(start);
        foreach (var name in unset) start.Environment.Remove(name);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        _process = DefaultSignals.Start(start)!;
        _process.StandardInput.Close();
        _output = _process.StandardOutput.ReadToEndAsync();
        _error = _process.StandardError.ReadToEndAsync();
    }

    public static string Root { get; } = FindRoot();

    /// <summary>Where runs of the tests keep the evidence that is not in them.</summary>
    public static string Evidence { get; } = MakeEvidence();

    /// <summary>The program of the same configuration as these tests.</summary>
    public static string Program { get; } =
        Path.Combine(Root, "src", "RobotRL.Cli", "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0", "robotrl.dll");

    /// <summary>What every process of the tests has around it.</summary>
    public static void Surround(ProcessStartInfo start)
    {
        // Keys and anchors of a test's runs stay out of the account's own.
        start.Environment["ROBOTRL_AUDIT_KEY"] = Path.Combine(Evidence, "key.pem");
        start.Environment["ROBOTRL_AUDIT_ANCHOR"] = Path.Combine(Evidence, "anchors");
        start.Environment["ROBOTRL_AUDIT_ANCHOR_COMMAND"] = "";
        // Processes that live for seconds spend a third of them on a profile that pays later.
        start.Environment["DOTNET_TieredPGO"] = "0";
    }

    public bool HasExited => _process.HasExited;

    public static RobotrlResult Run(params string[] arguments) => Run(new Dictionary<string, string>(), arguments);

    public static RobotrlResult Run(IReadOnlyDictionary<string, string> environment, params string[] arguments) => Run(environment, [], arguments);

    public static RobotrlResult Run(IReadOnlyDictionary<string, string> environment, string[] unset, params string[] arguments)
    {
        using var process = new RobotrlProcess(environment, unset, arguments);
        return process.Wait();
    }

    /// <summary>
    /// Runs it again as long as it ends because the machine kept the loop or its actor waiting for too long. Such a wait must stop the robot, and the same
    /// command goes on from there.
    /// </summary>
    public static RobotrlResult RunInRealtime(params string[] arguments)
    {
        const int tries = 10;
        FaultCode[] late = [FaultCode.HeartbeatLost, FaultCode.LoopLate, FaultCode.StaleTarget, FaultCode.StaleState];
        for (var i = 1; ; i++)
        {
            var result = Run(arguments);
            var wasLate = result.ExitCode == ExitCode.Fault && late.Any(code => result.Error.Contains($"{code}", StringComparison.Ordinal));
            if (!wasLate || i == tries) return result;
        }
    }

    /// <summary>Runs a line of bash.</summary>
    public static RobotrlResult Shell(string line)
    {
        using RobotrlProcess process = new(["bash", "-c", line], new Dictionary<string, string>(), []);
        return process.Wait();
    }

    /// <summary>A command line of the program as a shell takes it.</summary>
    public static string Words(params string[] arguments) => string.Join(' ', arguments.Prepend(Program).Prepend("dotnet").Select(word => $"'{word}'"));

    /// <summary>Starts without waiting.</summary>
    public static RobotrlProcess Start(params string[] arguments) => new(new Dictionary<string, string>(), [], arguments);

    /// <summary>
    /// Starts it as a shell starts a command that goes on in the background after its terminal is gone: no Ctrl+C and no hangup reaches it.
    /// </summary>
    public static RobotrlProcess StartInBackground(params string[] arguments) =>
        new(new Dictionary<string, string>(), [], arguments, ["sh", "-c", "trap '' INT HUP; exec \"$@\"", "sh"]);

    /// <summary>Ends the process in the midst of whatever it does, as a power cut would.</summary>
    public void Kill()
    {
        _process.Kill();
        Assert.True(_process.WaitForExit(Patience));
    }

    /// <summary>Ctrl+C.</summary>
    public void PressControlC() => Assert.Equal(0, Signal(_process.Id, Interrupt));

    /// <summary>A signal by its name.</summary>
    public void Send(string name) => Assert.Equal(0, Signal(_process.Id, name switch { "HUP" => 1, "INT" => Interrupt, _ => Terminate }));

    /// <summary>What a service manager asks with.</summary>
    public void AskToEnd() => Assert.Equal(0, Signal(_process.Id, Terminate));

    /// <summary>Until a moment comes in its life.</summary>
    public void Await(Func<bool> moment)
    {
        for (var waited = Stopwatch.StartNew(); !moment(); Thread.Sleep(2))
        {
            if (HasExited) Assert.Fail($"It ended before the moment came: {Wait().Error}");
            Assert.True(waited.Elapsed < Patience, $"The moment did not come within {Patience}.");
        }
    }

    public RobotrlResult Wait()
    {
        if (!_process.WaitForExit(Patience))
        {
            _process.Kill(entireProcessTree: true);
            throw new TimeoutException($"robotrl {string.Join(' ', _process.StartInfo.ArgumentList)} gave no answer within {Patience}");
        }
        return new(_process.ExitCode, _output.Result.TrimEnd().Split('\n'), _error.Result);
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);

    /// <summary>These tests' own, since other accounts and other copies of this repository may be tested beside it; gone with their process.</summary>
    private static string MakeEvidence()
    {
        var folder = Directory.CreateTempSubdirectory("robotrl-evidence-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (IOException)
            {
                // A process that a test left behind still writes there: the test says so, not this.
            }
        };
        return folder;
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "RobotRL.sln")))
                return folder.FullName;
        throw new DirectoryNotFoundException($"No RobotRL.sln above {AppContext.BaseDirectory}");
    }
}

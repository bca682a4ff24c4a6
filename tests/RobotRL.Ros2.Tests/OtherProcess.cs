using System.Diagnostics;
using System.Text.Json;

namespace RobotRL.Ros2.Tests;

/// <summary>A program at the other end of the wire: the Fast DDS peer, or a simulated robot. It ends with this.</summary>
internal sealed class OtherProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly List<string> _lines = [];
    private readonly Task _reading;

    private OtherProcess(string program, IEnumerable<string> arguments, bool readsErrors)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            WorkingDirectory = Root,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = readsErrors,
        };
        start.Environment["DOTNET_TieredCompilation"] = "0";
        // Keys and anchors of a test's runs stay out of the account's own.
        start.Environment["ROBOTRL_AUDIT_KEY"] = Path.Combine(Evidence, "key.pem");
        start.Environment["ROBOTRL_AUDIT_ANCHOR"] = Path.Combine(Evidence, "anchors");
        start.Environment["ROBOTRL_AUDIT_ANCHOR_COMMAND"] = "";
        _process = Process.Start(start)!;
        if (readsErrors) _process.OutputDataReceived += (_, _) => { };
        if (readsErrors) _process.BeginOutputReadLine();
        var output = readsErrors ? _process.StandardError : _process.StandardOutput;
        _reading = Task.Run(async () =>
        {
            while (await output.ReadLineAsync() is { } line)
                lock (_lines) _lines.Add(line);
        });
    }

    public static string Root { get; } = FindRoot();

    private static string Evidence { get; } = MakeEvidence();

    private static string Program { get; } =
        Path.Combine(Root, "src/RobotRL.Cli/bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0/robotrl.dll");

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>All that it has printed.</summary>
    public string[] Lines
    {
        get
        {
            lock (_lines) return [.. _lines];
        }
    }

    /// <summary>The peer on Fast DDS, ready. Seconds are the most that it lives.</summary>
    public static OtherProcess Peer(int domain, params string[] arguments)
    {
        var program = Path.Combine(Root, "artifacts/peers/fastdds-peer");
        OtherProcess peer = new(program, [.. arguments, "--domain", $"{domain}", "--seconds", "150"], readsErrors: false);
        peer.Await("\"ready\":true");
        return peer;
    }

    /// <summary>The command line of this project, of which its log is read.</summary>
    public static OtherProcess Robotrl(params string[] arguments) => new("dotnet", [Program, .. arguments], readsErrors: true);

    /// <summary>The same at a terminal of its own, with keys to press.</summary>
    public static OtherProcess AtTerminal(params string[] arguments) =>
        new("script", ["-qefc", string.Join(' ', arguments.Prepend(Program).Prepend("exec dotnet")), "/dev/null"], readsErrors: false);

    /// <summary>A simulated robot, running.</summary>
    public static OtherProcess SimNode(string task, int domain, params string[] arguments)
    {
        var node = Robotrl(["sim-node", TaskFile(task), "--domain", $"{domain}", "--owner", $"{Environment.ProcessId}", .. arguments]);
        node.Await("Simulated robot");
        return node;
    }

    public static string TaskFile(string name) => Path.Combine(Root, $"robot-configs/sim/{name}.yaml");

    public void Press(string keys)
    {
        _process.StandardInput.Write(keys);
        _process.StandardInput.Flush();
    }

    public void Await(string text)
    {
        for (var waited = Stopwatch.StartNew(); !Lines.Any(line => line.Contains(text, StringComparison.Ordinal)); Thread.Sleep(10))
            Assert.True(waited.Elapsed < Patience && !_process.HasExited, $"'{text}' was never printed, but: {string.Join('\n', Lines)}");
    }

    /// <summary>The object that it prints at its end.</summary>
    public JsonElement Summary()
    {
        Assert.True(_process.WaitForExit(Patience), "It did not end.");
        _reading.Wait();
        return JsonDocument.Parse(Lines[^1]).RootElement;
    }

    /// <summary>What a peer that was started with <c>--on-input</c> waits for.</summary>
    public void EndInput() => _process.StandardInput.Close();

    /// <summary>Its exit code, at its end.</summary>
    public int ExitCode
    {
        get
        {
            Assert.True(_process.WaitForExit(Patience), $"It did not end: {string.Join('\n', Lines)}");
            _reading.Wait();
            return _process.ExitCode;
        }
    }

    /// <summary>Asks it to end, and gives what it says at its end.</summary>
    public JsonElement End()
    {
        Signal("INT");
        return Summary();
    }

    public void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-" + name, $"{_process.Id}"]);
        kill.WaitForExit();
    }

    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    /// <summary>Gone with this process.</summary>
    private static string MakeEvidence()
    {
        var folder = Directory.CreateTempSubdirectory("robotrl-evidence-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            try { Directory.Delete(folder, recursive: true); }
            catch (IOException) { }
        };
        return folder;
    }

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "RobotRL.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}

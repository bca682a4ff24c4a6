using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace RobotRL.Ros2.Tests;

/// <summary>A program at the other end of the wire: the Fast DDS peer, or a simulated robot. It ends with this.</summary>
internal sealed partial class OtherProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly List<string> _lines = [];
    private readonly Task _reading;

    private OtherProcess(ProcessStartInfo start, bool readsErrors)
    {
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (true, true, readsErrors);
        start.Environment["DOTNET_TieredCompilation"] = "0";
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
        ProcessStartInfo start = new(program, [.. arguments, "--domain", $"{domain}", "--seconds", "150"]) { WorkingDirectory = Root };
        OtherProcess peer = new(start, readsErrors: false);
        peer.Await("\"ready\":true");
        return peer;
    }

    /// <summary>The command line of this project at a terminal of its own, with keys to press.</summary>
    public static OtherProcess AtTerminal(params string[] arguments) =>
        new(Own(new("script", ["-qefc", string.Join(' ', arguments.Prepend(Program).Prepend("exec dotnet")), "/dev/null"])), readsErrors: false);

    /// <summary>A simulated robot, running.</summary>
    public static OtherProcess SimNode(string task, int domain, params string[] arguments)
    {
        var node = SimNodeStarting(task, domain, arguments);
        node.Await("Simulated robot");
        return node;
    }

    /// <summary>The same, and it may be refused.</summary>
    public static OtherProcess SimNodeStarting(string task, int domain, params string[] arguments) =>
        Robotrl(["sim-node", TaskFile(task), "--domain", $"{domain}", "--owner", $"{Environment.ProcessId}", .. arguments]);

    /// <summary>One of two arms, as its own computer plays it.</summary>
    public static OtherProcess SimArm(string arm, int domain, params string[] arguments) =>
        SimNode("two-arm-reach", domain, ["--cell", Cell.FileOf("two-arms-sim"), "--arm", arm, .. arguments]);

    /// <summary>The built command line; what it says on stderr is read.</summary>
    public static OtherProcess Robotrl(params string[] arguments) => new(ToRobotrl(arguments), readsErrors: true);

    /// <summary>The same, yet to be started.</summary>
    public static ProcessStartInfo ToRobotrl(params string[] arguments) => Own(new("dotnet", [Program, .. arguments]));

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

    /// <summary>Waits for its end, and gives its exit code.</summary>
    public int ExitCode()
    {
        Assert.True(_process.WaitForExit(Patience), $"It did not end, but: {string.Join('\n', Lines)}");
        _reading.Wait();
        return _process.ExitCode;
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

    /// <summary>Asks it to end, and gives what it says at its end.</summary>
    public JsonElement End()
    {
        Signal("INT");
        return Summary();
    }

    /// <summary>Sends it a signal. It starts no process for that: in one as large as this, a fork keeps all threads waiting, and with them a loop.</summary>
    public void Signal(string name)
    {
        var number = name switch { "INT" => 2, "TERM" => 15, "CONT" => 18, "STOP" => 19, _ => throw new ArgumentException(name) };
        Assert.Equal(0, SendSignal(_process.Id, number));
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

    /// <summary>Keys and anchors of a test's runs stay out of the account's own.</summary>
    private static ProcessStartInfo Own(ProcessStartInfo start)
    {
        start.WorkingDirectory = Root;
        start.Environment["ROBOTRL_AUDIT_KEY"] = Path.Combine(Evidence, "key.pem");
        start.Environment["ROBOTRL_AUDIT_ANCHOR"] = Path.Combine(Evidence, "anchors");
        start.Environment["ROBOTRL_AUDIT_ANCHOR_COMMAND"] = "";
        return start;
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

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);
}

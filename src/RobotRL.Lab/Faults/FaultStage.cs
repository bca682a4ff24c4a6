using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Safety;
using RobotRL.Sessions.Processes;
using RobotRL.Sessions.Runs;

namespace RobotRL.Lab.Faults;

/// <summary>A control process with the simulated robot, an actor's process that moves it, and a look at the memory between them.</summary>
internal sealed partial class FaultStage : IDisposable
{
    private const int PatientMs = 2000;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly string _channel = $"fault-{Environment.ProcessId}-{Guid.NewGuid():N}"[..24];
    private readonly string _file;
    private readonly bool _garbage, _live;
    private readonly Child _control;
    private readonly ChannelProbe _probe;
    private readonly Random _random = new(1);
    private ControlRecord _latest;

    /// <param name="safety">A <c>safety</c> section in YAML; empty for none.</param>
    /// <param name="garbage">Whether the actor has a heap that takes long to collect.</param>
    /// <param name="live">Whether the actor is a training with a person at a terminal of its own.</param>
    /// <param name="patient">Whether the control process bears an actor that a busy machine keeps waiting: for faults of which the actor is no part.</param>
    public FaultStage(string safety = "", bool garbage = false, bool live = false, bool patient = false)
    {
        (_garbage, _live) = (garbage, live);
        var configuration = RunConfiguration.Load(ShippedFiles.Configuration("sim/reach.yaml"),
            patient
                ? [
                    ("robot.limits.heartbeat_max_age_ms", $"{PatientMs}"), ("robot.limits.target_max_age_ms", $"{PatientMs}"),
                    ("robot.limits.loop_max_late_ms", $"{PatientMs / 2}"),
                ]
                : []);
        _file = Path.Combine(Path.GetTempPath(), $"robotrl-{_channel}.yaml");
        File.WriteAllText(_file, configuration.ResolvedYaml + safety);
        Configuration = RunConfiguration.Load(_file);
        LinkNs = configuration.Robot.Limits.HeartbeatMaxAgeNs;
        string[] patience = patient ? ["--link-ms", $"{PatientMs}"] : [];
        _control = new(["control", _file, "--channel", _channel, "--owner", $"{Environment.ProcessId}", .. patience],
            new Dictionary<string, string> { ["DOTNET_TieredCompilation"] = "0", ["DOTNET_GCgen0size"] = "0x4000000" });
        try
        {
            _control.Await(() => _control.Lines.Any(l => l.Contains("loop running", StringComparison.Ordinal)));
            HasRealTimeRights = _control.Lines.Any(l => l.Contains("rights granted", StringComparison.Ordinal));
            _probe = Probed();
            Actor = Begin();
        }
        catch
        {
            _control.Dispose();
            File.Delete(_file);
            throw;
        }
    }

    public Child Actor { get; private set; }
    public bool HasRealTimeRights { get; }
    /// <summary>Longest silence of a commander, ns, where the system grants no real-time rights.</summary>
    public long LinkNs { get; }

    /// <summary>The control process's messages.</summary>
    public IReadOnlyCollection<string> Said => _control.Lines;

    /// <summary>The newest tick.</summary>
    public ref readonly ControlRecord Latest
    {
        get
        {
            _probe.TryRead(ref _latest);
            return ref _latest;
        }
    }

    /// <summary>Makes the fault and watches until the robot stands, or goes on for so long.</summary>
    public FaultSighting Watch(Action fault, int goesOnMs = 3000)
    {
        if (Latest.Gate != GateState.Running) AwaitMoving();
        var before = Latest.Time;
        fault();
        if (!Within(goesOnMs, () => Latest.Gate != GateState.Running)) return new(default, null, null);
        var latched = Latest.Fault;
        var isHeld = Within(5000, () => Latest.Gate is GateState.Held or GateState.PowerRemoved);
        return new(latched, latched.Time.Since(before) * 1e-6, isHeld ? Latest.Time.Since(latched.Time) * 1e-6 : null);
    }

    /// <summary>Another actor in the place of one that is gone.</summary>
    public void ReplaceActor()
    {
        Actor.Dispose();
        Actor = Start();
    }

    /// <summary>Takes all processor time from the control process for so long.</summary>
    public void FreezeControl(int milliseconds)
    {
        _control.Freeze(true);
        Thread.Sleep(milliseconds);
        _control.Freeze(false);
    }

    /// <summary>Presses Ctrl+C so often, each time before the robot stands.</summary>
    public void InterruptControl(int times)
    {
        // As fast as a person presses.
        for (var i = 0; i < times; i++, Thread.Sleep(100)) _control.Interrupt();
    }

    public void WriteAsAnotherVersion() => _probe.WriteAsAnotherVersion();

    /// <summary>Does a damage to the memory, so many times.</summary>
    public void Do(ChannelDamage kind, int times = 1)
    {
        for (var i = 0; i < times; i++) _probe.Do(kind, _random);
    }

    /// <summary>The channel's name, and the hash of the configuration that is enforced there.</summary>
    public string Channel => _channel;
    public RunConfiguration Configuration { get; }

    /// <summary>The control process.</summary>
    public Child Control => _control;

    /// <summary>Until the actor has the robot in motion. What stopped it before, on a busy machine, is reset.</summary>
    public void AwaitMoving()
    {
        var (moves, stops) = (Actor.Count(FaultParty.Moving), 0);
        Actor.Await(() =>
        {
            if (Actor.Count(FaultParty.Stopped) is var seen && seen > stops)
            {
                stops = seen;
                Actor.Tell(FaultParty.Reset);
            }
            return Actor.Count(FaultParty.Moving) > moves && Latest.Gate == GateState.Running;
        });
    }

    public static bool Within(int milliseconds, Func<bool> holds)
    {
        for (var clock = Stopwatch.StartNew(); clock.ElapsedMilliseconds < milliseconds; Thread.Sleep(1))
            if (holds()) return true;
        return holds();
    }

    public void Dispose()
    {
        var actor = _probe.ActorProcess;
        Actor.Dispose();
        if (_live && actor != 0) End(actor);
        _probe.Dispose();
        _control.Dispose();
        File.Delete(_file);
        // A control process that is ended by force leaves its channel in memory.
        var path = ControlChannel.PathOf(_channel);
        foreach (var left in Directory.GetFiles(Path.GetDirectoryName(path)!, _channel + "*")) File.Delete(left);
    }

    private Child Begin()
    {
        Actor = Start();
        if (_live)
            Actor.Await(() =>
            {
                // A demonstration begins with the first motion.
                Actor.Tell("w");
                Thread.Sleep(100);
                return Latest.Target.Source == ActionSource.Human;
            });
        else AwaitMoving();
        return Actor;
    }

    /// <summary>Of a person's training; the account's own evidence is no place for it.</summary>
    private string Evidence => _file + ".evidence";

    private Child Start() => _live
        ? Child.AtTerminal(
            ["train", _file, "--run", _file + ".run", "--operator", "live", "--operator-id", "somebody", "--pace", "realtime", "--channel", _channel],
            Evidence)
        : new(["bench", "faults", "party", FaultParty.Actor, _file, "--channel", _channel, .. _garbage ? (string[])["--garbage"] : []]);

    /// <summary>Whoever lost the terminal ends by itself; what does not, by its number, and the run it made goes.</summary>
    private void End(int process)
    {
        using (PeerWatch watch = new(process))
            if (!watch.Wait(20_000)) Child.Kill(process);
        foreach (var made in (string[])[_file + ".run", Evidence])
            if (Directory.Exists(made)) Directory.Delete(made, recursive: true);
    }

    private ChannelProbe Probed()
    {
        ChannelProbe? probe = null;
        _control.Await(() =>
        {
            try
            {
                probe = new(_channel);
                return true;
            }
            catch (ChannelRefusedException)
            {
                return false;
            }
        });
        return probe!;
    }

    /// <summary>This program once more, its lines on stdout and stderr kept. Ended with whoever started it.</summary>
    internal sealed partial class Child : IDisposable
    {
        private const int EndAtOnce = 9, Stop = 19, Continue = 18, Interrupted = 2;
        private readonly Process _process;

        /// <summary>
        /// Starts it with the keys of a terminal that ends with this process.
        /// That ends neither the program nor its display, just as a device that is unplugged does not.
        /// </summary>
        public static Child AtTerminal(string[] arguments, string evidence) =>
            new("script", ["-qec", $"trap '' HUP; exec {string.Join(' ', ThisProgram.Host.Concat(arguments).Select(Quoted))} 2>/dev/null", "/dev/null"],
                new Dictionary<string, string>
                {
                    ["SHELL"] = "/bin/sh", // whatever the account's own is
                    ["ROBOTRL_AUDIT_KEY"] = Path.Combine(evidence, "key.pem"),
                    ["ROBOTRL_AUDIT_ANCHOR"] = Path.Combine(evidence, "anchors"),
                    ["ROBOTRL_AUDIT_ANCHOR_COMMAND"] = "",
                });

        public Child(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
            : this(ThisProgram.Host[0], [.. ThisProgram.Host.Skip(1), .. arguments], environment) { }

        private Child(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
        {
            ProcessStartInfo start = new(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
            foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
            // It is here to be interrupted, in a background shell too.
            _process = DefaultSignals.Start(start) ?? throw new IOException("The program could not be started once more.");
            _process.OutputDataReceived += Keep;
            _process.ErrorDataReceived += Keep;
            _process.BeginOutputReadLine();
            _process.BeginErrorReadLine();
        }

        /// <summary>How it ended; null while it lives.</summary>
        public int? ExitCode => _process.HasExited ? _process.ExitCode : null;

        public ConcurrentQueue<string> Lines { get; } = [];

        public void Tell(string line) => _process.StandardInput.WriteLine(line);

        public int Count(string line) => Lines.Count(l => l == line);

        public void Kill() => _process.Kill();

        public static void Kill(int process) => _ = kill(process, EndAtOnce);

        public void Interrupt() => _ = kill(_process.Id, Interrupted);

        /// <summary>Takes all processor time from it, or gives it back.</summary>
        public void Freeze(bool frozen) => _ = kill(_process.Id, frozen ? Stop : Continue);

        /// <exception cref="InvalidOperationException">It ended, or it did not come about in time.</exception>
        public void Await(Func<bool> holds)
        {
            if (Within((int)Patience.TotalMilliseconds, () => _process.HasExited || holds()) && holds()) return;
            throw new InvalidOperationException($"A process of the fault {(_process.HasExited ? "ended" : "gave no answer")}: {string.Join(" | ", Lines)}");
        }

        public void Dispose()
        {
            if (!_process.HasExited) _process.Kill(entireProcessTree: true);
            _process.WaitForExit(Patience);
            _process.Dispose();
        }

        private static string Quoted(string word) => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

        private void Keep(object sender, DataReceivedEventArgs line)
        {
            if (line.Data is { } text) Lines.Enqueue(text);
        }

        [LibraryImport("libc")] private static partial int kill(int process, int signal);
    }
}

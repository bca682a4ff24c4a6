using System.CommandLine;
using System.Runtime;
using RobotRL.Cells;
using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Sessions.Processes;
using RobotRL.Sessions.Runs;

namespace RobotRL.Cli.Commands;

/// <summary><c>robotrl control</c>: the 1 kHz loop in a process of its own. An actor commands it through shared memory.</summary>
internal static class ControlCommand
{
    // Nearly all of the period. A processor that goes idle is slow to come back now and then: a virtual machine's takes more than a whole period in one sleep
    // of a few thousand, however long before the deadline it wakes. The rest is slept, which keeps the loop below the 95 % that Linux grants real-time threads.
    private const double OwnCpuAwakeUs = 900, MostAwakeUs = 930;

    public static Command Create()
    {
        var config = SharedOptions.Config();
        Option<string> channel = new Option<string>("--channel") { Description = "Name of the shared memory that the actor attaches to", Required = true }
            .Where(ControlChannel.IsName, "write up to 64 letters, digits, '-', '_' or '.'");
        Option<int?> cpu = new Option<int?>("--cpu") { Description = "CPU of the loop" }
            .Where(n => n is >= 0 and < 1024, "write 0 for the first CPU, 1 for the next");
        var priority = new Option<int>("--priority") { Description = "Real-time priority of the loop" }.Or(80).Where(n => n is > 0 and < 100, "write 1 to 99");
        Option<double?> awake = new Option<double?>("--awake-us")
        {
            Description = "How long before each deadline the loop is awake and spins, so that waking delays nothing and its CPU never goes idle; " +
                "900 with --cpu, else 0",
        }.Where(t => t is >= 0 and <= MostAwakeUs, $"write 0 to {MostAwakeUs} µs");
        Option<double?> link = new Option<double?>("--link-ms")
        {
            Description = "Longest silence of a commanding actor's process; 17 with real-time rights, else the configured heartbeat age",
        }.Where(t => t >= 4, "write at least 4 ms: signs of life come every 2 ms");
        Option<string?> events =
            new("--events") { Description = "Folder for what is recorded around reflexes, limits, stops and faults; nothing is recorded without" };
        Option<double?> seconds = new Option<double?>("--seconds") { Description = "End by itself after so long" }
            .Where(t => t > 0, "write a number of seconds above 0");
        Option<int?> owner = new("--owner") { Description = "End when this process has ended", Hidden = true };
        Option<string?> source = new("--source") { Description = "File that messages about ros2 name in place of the configuration's", Hidden = true };
        Option<bool> twin = new("--twin") { Description = "Run an empty loop instead, and time it", Hidden = true };
        var (cell, set) = (SharedOptions.Cell(), SharedOptions.Set());
        return new Command("control", "Run the 1 kHz control loop in this process, for an actor in another")
        {
            config, cell, channel, cpu, priority, awake, link, events, seconds, owner, twin, source, set,
        }.Does((parse, cancel) =>
        {
            var configuration = SharedOptions.Load(parse.GetRequiredValue(config), SharedOptions.Overrides(parse.GetRequiredValue(set)),
                cell: parse.GetValue(cell));
            if (parse.GetValue(source) is { } named) configuration = configuration with { Ros2 = configuration.Ros2! with { Source = named } };
            ControlOptions options = new(parse.GetRequiredValue(channel), parse.GetValue(cpu), parse.GetValue(priority),
                (long)((parse.GetValue(awake) ?? (parse.GetValue(cpu) is null ? 0 : OwnCpuAwakeUs)) * 1e3),
                parse.GetValue(link) is { } ms ? (long)(ms * 1e6) : null, parse.GetValue(events) is { } folder ? Path.GetFullPath(folder) : null);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            if (parse.GetValue(seconds) is { } length) end.CancelAfter(TimeSpan.FromSeconds(length));
            using var owned = parse.GetValue(owner) is { } id ? Belonging.To(id, end) : null;
            if (parse.GetValue(twin))
            {
                RealTimeRights granted = default;
                var figures = EmptyLoop.Run(configuration.Robot.ControlPeriodNs, options, rights => (granted = rights).Priority, end.Token);
                CommandLine.Result(parse, Result(figures, granted, "", ""));
                return ExitCode.Done;
            }
            using var process = new ControlProcess(configuration, options);
            if (Run(process, configuration.Robot.Driver, options, end.Token) is not { } result) throw new BadInputException(NoRights(configuration.Robot));
            CommandLine.Result(parse, result);
            return ExitCode.Done;
        });
    }

    private static string NoRights(RobotDescription robot) =>
        $"{robot.Name}: a real robot ('{robot.Driver}') is not driven without real-time priority and locked memory; " +
        "run as a user with rtprio 90 and memlock unlimited in /etc/security/limits.d, and give --cpu a CPU there is";

    private static ControlResult? Run(ControlProcess process, string driver, ControlOptions options, CancellationToken until)
    {
        RealTimeRights granted = default;
        if (!IsCompiledAtOnce) Console.Error.WriteLine("Start it with DOTNET_TieredCompilation=0, as ./robotrl does: otherwise the loop stays in slow code.");
        GCSettings.LatencyMode = GCLatencyMode.SustainedLowLatency;
        var figures = process.Run(rights =>
        {
            granted = rights;
            if (!rights.Suffice(driver)) return false;
            Console.Error.WriteLine($"Channel {options.Channel}: loop running, real-time rights " +
                $"{(rights.All ? "granted" : $"partly refused ({rights}); good enough for a simulation alone")}.");
            return true;
        }, Console.Error.WriteLine, until);
        if (figures is null) return null;
        ref readonly var last = ref process.Last;
        Console.Error.WriteLine(
            $"Ended with the robot {last.Gate}: {figures.Cycles} cycles, {figures.Misses} deadlines missed, p99 {figures.Command.Us(0.99):F1} µs.");
        return Result(figures, granted, last.Gate.ToString(), last.Fault.Code.ToString());
    }

    private static ControlResult Result(CycleFigures figures, RealTimeRights granted, string gate, string fault) => new(
        Cycles: figures.Cycles,
        P50Us: figures.Command.Us(0.5), P99Us: figures.Command.Us(0.99), P999Us: figures.Command.Us(0.999), MaxUs: figures.Command.MaxUs,
        Misses: figures.Misses, AllocatedBytes: figures.AllocatedBytes,
        WakeP50Us: figures.Wake.Us(0.5), WakeP99Us: figures.Wake.Us(0.99), WakeMaxUs: figures.Wake.MaxUs,
        LoopP50Us: figures.Own.Us(0.5), LoopP99Us: figures.Own.Us(0.99), LoopMaxUs: figures.Own.MaxUs,
        RealTimePriority: granted.Priority, LockedMemory: granted.Memory, BoundToCpu: granted.Cpu, Gate: gate, Fault: fault);

    private static bool IsCompiledAtOnce => Environment.GetEnvironmentVariable("DOTNET_TieredCompilation") == "0";
}

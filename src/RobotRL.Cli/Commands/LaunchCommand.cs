using System.CommandLine;
using System.Runtime.InteropServices;
using RobotRL.Configuration;
using RobotRL.Sessions.Processes;
using RobotRL.Sessions.Runs;

namespace RobotRL.Cli.Commands;

/// <summary>
/// <c>robotrl launch</c>: starts what a launch file names, each where the file says. The actor is a training in real time that starts control loop and learner
/// itself, and ends them.
/// </summary>
internal static partial class LaunchCommand
{
    private const int Terminate = 15;

    public static Command Create()
    {
        Argument<string> file = new("file") { Description = "Launch file, such as launch/peg-insert.yaml" };
        Argument<string[]> given = new("arguments")
        {
            Description = "With a file in ROS 2's syntax: its arguments, such as run:=runs/peg",
            Arity = ArgumentArity.ZeroOrMore,
        };
        Option<string?> run = new("--run") { Description = "Folder of the run: made when new, resumed when it holds one" };
        Option<string?> operatorId = new("--operator-id") { Description = "Who is in charge; required where the file names a live operator or one over ROS 2" };
        return new Command("launch", "Start what a file names: control loop, actor and learner, each on its CPUs; or the processes of a file in ROS 2's syntax")
        {
            file, given, run, operatorId,
        }.Does((parse, _) =>
        {
            var path = parse.GetRequiredValue(file);
            if (LaunchScript.IsScript(path)) return Script(path, parse.GetRequiredValue(given), parse.GetValue(run));
            if (parse.GetValue(run) is not { } folder) throw new BadInputException("--run: missing; name the folder of the run");
            var launch = LaunchConfiguration.Load(path, Environment.ProcessorCount);
            var arguments = Arguments(launch, folder, parse.GetValue(operatorId), parse.GetValue(CommandLine.Json));
            using var actor = Placement.Start(launch.ActorCpus, () => ThisProgram.Start(arguments));
            // Ctrl+C reaches the actor too, which saves and ends by itself; a request to this process alone is passed on.
            using var ended = OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => Signal(actor.Id, Terminate));
            using var lost = OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(PosixSignal.SIGHUP, _ => Signal(actor.Id, Terminate));
            using var asked = OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => Signal(actor.Id, Terminate));
            actor.WaitForExit();
            return actor.ExitCode;
        });
    }

    private static int Script(string path, string[] given, string? run)
    {
        var arguments = given.Select(pair => pair.Split(":=", 2) is [var name, var value] ? (name, value)
            : throw new BadInputException($"{pair}: not of the form name:=value")).ToDictionary();
        if (run is not null) arguments["run"] = run;
        using LaunchRun launch = new(LaunchScript.Load(path, arguments), Console.Error.WriteLine);
        void End(PosixSignalContext context)
        {
            context.Cancel = true;
            launch.AskToEnd();
        }
        using var ended = OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var lost = OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(PosixSignal.SIGHUP, End);
        // Ctrl+C reaches the training too; a request to this process alone is passed on.
        using var asked = OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        return launch.Run();
    }

    private static IEnumerable<string> Arguments(LaunchConfiguration launch, string run, string? operatorId, bool json) =>
    [
        "train", launch.ConfigPath, "--run", run, "--seed", $"{launch.Seed}", "--env-steps", $"{launch.EnvSteps}",
        "--owner", $"{Environment.ProcessId}", "--operator", launch.Operator, .. Given("--teleop", launch.TeleopPath),
        .. Given("--operator-id", operatorId),
        "--pace", "realtime", "--learner", "process", "--control-priority", $"{launch.ControlPriority}", .. Given("--control-cpu", launch.ControlCpu),
        .. launch.LearnerCpus.SelectMany(cpu => Given("--learner-cpus", cpu)), .. json ? ["--json"] : (string[])[],
    ];

    [LibraryImport("libc", EntryPoint = "kill")] private static partial int Signal(int process, int signal);

    private static string[] Given<T>(string option, T? value) => value is null ? [] : [option, $"{value}"];
}

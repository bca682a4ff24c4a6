using System.CommandLine;
using RobotRL.Configuration;
using RobotRL.Model;
using RobotRL.Sessions.Runs;

namespace RobotRL.Cli.Commands;

/// <summary>Options that several commands take, spelled once.</summary>
internal static class SharedOptions
{
    public static Argument<string> Config() => new("config") { Description = "Task configuration, such as robot-configs/sim/peg-insert.yaml" };

    /// <summary>
    /// Reads a configuration. Before that, the run that it is for and the run that it lies in are searched for links.
    /// </summary>
    /// <param name="config">The task file.</param>
    /// <param name="overrides">As written after <c>--set</c>.</param>
    /// <param name="run">Folder of the run that it is for; null for none.</param>
    /// <param name="cell">As written after <c>--cell</c>.</param>
    /// <param name="device">As written after <c>--teleop</c>.</param>
    /// <exception cref="InvalidDataException">Something in a run is a link or no plain file.</exception>
    public static RunConfiguration Load(
        string config, IReadOnlyList<(string Key, string Value)>? overrides = null, string? run = null, string? cell = null, string? device = null)
    {
        if (run is not null) RunFile.RefuseLinks(run);
        if (Path.GetDirectoryName(Path.GetFullPath(config)) is { } folder && RunDirectory.Exists(folder)) RunFile.RefuseLinks(folder);
        return RunConfiguration.Load(config, overrides, CellFile(cell), DeviceFile(device));
    }

    public static Option<string?> Cell() => new("--cell")
    {
        Description = "Cell to do it in: ros2 (a simulated robot behind ROS 2: robotrl sim-node), or a file such as robot-configs/ros2/sim.yaml",
    };

    /// <summary>The file that a word after <c>--cell</c> stands for.</summary>
    public static string? CellFile(string? cell) => cell is null ? null : Path.GetFullPath(cell == "ros2" ? ShippedFiles.Configuration("ros2/sim.yaml") : cell);

    public static Option<string?> Device() => new("--teleop")
    {
        Description = "With --operator ros2: gamepad, spacemouse, intervention (robotrl teleop), or a file such as robot-configs/teleop/gamepad.yaml",
    };

    private static string? DeviceFile(string? device) => device is null ? null : Path.GetFullPath(
        device is "gamepad" or "spacemouse" or "intervention" ? ShippedFiles.Configuration($"teleop/{device}.yaml") : device);

    public static Argument<string> Run() => new("run") { Description = "Folder of a training run" };

    public static Option<ulong> Seed(ulong standard) => new Option<ulong>("--seed") { Description = "Seed of everything random" }.Or(standard);

    public static Option<string[]> Set(string? description = null) =>
        new Option<string[]>("--set") { Description = description ?? "Override one configuration value: --set learner.batch_size=64 (repeatable)" }.Or([]);

    public static Option<Pace> Pace() => new Option<Pace>("--pace")
    {
        Description = "lockstep: virtual time, as fast as it goes; realtime: at wall-clock speed, the control loop in a process of its own",
    }.Or(Sessions.Runs.Pace.Lockstep).InWords();

    public static Option<string?> Channel() =>
        new Option<string?>("--channel") { Description = "With realtime: command through a running 'robotrl control --channel NAME' instead of starting one" };

    /// <summary>Refuses options that do not go together.</summary>
    public static void Require(Pace pace, string? channel, bool deterministic = false)
    {
        if (channel is not null && pace != Sessions.Runs.Pace.Realtime)
            throw new BadInputException("--channel: a control process keeps to the wall clock; add --pace realtime");
        if (deterministic && pace == Sessions.Runs.Pace.Realtime)
            throw new BadInputException("--deterministic: the wall clock never runs the same twice; use --pace lockstep");
    }

    public static Option<OperatorKind> Operator(OperatorKind standard) => new Option<OperatorKind>("--operator")
    {
        Description = "Who corrects: scripted (simulated human), none, live (keyboard, realtime), ros2 (a device over ROS 2, realtime)",
    }.Or(standard).InWords();

    /// <summary>Splits <c>key=value</c> pairs.</summary>
    public static IReadOnlyList<(string Key, string Value)> Overrides(string[] pairs) => [.. pairs.Select(pair =>
    {
        var at = pair.IndexOf('=', StringComparison.Ordinal);
        return at > 0 ? (pair[..at], pair[(at + 1)..]) : throw new BadInputException($"--set {pair}: not of the form key=value");
    })];
}

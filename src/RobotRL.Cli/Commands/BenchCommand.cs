using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using RobotRL.Cli.Display;
using RobotRL.Lab.Bench;
using RobotRL.Model;
using RobotRL.Sessions.Processes;
using Spectre.Console;

namespace RobotRL.Cli.Commands;

/// <summary><c>robotrl bench NAME</c>: figures of this machine, with <c>--json</c> as one object, else as a table. Run them on a quiet machine.</summary>
internal static class BenchCommand
{
    public static Command Create()
    {
        // For whoever wants to know that a benchmark runs, and not how fast this machine is.
        Option<bool> brief = new("--brief") { Description = "A few repetitions only: shows that it runs, not how fast", Recursive = true };
        Command Bench<T>(string name, string description, Func<bool, T> measure) where T : class => new Command(name, description).Does((parse, _) =>
        {
            Show(parse, name, description, measure(parse.GetValue(brief)));
            return ExitCode.Done;
        });
        return new Command("bench", "Measure this machine")
        {
            brief,
            Bench("update", "CPU time of a learner's update, one thread", UpdateBench.Measure),
            Bench("memory", "Memory of a learner over 100,000 steps (minutes)", MemoryBench.Measure),
            Bench("inference", "Time of one decision of the policy, one thread", InferenceBench.Measure),
            Bench("replay", "Replay buffer with two 128-pixel cameras", ReplayBench.Measure),
            Bench("store", "Recording an episode with two 128-pixel cameras", StoreBench.Measure),
            Bench("pipeline", "Camera frame to policy image, 640×480 to 128²", PipelineBench.Measure),
            Bench("critic", "Time of one question to the safety critic, beside TorchSharp", CriticBench.Measure),
            FaultsBenchCommand.Create(),
            ReflexBenchCommand.Create((name, measured) => Figures(name, Machine.Here, measured)),
            Bench("sim", "Physics steps: MuJoCo alone beside the whole stack", SimulationBench.Measure),
            Ros2BenchCommand.Create((parse, measured) => Show(parse, "ros2", "Round trip over ROS 2", measured), brief),
            KillsBenchCommand.Create(),
            StoreKillsCommand.Create(),
        };
    }

    private static void Show<T>(ParseResult parse, string name, string title, T measured)
    {
        var figures = Figures(name, Machine.Here, measured);
        if (parse.GetValue(CommandLine.Json)) CommandLine.Result(parse, figures);
        else Terminal.Answers.Write(Table(title, figures));
    }

    private static JsonObject Figures<T>(string name, Machine machine, T measured)
    {
        JsonObject figures = new() { ["bench"] = name };
        foreach (var (key, value) in Properties(measured)) figures[key] = Rounded(value);
        foreach (var (key, value) in Properties(machine)) figures[key == "name" ? "machine" : key] = value?.DeepClone();
        return figures;
    }

    private static JsonObject Properties<T>(T of) => JsonSerializer.SerializeToNode(of, JsonNames.SnakeCase)!.AsObject();

    /// <summary>Four figures are more than a benchmark repeats.</summary>
    private static JsonNode? Rounded(JsonNode? value) =>
        value is JsonValue number && number.GetValueKind() == JsonValueKind.Number && number.GetValue<double>() is var x && x != Math.Truncate(x)
            ? double.Parse(x.ToString("G4", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)
            : value?.DeepClone();

    private static Table Table(string title, JsonObject figures)
    {
        var table = new Table().Border(TableBorder.Rounded).Title(title).AddColumn("figure").AddColumn(new TableColumn("value").RightAligned());
        foreach (var (key, value) in figures) table.AddRow(new Text(key), new Text($"{value}"));
        return table;
    }
}

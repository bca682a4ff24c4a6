using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using RobotRL.Cli.Evaluation;
using RobotRL.Cli.Results;
using RobotRL.Cli.Runs;
using RobotRL.Cli.Training;

namespace RobotRL.Cli.Commands;

/// <summary>
/// <c>robotrl results</c>: the comparison of the README. Each cell is a process of its own (train, then eval) and leaves <c>cell.json</c> when it is done,
/// so that an interrupted comparison goes on where it stopped, in the middle of a run as well.
/// </summary>
internal static class ResultsCommand
{
    private const string CellFile = "cell.json", TrainingFile = "training.json";
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    public static Command Create()
    {
        Option<string> runs = new("--runs") { Description = "Folder of the runs", DefaultValueFactory = _ => "runs/results" };
        Option<string> output = new("--out") { Description = "Folder of results.json and results.md", DefaultValueFactory = _ => "docs/results" };
        Option<string[]> tasks = new("--tasks") { Description = "Tasks", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => ["peg-insert", "pick-lift"] };
        Option<ulong[]> seeds = new("--seeds") { Description = "Seeds", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [1, 2, 3] };
        Option<string[]> arms = new("--arms") { Description = "Ways of learning", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [.. Arm.All.Select(a => a.Name)] };
        Option<long> envSteps = new("--env-steps") { Description = "Environment steps of a run", DefaultValueFactory = _ => 8_000 };
        Option<int> episodes = new("--episodes") { Description = "Evaluation episodes of a run", DefaultValueFactory = _ => 100 };
        return new Command("results", "Compare ways of learning over tasks and seeds; goes on where it stopped") { runs, output, tasks, seeds, arms, envSteps, episodes }.Does((parse, cancel) =>
        {
            var chosen = parse.GetRequiredValue(arms).Select(name => Arm.All.FirstOrDefault(a => a.Name == name)
                ?? throw new BadInputException($"--arms {name}: no such way of learning; one of {string.Join(", ", Arm.All.Select(a => a.Name))}")).ToArray();
            var cells = (from arm in chosen from seed in parse.GetRequiredValue(seeds) from task in parse.GetRequiredValue(tasks) select (task, arm, seed)).ToArray();
            foreach (var (number, (task, arm, seed)) in cells.Index())
            {
                Console.Error.WriteLine($"cell {number + 1} of {cells.Length}: {task}, {arm.Title}, seed {seed}");
                Fill(parse.GetRequiredValue(runs), task, arm, seed, parse.GetValue(envSteps), parse.GetValue(episodes), cancel);
                Write(parse.GetRequiredValue(runs), parse.GetRequiredValue(output));
                if (cancel.IsCancellationRequested) break;
            }
            CommandLine.Result(parse, Cells(parse.GetRequiredValue(runs)));
            return ExitCode.Done;
        });
    }

    private static string Folder(string runs, string task, string arm, ulong seed) => Path.Combine(runs, task, arm, $"seed-{seed}");

    private static void Fill(string runs, string task, Arm arm, ulong seed, long envSteps, int episodes, CancellationToken cancel)
    {
        var folder = Folder(runs, task, arm.Name, seed);
        var (cell, trained) = (Path.Combine(folder, CellFile), Path.Combine(folder, TrainingFile));
        if (File.Exists(cell)) return;
        TrainingResult training;
        if (File.Exists(trained)) training = JsonSerializer.Deserialize<TrainingResult>(File.ReadAllText(trained), Json)!;
        else
        {
            List<string> arguments =
            [
                "train", Path.Combine("robot-configs", "sim", task + ".yaml"), "--run", folder, "--seed", $"{seed}", "--operator", arm.Operator.ToString().ToLowerInvariant(),
                "--env-steps", $"{(arm.Name == "cloning" ? 0 : envSteps)}", .. arm.Overrides.SelectMany(o => new[] { "--set", o }),
            ];
            if (arm.MatchesHumanSteps) arguments.AddRange(["--human-steps", $"{HumanSteps(runs, task, seed)}"]);
            if (Child<TrainingResult>(arguments, cancel) is not { Finished: true } result) return;
            RunDirectory.WriteAside(trained, JsonSerializer.Serialize(result, Json));
            training = result;
        }
        if (Child<EvaluationResult>(["eval", folder, "--episodes", $"{episodes}"], cancel) is not { } evaluation || evaluation.Episodes < episodes) return;
        var (steps, wall) = LearningCurve.FirstAt(folder, 0.9);
        RunDirectory.WriteAside(cell, JsonSerializer.Serialize(
            new CellResult(task, arm.Name, seed, training, evaluation, steps, wall, Environment.ProcessorCount, RunIdentity.CurrentCodeVersion), Json));
    }

    private static long HumanSteps(string runs, string task, ulong seed)
    {
        var path = Path.Combine(Folder(runs, task, Arm.Interventions.Name, seed), TrainingFile);
        if (!File.Exists(path)) throw new BadInputException($"{path}: missing; run the arm '{Arm.Interventions.Name}' first, its human steps are what the others get");
        return JsonSerializer.Deserialize<TrainingResult>(File.ReadAllText(path), Json)!.HumanSteps;
    }

    private static CellResult[] Cells(string runs) => !Directory.Exists(runs) ? [] :
        [.. Directory.EnumerateFiles(runs, CellFile, SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(path => JsonSerializer.Deserialize<CellResult>(File.ReadAllText(path), Json)!)
            .OrderBy(c => c.Task, StringComparer.Ordinal).ThenBy(c => Arm.All.Index().First(a => a.Item.Name == c.Arm).Index).ThenBy(c => c.Seed)];

    private static void Write(string runs, string output)
    {
        var cells = Cells(runs);
        if (cells.Length == 0) return;
        Directory.CreateDirectory(output);
        RunDirectory.WriteAside(Path.Combine(output, "results.json"), JsonSerializer.Serialize(cells.Select(c => c with { Training = c.Training with { Run = "" } }), Json));
        var table = ResultsTable.Of(cells);
        RunDirectory.WriteAside(Path.Combine(output, "results.md"), table);
        MarkedSection.Replace("README.md", "results", table);
    }

    /// <summary>Runs this very program and reads the object that it prints last. An interrupt reaches the child from the terminal too: it saves and ends.</summary>
    private static T? Child<T>(IReadOnlyList<string> arguments, CancellationToken cancel) where T : class
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet") start.ArgumentList.Add(typeof(ResultsCommand).Assembly.Location);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        start.ArgumentList.Add("--json");
        using var child = Process.Start(start) ?? throw new IOException("The program could not be started once more.");
        var output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        if (cancel.IsCancellationRequested) return null;
        if (child.ExitCode != ExitCode.Done) throw new Actor.SafeStopException($"'robotrl {string.Join(' ', arguments)}' ended with {child.ExitCode}; its message is above");
        return JsonSerializer.Deserialize<T>(output.Trim().Split('\n')[^1], Json);
    }
}

using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using RobotRL.Configuration;
using RobotRL.Lab.Results;
using RobotRL.Sessions.Evaluation;
using RobotRL.Sessions.Processes;
using RobotRL.Sessions.Runs;
using RobotRL.Sessions.Training;

namespace RobotRL.Cli.Commands;

/// <summary>
/// <c>robotrl results</c>: the comparison of <c>docs/results.md</c>. Each cell is a process of its own (train, then eval) and enters the book when it is done,
/// so that an interrupted comparison goes on where it stopped, in the middle of a run as well.
/// </summary>
internal static class ResultsCommand
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    /// <summary>Successes in a row, without help and with exploration, that end a run: 40 are chance in one run of eight at a rate of 95 %.</summary>
    private const int SuccessWindow = 40;

    public static Command Create()
    {
        Option<string> runs = new("--runs") { Description = "Folder of the runs", DefaultValueFactory = _ => "runs/results" };
        Option<string> output = new("--out") { Description = "Folder of results.json and results.md", DefaultValueFactory = _ => "docs/results" };
        Option<string[]> tasks = new("--tasks") { Description = "Tasks", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => ["peg-insert", "pick-lift"] };
        Option<ulong[]> seeds = new("--seeds") { Description = "Seeds", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [1, 2, 3] };
        Option<string[]> arms = new("--arms") { Description = "Ways of learning", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [.. Variant.All.Select(a => a.Name)] };
        Option<long> envSteps = new("--env-steps") { Description = "Most environment steps of a run", DefaultValueFactory = _ => 12_000 };
        Option<int> episodes = new("--episodes") { Description = "Evaluation episodes of a run", DefaultValueFactory = _ => 100 };
        return new Command("results", "Compare ways of learning over tasks and seeds; goes on where it stopped") { runs, output, tasks, seeds, arms, envSteps, episodes }.Does((parse, cancel) =>
        {
            var chosen = parse.GetRequiredValue(arms).Select(name => Variant.All.FirstOrDefault(a => a.Name == name)
                ?? throw new BadInputException($"--arms {name}: no such way of learning; one of {string.Join(", ", Variant.All.Select(a => a.Name))}")).ToArray();
            var cells = (from arm in chosen from seed in parse.GetRequiredValue(seeds) from task in parse.GetRequiredValue(tasks) select (task, arm, seed)).ToArray();
            var book = new ResultBook(parse.GetRequiredValue(output));
            foreach (var (number, (task, arm, seed)) in cells.Index())
            {
                Console.Error.WriteLine($"cell {number + 1} of {cells.Length}: {task}, {arm.Title}, seed {seed}");
                Fill(book, parse.GetRequiredValue(runs), task, arm, seed, parse.GetValue(envSteps), parse.GetValue(episodes), cancel);
                if (cancel.IsCancellationRequested) break;
            }
            CommandLine.Result(parse, book.Cells);
            return ExitCode.Done;
        });
    }

    private static void Fill(ResultBook book, string runs, string task, Variant arm, ulong seed, long envSteps, int episodes, CancellationToken cancel)
    {
        var file = Path.Combine("robot-configs", "sim", task + ".yaml");
        var configuration = RunConfiguration.Load(file, SharedOptions.Overrides([.. arm.Overrides]));
        var hash = configuration.Hash;
        if (book.Find(task, arm, seed) is { } done && done.ConfigHash == hash && done.Evaluation.Episodes >= episodes) return;

        var folder = Path.Combine(runs, task, arm.Name, $"seed-{seed}");
        var trained = Path.Combine(folder, "training.json");
        TrainingResult training;
        if (File.Exists(trained)) training = JsonSerializer.Deserialize<TrainingResult>(File.ReadAllText(trained), Json)!;
        else
        {
            ResultEntry Matched() => book.Find(task, Variant.Interventions, seed) is { } first && first.ConfigHash == RunConfiguration.Load(file).Hash ? first
                : throw new BadInputException($"{task}, seed {seed}: run '{Variant.Interventions.Name}' first, '{arm.Name}' gets what that took");
            if (arm.MatchesEnvSteps) envSteps = Matched().Training.EnvSteps;
            List<string> arguments =
            [
                "train", file, "--run", folder, "--seed", $"{seed}", "--operator", arm.Operator.ToString().ToLowerInvariant(),
                "--env-steps", $"{(arm.ActsWhileLearning ? envSteps : 0)}", .. arm.Overrides.SelectMany(o => new[] { "--set", o }),
            ];
            if (arm.MatchesHumanSteps) arguments.AddRange(["--human-steps", $"{Matched().Training.HumanSteps}"]);
            if (arm.UntilSuccess) arguments.AddRange(["--until-success", "1", "--success-window", $"{SuccessWindow}"]);
            if (Child<TrainingResult>(arguments, cancel) is not { Finished: true } result) return;
            RunDirectory.WriteAside(trained, JsonSerializer.Serialize(result, Json));
            training = result;
        }
        if (Child<EvaluationResult>(["eval", folder, "--episodes", $"{episodes}"], cancel) is not { } evaluation || evaluation.Episodes < episodes) return;
        var (steps, wall) = LearningCurve.FirstAt(folder, 0.9);
        book.Add(new ResultEntry(task, arm.Name, seed, hash, training with { Run = "" }, evaluation, steps, wall, Environment.ProcessorCount,
            RunIdentity.CurrentCodeVersion, LearningSettings.Of(configuration.Learner)));
    }

    /// <summary>Runs this very program and reads the object that it prints last. An interrupt reaches the child from the terminal too: it saves and ends.</summary>
    private static T? Child<T>(IReadOnlyList<string> arguments, CancellationToken cancel) where T : class
    {
        using var child = ThisProgram.Start([.. arguments, "--json"], captureOutput: true);
        var output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        if (cancel.IsCancellationRequested) return null;
        if (child.ExitCode != ExitCode.Done) throw new SafeStopException($"'robotrl {string.Join(' ', arguments)}' ended with {child.ExitCode}; its message is above");
        return JsonSerializer.Deserialize<T>(output.Trim().Split('\n')[^1], Json);
    }
}

using System.Text.Json;
using RobotRL.Configuration;
using RobotRL.Sessions.Evaluation;
using RobotRL.Sessions.Processes;
using RobotRL.Sessions.Runs;
using RobotRL.Sessions.Training;

namespace RobotRL.Lab.Results;

/// <summary>Names a cell of the comparison.</summary>
/// <param name="Runs">Folder of all runs.</param>
/// <param name="Arm">The way of learning.</param>
public sealed record CellName(string Runs, string Task, Variant Arm, ulong Seed);

/// <summary>
/// One cell of the comparison: a training and its evaluation, each a process of its own. It enters the book when it is done, so that an interrupted comparison
/// goes on where it stopped, in the middle of a run as well.
/// </summary>
public static class ResultCell
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    /// <summary>Successes in a row, without help and with exploration, that end a run: 40 are chance in one run of eight at a rate of 95 %.</summary>
    private const int SuccessWindow = 40;

    /// <summary>Trains and evaluates a cell that the book does not hold yet.</summary>
    /// <param name="book">Gets the result.</param>
    /// <param name="cell">Which one.</param>
    /// <param name="envSteps">Most environment steps of the training.</param>
    /// <param name="episodes">Of the evaluation.</param>
    /// <param name="cancel">Leaves the cell unfinished.</param>
    public static void Fill(this ResultBook book, CellName cell, long envSteps, int episodes, CancellationToken cancel)
    {
        var (runs, task, arm, seed) = cell;
        var file = Path.Combine("robot-configs", "sim", task + ".yaml");
        var configuration = RunConfiguration.Load(file, [.. arm.Overrides.Select(o => o.Split('=', 2)).Select(o => (o[0], o[1]))]);
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
        book.Add(new ResultEntry(
            Task: task, Arm: arm.Name, Seed: seed, ConfigHash: hash, Training: training with { Run = "" }, Evaluation: evaluation,
            StepsTo90: steps, WallTo90S: wall, Cores: Environment.ProcessorCount, CodeVersion: RunIdentity.CurrentCodeVersion,
            Learning: LearningSettings.Of(configuration.Learner)));
    }

    /// <summary>
    /// Runs this very program and reads the object that it prints last. An interrupt reaches the child from the terminal too: it saves and ends.
    /// </summary>
    private static T? Child<T>(IReadOnlyList<string> arguments, CancellationToken cancel) where T : class
    {
        using var child = ThisProgram.Start([.. arguments, "--json"], captureOutput: true);
        var output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        if (cancel.IsCancellationRequested) return null;
        // A training that ends short of its target is a result too.
        if (child.ExitCode is not (ExitCode.Done or ExitCode.DoesNotHold))
            throw new SafeStopException($"'robotrl {string.Join(' ', arguments)}' ended with {child.ExitCode}; its message is above");
        return JsonSerializer.Deserialize<T>(output.Trim().Split('\n')[^1], Json);
    }
}

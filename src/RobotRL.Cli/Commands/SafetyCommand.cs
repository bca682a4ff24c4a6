using System.CommandLine;
using RobotRL.Critic;
using RobotRL.Lab.Ablation;
using RobotRL.Model;
using RobotRL.Sessions.Processes;
using RobotRL.Sessions.Runs;

namespace RobotRL.Cli.Commands;

/// <summary><c>robotrl safety</c>: trains the reflex's critic offline, and says what the layers of protection are worth.</summary>
internal static class SafetyCommand
{
    public static Command Create() => new("safety", "Train the reflex's critic, and compare the layers of protection") { Pretrain(), Calibrate(), Eval() };

    private static Command Pretrain()
    {
        Argument<string> task = new("task") { Description = $"One of {string.Join(", ", Benchmark.Names)}" };
        Option<string> output = new("--out") { Description = "Folder of critic.json and critic.safetensors", Required = true };
        var steps = new Option<int?>("--steps") { Description = "Updates; the task's own number when left out" }.AtLeast(1);
        var experience = new Option<int?>("--experience") { Description = "Decisions of scripted experience; the task's own number when left out" }.AtLeast(1);
        var rate = new Option<double?>("--false-interventions") { Description = "Share of harmless steps that may be flagged; the task's own when left out" }
            .Share();
        var runs = CommandLine.Several<string>("--runs", "Folders of recorded runs of the task, learned from as well");
        var seed = SharedOptions.Seed(1);
        return new Command("pretrain", "Train a safety critic on scripted harm and demonstrations") { task, output, steps, experience, rate, runs, seed }
            .Does((parse, cancel) =>
        {
            var benchmark = Benchmark.Of(parse.GetRequiredValue(task));
            Training asked = new(parse.GetValue(experience), parse.GetValue(steps), parse.GetValue(rate), parse.GetValue(seed));
            CommandLine.Result(parse, Train(benchmark, parse.GetRequiredValue(output), asked, cancel, parse.GetRequiredValue(runs)));
            return ExitCode.Done;
        });
    }

    private static Command Calibrate()
    {
        Argument<string> task = new("task") { Description = $"One of {string.Join(", ", Benchmark.Names)}" };
        Option<string> critic = new("--critic") { Description = "Folder of critic.json, whose thresholds are set anew", Required = true };
        var experience = new Option<int>("--experience") { Description = "Decisions of scripted experience" }.Or(2_000).AtLeast(1);
        var rate = new Option<double?>("--false-interventions")
        {
            Description = "Share of the harmless steps of demonstrations that may be flagged; the task's own when left out",
        }.Share();
        var seed = SharedOptions.Seed(1_000);
        return new Command("calibrate", "Set a critic's thresholds on experience that it has not seen") { task, critic, experience, rate, seed }
            .Does((parse, cancel) =>
        {
            var (benchmark, folder) = (Benchmark.Of(parse.GetRequiredValue(task)), parse.GetRequiredValue(critic));
            var weights = CriticFile.Read(folder, benchmark.Features.Name).Critic;
            var unseen = benchmark.Collect(parse.GetValue(experience), parse.GetValue(seed), cancel).ToArray();
            var thresholds = CriticPretraining.Calibrate(unseen, x => [.. x.Select(f => weights.Query(f)).Select(e => (e.Risk, e.Feasibility))],
                Goal(benchmark, parse.GetValue(rate)));
            cancel.ThrowIfCancellationRequested();
            SafetyWeightsFile.Recalibrate(folder, thresholds);
            CommandLine.Answers(parse).WriteLine($"{benchmark.Name}: thresholds {thresholds.Risk:F3} and {thresholds.Feasibility:F3}; " +
                $"{thresholds.FalseInterventionRate:P1} of the harmless steps of demonstrations flagged " +
                $"and {thresholds.DetectionRate:P1} of all steps before harm");
            CommandLine.Result(parse, thresholds);
            return ExitCode.Done;
        });
    }

    private static Command Eval()
    {
        var output = new Option<string>("--out") { Description = "Folder of safety.json and safety.md" }.Or("docs/results");
        var critics = new Option<string>("--critics") { Description = "Folder with a critic a task; what is missing there is pretrained" }.Or("runs/safety");
        var tasks = CommandLine.Several("--tasks", "Tasks", [.. Benchmark.Names]);
        var seeds = new Option<int?>("--seeds") { Description = "Number of seeds; the task's own when left out" }.AtLeast(1);
        var first = new Option<int>("--first-seed")
        {
            Description = "First of the seeds. 1 to 10 served to choose sizes and parameters, so no table is made of them",
        }.Or(21).AtLeast(0);
        var arms = CommandLine.Several("--arms", "Protections", [.. Protection.All.Select(p => p.Name)]);
        return new Command("eval", "Compare no safety, limits, critic and both; goes on where it stopped") { output, critics, tasks, seeds, first, arms }
            .Does((parse, cancel) =>
        {
            var protections = parse.GetRequiredValue(arms).Select(name => Protection.All.FirstOrDefault(p => p.Name == name)
                ?? throw new BadInputException($"--arms {name}: no such protection; one of {string.Join(", ", Protection.All.Select(p => p.Name))}")).ToArray();
            var benchmarks = parse.GetRequiredValue(tasks).Select(Benchmark.Of).ToArray();
            var book = new AblationBook(parse.GetRequiredValue(output));
            // Seed by seed over everything, so that an interrupted comparison is an even one.
            for (var i = 0; i < benchmarks.Max(b => parse.GetValue(seeds) ?? b.Seeds); i++)
                foreach (var benchmark in benchmarks.Where(b => i < (parse.GetValue(seeds) ?? b.Seeds)))
                    foreach (var protection in protections)
                    {
                        if (cancel.IsCancellationRequested) return ExitCode.Done;
                        Fill(book, benchmark, protection, (ulong)(parse.GetValue(first) + i), parse.GetRequiredValue(critics), cancel);
                    }
            CommandLine.Result(parse, book.Cells);
            return ExitCode.Done;
        });
    }

    private static void Fill(AblationBook book, Benchmark benchmark, Protection protection, ulong seed, string critics, CancellationToken cancel)
    {
        var critic = Path.GetFullPath(Path.Combine(critics, benchmark.Name));
        if (protection.Critic && !File.Exists(Path.Combine(critic, CriticFile.Manifest))) Train(benchmark, critic, new(), cancel);
        var hash = benchmark.HashOf(protection, critic);
        if (book.Has(benchmark.Name, protection.Name, seed, hash)) return;
        using var bench = benchmark.Open(protection, critic, shadow: false);
        using var learner = protection.Critic ? benchmark.LearnOn(critic, seed) : null;
        var size = benchmark.Size with { ShadowEpisodes = protection.Critic ? benchmark.Size.ShadowEpisodes : 0 };
        AblationResult result;
        try
        {
            var entry = new AblationEntry(bench, () => benchmark.Open(protection, critic, shadow: true), learner, size, seed);
            result = entry.Run(benchmark.Name, protection.Name, hash, cancel);
        }
        catch (OperationCanceledException) { return; }
        book.Add(result);
        Console.Error.WriteLine($"{benchmark.Name}, {protection.Title}, seed {seed}: {result.Successes} successes, {result.Violations} violations, " +
            $"{result.Stops} stops in {result.Episodes} episodes, then {result.FinalSuccesses} of {result.FinalEpisodes}; {result.WallS:F0} s");
    }

    private static CalibrationGoal Goal(Benchmark benchmark, double? falseInterventionRate) =>
        falseInterventionRate is { } rate ? benchmark.Calibration with { FalseInterventionRate = rate } : benchmark.Calibration;

    /// <summary>How a critic is trained; the task's own numbers where nothing is said.</summary>
    private sealed record Training(int? Experience = null, int? Steps = null, double? FalseInterventions = null, ulong Seed = 1);

    private static PretrainingResult Train(Benchmark benchmark, string folder, Training asked, CancellationToken cancel, params string[] runs)
    {
        var recorded = runs.SelectMany(benchmark.Recorded).ToArray();
        var decisions = asked.Experience ?? benchmark.Pretraining.Experience;
        Console.Error.WriteLine($"{benchmark.Name}: collecting {decisions} decisions of scripted experience");
        HarmEpisode[] episodes = [.. benchmark.Collect(decisions, asked.Seed, cancel), .. recorded];
        var result = CriticPretraining.Run(new()
        {
            Task = benchmark.Name,
            Features = benchmark.Features,
            Parameters = benchmark.Critic,
            Steps = asked.Steps ?? benchmark.Pretraining.Updates,
            Goal = Goal(benchmark, asked.FalseInterventions),
            Seed = asked.Seed,
            Folder = folder,
            TrainedOn = $"{benchmark.Name}: {episodes.Length - recorded.Length} scripted and {recorded.Length} recorded chains, seed {asked.Seed}",
        }, episodes, cancel);
        RunDirectory.WriteAside(Path.Combine(folder, "pretraining.json"), System.Text.Json.JsonSerializer.Serialize(result, JsonNames.SnakeCase));
        Console.Error.WriteLine($"{benchmark.Name}: {result.Transitions} transitions, {result.Violations} of them violations; " +
            $"thresholds {result.RiskThreshold:F3} and {result.FeasibilityThreshold:F3}; " +
            $"held out, {result.FalseInterventionRate:P1} of the harmless steps of demonstrations flagged and {result.DetectionRate:P1} of those before harm");
        return result;
    }
}

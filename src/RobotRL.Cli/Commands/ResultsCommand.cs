using System.CommandLine;
using RobotRL.Lab.Results;
using RobotRL.Sessions.Processes;
using RobotRL.Sessions.Runs;

namespace RobotRL.Cli.Commands;

/// <summary>
/// <c>robotrl results</c>: the comparison of <c>docs/results.md</c>. Each cell is a process of its own (train, then eval) and enters the book when it is done,
/// so that an interrupted comparison goes on where it stopped, in the middle of a run as well.
/// </summary>
internal static class ResultsCommand
{
    public static Command Create()
    {
        Option<string> runs = new("--runs") { Description = "Folder of the runs", DefaultValueFactory = _ => "runs/results" };
        Option<string> output = new("--out") { Description = "Folder of results.json and results.md", DefaultValueFactory = _ => "docs/results" };
        Option<string[]> tasks = new("--tasks")
        {
            Description = "Tasks",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => ["peg-insert", "pick-lift"]
        };
        Option<ulong[]> seeds = new("--seeds") { Description = "Seeds", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [1, 2, 3] };
        Option<string[]> arms = new("--arms")
        {
            Description = "Ways of learning",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [.. Variant.All.Select(a => a.Name)]
        };
        var envSteps = new Option<long>("--env-steps") { Description = "Most environment steps of a run", DefaultValueFactory = _ => 12_000 }.AtLeast(1);
        var episodes = new Option<int>("--episodes") { Description = "Evaluation episodes of a run", DefaultValueFactory = _ => 100 }.AtLeast(1);
        return new Command("results", "Compare ways of learning over tasks and seeds; goes on where it stopped") { runs, output, tasks, seeds, arms, envSteps,
            episodes }.Does((parse, cancel) =>
        {
            var chosen = parse.GetRequiredValue(arms).Select(name => Variant.All.FirstOrDefault(a => a.Name == name)
                ?? throw new BadInputException($"--arms {name}: no such way of learning; one of " +
                    $"{string.Join(", ", Variant.All.Select(a => a.Name))}")).ToArray();
            var cells = (from arm in chosen from seed in parse.GetRequiredValue(seeds)
                from task in parse.GetRequiredValue(tasks) select (task, arm, seed)).ToArray();
            var book = new ResultBook(parse.GetRequiredValue(output));
            foreach (var (number, (task, arm, seed)) in cells.Index())
            {
                Console.Error.WriteLine($"cell {number + 1} of {cells.Length}: {task}, {arm.Title}, seed {seed}");
                book.Fill(parse.GetRequiredValue(runs), task, arm, seed, parse.GetValue(envSteps), parse.GetValue(episodes), cancel);
                if (cancel.IsCancellationRequested) break;
            }
            CommandLine.Result(parse, book.Cells);
            return ExitCode.Done;
        });
    }
}

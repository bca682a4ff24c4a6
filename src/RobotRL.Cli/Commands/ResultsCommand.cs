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
        var runs = new Option<string>("--runs") { Description = "Folder of the runs" }.Or("runs/results");
        var output = new Option<string>("--out") { Description = "Folder of results.json and results.md" }.Or("docs/results");
        var tasks = CommandLine.Several("--tasks", "Tasks", "peg-insert", "pick-lift");
        var seeds = CommandLine.Several<ulong>("--seeds", "Seeds", 1, 2, 3);
        var arms = CommandLine.Several("--arms", "Ways of learning", [.. Variant.All.Select(a => a.Name)]);
        var envSteps = new Option<long>("--env-steps") { Description = "Most environment steps of a run" }.Or(12_000).AtLeast(1);
        var episodes = new Option<int>("--episodes") { Description = "Evaluation episodes of a run" }.Or(100).AtLeast(1);
        return new Command("results", "Compare ways of learning over tasks and seeds; goes on where it stopped")
        {
            runs, output, tasks, seeds, arms, envSteps, episodes,
        }.Does((parse, cancel) =>
        {
            var chosen = parse.GetRequiredValue(arms).Select(name => Variant.All.FirstOrDefault(a => a.Name == name)
                ?? throw new BadInputException($"--arms {name}: no such way of learning; one of {string.Join(", ", Variant.All.Select(a => a.Name))}"));
            var cells = (
                from arm in chosen.ToArray()
                from seed in parse.GetRequiredValue(seeds)
                from task in parse.GetRequiredValue(tasks)
                select (task, arm, seed)).ToArray();
            var book = new ResultBook(parse.GetRequiredValue(output));
            foreach (var (number, (task, arm, seed)) in cells.Index())
            {
                Console.Error.WriteLine($"cell {number + 1} of {cells.Length}: {task}, {arm.Title}, seed {seed}");
                book.Fill(new(parse.GetRequiredValue(runs), task, arm, seed), parse.GetValue(envSteps), parse.GetValue(episodes), cancel);
                if (cancel.IsCancellationRequested) break;
            }
            CommandLine.Result(parse, book.Cells);
            return ExitCode.Done;
        });
    }
}

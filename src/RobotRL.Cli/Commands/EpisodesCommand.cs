using System.CommandLine;
using RobotRL.Cli.Display;
using RobotRL.Episodes;
using RobotRL.Evidence;
using RobotRL.Mcap;
using RobotRL.Model;
using RobotRL.Sessions.Processes;
using RobotRL.Sessions.Runs;

namespace RobotRL.Cli.Commands;

/// <summary><c>robotrl episodes</c>: what a run recorded.</summary>
internal static class EpisodesCommand
{
    public static Command Create() => new("episodes", "List, show, recover, amend, export and import what was recorded")
    {
        List(),
        Show(),
        Recover(),
        Amend(),
        EpisodesExchange.Export(),
        EpisodesExchange.Import(),
    };

    private static Command List()
    {
        var run = SharedOptions.Run();
        return new Command("list", "One line an episode") { run }.Does((parse, _) =>
        {
            var store = Store(parse.GetRequiredValue(run));
            EpisodeLine[] lines = [.. store.Episodes().Zip(store.Files, (episode, file) => EpisodeLine.Of(episode, new FileInfo(file).Length))];
            Write(parse, [EpisodeLine.Heads, .. lines]);
            CommandLine.Result(parse, new { Episodes = lines, Steps = lines.Sum(l => l.Steps), Bytes = lines.Sum(l => l.Bytes) });
            return ExitCode.Done;
        });
    }

    private static Command Show()
    {
        var run = SharedOptions.Run();
        var index = new Option<int>("--episode") { Description = "Number of the episode", Required = true }.AtLeast(0);
        return new Command("show", "One line a step") { run, index }.Does((parse, _) =>
        {
            var directory = RunDirectory.Open(parse.GetRequiredValue(run));
            var file = FileOf(directory, parse.GetValue(index));
            var amendments = Amendments.Read(directory.Episodes);
            var episode = amendments.Apply(EpisodeReader.Read(file));
            var line = EpisodeLine.Of(episode, new FileInfo(file).Length);
            StepLine[] steps = [.. episode.Steps.Select((step, i) => StepLine.Of(step, i, Math.Max(1, episode.Info.Arms.Count), episode.StoppedArm))];
            Amendment[] amended = [.. amendments.All.Where(a => a.Episode == episode.Info.Index)];
            Write(parse, [EpisodeLine.Heads, line, .. amended.Select(a => $"amended {a.TimeUtc:u} by {a.Author}: {a.Reason}"), StepLine.Heads, .. steps]);
            CommandLine.Result(parse, new
            {
                Episode = line,
                episode.Info.Task,
                episode.Info.ConfigHash,
                episode.Info.Operator,
                episode.Info.OperatorRole,
                episode.Info.Cameras,
                Amendments = amended,
                Steps = steps
            });
            return ExitCode.Done;
        });
    }

    private static Command Amend()
    {
        var run = SharedOptions.Run();
        var index = new Option<int>("--episode") { Description = "Number of the episode", Required = true }.AtLeast(0);
        Option<EpisodeOutcome?> outcome = new("--outcome") { Description = "How it went after all: Success, TimedOut, SafetyStop, Interrupted, Failed" };
        Option<bool?> exclude = new("--exclude") { Description = "true keeps it from being learned from, false takes that back" };
        var author = new Option<string>("--author") { Description = "Who says so" }.Or(Environment.UserName);
        Option<string> reason = new("--reason") { Description = "Why", Required = true };
        return new Command("amend", "Correct an episode's label; what was recorded stays as it is") { run, index, outcome, exclude, author, reason }
            .Does((parse, _) =>
        {
            var directory = RunDirectory.Open(parse.GetRequiredValue(run));
            FileOf(directory, parse.GetValue(index));
            Amendment amendment = new(parse.GetValue(index), parse.GetValue(outcome), parse.GetValue(exclude), parse.GetRequiredValue(author),
                parse.GetRequiredValue(reason), DateTime.UtcNow);
            if (amendment is { Outcome: null, Excluded: null }) throw new BadInputException("episodes amend: nothing to amend; give --outcome or --exclude");
            if (string.IsNullOrWhiteSpace(amendment.Reason)) throw new BadInputException("--reason: empty; say why");
            Amendments.Append(directory.Episodes, amendment);
            CommandLine.Answers(parse).WriteLine($"episode {amendment.Episode} amended; it counts from the next start of training on");
            CommandLine.Result(parse, amendment);
            return ExitCode.Done;
        });
    }

    private static Command Recover()
    {
        var run = SharedOptions.Run();
        return new Command("recover", "Settle what a killed process left, as resuming does, and check every file") { run }.Does((parse, _) =>
        {
            var directory = RunDirectory.Open(parse.GetRequiredValue(run));
            using var recording = RunLock.Recording(directory);
            List<string> settled = [], damaged = [];
            var store = EpisodeStore.Open(directory.Episodes, TornEpisodes.Keep, settled.Add);
            foreach (var file in store.Files)
                try
                {
                    using var mcap = McapReader.Open(RunFile.OpenRead(file));
                    mcap.Verify();
                }
                catch (McapException e)
                {
                    damaged.Add($"{file}: {e.Message}");
                }
            foreach (var line in settled.Concat(damaged)) CommandLine.Answers(parse).WriteLine(line);
            CommandLine.Answers(parse).WriteLine($"{store.Files.Count} episodes, {settled.Count} settled, {damaged.Count} damaged");
            CommandLine.Result(parse, new { Episodes = store.Files.Count, Settled = settled, Damaged = damaged });
            return damaged.Count == 0 ? ExitCode.Done : ExitCode.DoesNotHold;
        });
    }

    /// <summary>To read only: another process may be writing.</summary>
    private static EpisodeStore Store(string run) => EpisodeStore.Open(RunDirectory.Open(run).Episodes, TornEpisodes.Leave, _ => { });

    private static string FileOf(RunDirectory run, int index) => Path.Combine(run.Episodes, $"{index:D6}.mcap") is var file && File.Exists(file)
        ? file
        : throw new BadInputException($"{run.Path}: there is no whole episode {index}; robotrl episodes list shows what there is");

    private static void Write(ParseResult parse, IEnumerable<object> lines)
    {
        foreach (var line in lines) CommandLine.Answers(parse).WriteLine(Terminal.Cell($"{line}"));
    }
}

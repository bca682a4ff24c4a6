using System.CommandLine;
using RobotRL.Configuration;
using RobotRL.Episodes;
using RobotRL.LeRobot;
using RobotRL.Model;
using RobotRL.Sessions.Processes;
using RobotRL.Sessions.Runs;

namespace RobotRL.Cli.Commands;

/// <summary><c>robotrl episodes export|import</c>: episodes for other programs, and demonstrations from them.</summary>
internal static class EpisodesExchange
{
    private enum DatasetFormat { LeRobot }

    private enum ExportedKinds { All, Demonstration, Online }

    public static Command Export()
    {
        var run = SharedOptions.Run();
        var format = new Option<DatasetFormat>("--format") { Description = "lerobot: LeRobotDataset v3.0, images as PNG in the data files" }.InWords();
        Option<string> output = new("--out") { Description = "Folder of the dataset, which must not exist yet", Required = true };
        var kinds = new Option<ExportedKinds>("--kind") { Description = "Which episodes" }.Or(ExportedKinds.All).InWords();
        return new Command("export", "Write the episodes, as amended, as a dataset for other programs") { run, format, output, kinds }.Does((parse, _) =>
        {
            var directory = RunDirectory.Open(parse.GetRequiredValue(run));
            if (Path.Exists(parse.GetRequiredValue(output))) throw new BadInputException($"--out {parse.GetRequiredValue(output)}: exists; name a new folder");
            var configuration = RunConfiguration.Load(directory.ConfigPath);
            var episodes = EpisodeStore.Open(directory.Episodes, TornEpisodes.Leave, _ => { }).Episodes()
                .Where(e => !e.Excluded && (parse.GetValue(kinds) == ExportedKinds.All || e.Info.Kind.ToString() == parse.GetValue(kinds).ToString()));
            var figures = LeRobotExport.WriteAsync(parse.GetRequiredValue(output), Description(configuration), episodes).GetAwaiter().GetResult();
            CommandLine.Answers(parse).WriteLine($"{figures.Episodes} episodes, {figures.Frames} frames, {figures.Bytes / 1024} kB in {figures.Directory}");
            CommandLine.Result(parse, figures);
            return ExitCode.Done;
        });
    }

    public static Command Import()
    {
        var config = SharedOptions.Config();
        Option<string> run = new("--run") { Description = "Folder of the run: made when new, added to when it holds one", Required = true };
        Option<string> dataset = new("--from") { Description = "Folder of a LeRobotDataset v3.0 whose images are in its data files", Required = true };
        var seed = SharedOptions.Seed(1);
        var set = SharedOptions.Set();
        return new Command("import", "Take a dataset's episodes up as demonstrations; train on the same folder learns from those that succeeded")
        {
            config, run, dataset, seed, set,
        }.Does((parse, cancel) =>
        {
            var configuration = SharedOptions.Load(parse.GetRequiredValue(config), SharedOptions.Overrides(parse.GetRequiredValue(set)),
                parse.GetRequiredValue(run));
            var imported = LeRobotImport.ReadAsync(parse.GetRequiredValue(dataset), Description(configuration)).GetAwaiter().GetResult();
            var identity = new RunIdentity(configuration.Hash, RunIdentity.CurrentCodeVersion, parse.GetValue(seed), nameof(OperatorKind.Scripted),
                Deterministic: false);
            var directory = RunDirectory.OpenOrCreate(parse.GetRequiredValue(run), identity, configuration);
            using var recording = RunLock.Recording(directory);
            var store = EpisodeStore.Open(directory.Episodes, TornEpisodes.Keep, line => Console.Error.WriteLine(line));
            foreach (var episode in imported.TakeWhile(_ => !cancel.IsCancellationRequested))
            {
                using var writer = store.Begin(new EpisodeInfo
                {
                    Kind = EpisodeKind.Demonstration,
                    Seed = 0,
                    Task = configuration.Task.Kind.ToString(),
                    ConfigHash = configuration.Hash,
                    Cameras = [.. configuration.Task.Cameras.Select(c => c.Name)],
                    HasWrench = configuration.Task.Actions.WrenchAxes.Count > 0,
                    WallClockOffsetNs = 0,
                });
                foreach (var step in episode.Steps) writer.Append(step.Transition, step.PolicyVersion);
                writer.Complete(episode.Outcome);
            }
            var successes = imported.Count(e => e.Outcome == EpisodeOutcome.Success);
            CommandLine.Answers(parse).WriteLine($"{imported.Count} episodes, {successes} of them successes, in {directory.Path}");
            CommandLine.Result(parse, new { Episodes = imported.Count, Successes = successes, Steps = imported.Sum(e => e.Steps.Count), Run = directory.Path });
            return ExitCode.Done;
        });
    }

    private static DatasetDescription Description(RunConfiguration configuration) => DatasetDescription.Of(configuration.Task, configuration.Robot.Name);
}

using System.CommandLine;
using RobotRL.Cells;
using RobotRL.Configuration;
using RobotRL.Episodes;
using RobotRL.Sessions.Processes;
using RobotRL.Sessions.Replaying;
using RobotRL.Sessions.Runs;

namespace RobotRL.Cli.Commands;

/// <summary>
/// <c>robotrl replay</c>: recorded episodes through everything that decides, compared to the bit; with other limits or thresholds, what those would have
/// changed.
/// </summary>
internal static class ReplayCommand
{
    private const int MostLines = 40;

    public static Command Create()
    {
        var run = SharedOptions.Run();
        var episode = new Option<int?>("--episode") { Description = "Number of one episode; all of the run by default" }
            .Where(n => n >= 0, "write a number of an episode, from 0");
        var set = SharedOptions.Set("What if: other limits or thresholds, such as safety.risk_threshold=0.2 or robot.limits.contact_force_n=10 (repeatable)");
        return new Command("replay", "Replay recorded episodes: the same decisions to the bit, or what other limits would have changed") { run, episode, set }
            .Does((parse, cancel) =>
        {
            var directory = RunDirectory.Open(parse.GetRequiredValue(run));
            var overrides = SharedOptions.Overrides(parse.GetRequiredValue(set));
            foreach (var (key, _) in overrides)
                if (!key.StartsWith("safety.", StringComparison.Ordinal) && !key.StartsWith("robot.", StringComparison.Ordinal))
                    throw new BadInputException($"--set {key}: no limit or threshold; what else a run was made with cannot be asked of what it recorded; " +
                        $"set keys of robot.limits, robot.impedance or safety");
            var configuration = RecordedConfiguration.Of(directory, []);
            var files = Files(directory, parse.GetValue(episode));
            LeftOut left = new(IsAlone: parse.GetValue(episode) is not null, [], []);
            var episodes = Episodes(files, left).TakeWhile(_ => !cancel.IsCancellationRequested);
            return overrides.Count == 0
                ? Replay(parse, configuration, directory, episodes, left)
                : WhatIf(parse, configuration, directory, episodes, left, overrides);
        });
    }

    /// <summary>Episodes that were not replayed.</summary>
    /// <param name="IsAlone">Whether one episode was asked for by its number: then its own error is the answer.</param>
    /// <param name="Without">Those that were recorded without control ticks.</param>
    /// <param name="Failed">Those that have control ticks and cannot be replayed: they are damaged, or files that they refer to are gone.</param>
    private sealed record LeftOut(bool IsAlone, List<int> Without, List<int> Failed)
    {
        /// <summary>Does it for an episode; one that fails is named and counted, and the others go on.</summary>
        public bool Try(int index, Action replay)
        {
            try
            {
                replay();
                return true;
            }
            // Recorded values are taken as they are, so a computation may find any of them impossible.
            catch (Exception e) when (!IsAlone
                && e is InvalidDataException or ArgumentException or ArithmeticException or InvalidOperationException or IndexOutOfRangeException)
            {
                Console.Error.WriteLine($"episode {index}: cannot be replayed ({e.Message.ReplaceLineEndings(" ").TrimEnd('.')})");
                Failed.Add(index);
                return false;
            }
        }
    }

    private static int Replay(ParseResult parse, RunConfiguration configuration, RunDirectory run, IEnumerable<RecordedEpisode> episodes, LeftOut left)
    {
        var replay = new EpisodeReplay(run, () => RecordedCell.Of(configuration, run));
        using var policy = new RecordedPolicy(configuration, run);
        foreach (var episode in episodes)
            left.Try(episode.Index, () =>
            {
                if (!replay.Run(episode, policy)) CommandLine.Answers(parse).WriteLine($"episode {episode.Index}: not the same");
            });
        var result = replay.Result(left.Without, left.Failed);
        RequireSome(result.Episodes, run, left);
        CommandLine.Answers(parse).WriteLine($"{result.Identical} of {result.Decisions} decisions identical in {result.Episodes} episodes " +
            $"({result.Ticks} control ticks, {result.HumanDecisions} human decisions, {result.LimitedDecisions} limited, {result.Reflexes} reflexes, " +
            $"{result.PolicyVersions} sets of weights){Failures(left)}");
        if (result.FirstDifference is { } first)
        {
            CommandLine.Answers(parse).WriteLine($"first difference: {first}");
            CommandLine.Answers(parse).WriteLine($"identical by stage: {string.Join(", ", result.IdenticalByStage.Select(s => $"{s.Key} {s.Value}"))}");
            if (result.RecordedBy != RunIdentity.CurrentCodeVersion)
                CommandLine.Answers(parse).WriteLine($"recorded by version {result.RecordedBy}, this is {RunIdentity.CurrentCodeVersion}");
        }
        CommandLine.Result(parse, result);
        return result.Identical == result.Decisions && left.Failed.Count == 0 ? ExitCode.Done : ExitCode.DoesNotHold;
    }

    private static int WhatIf(
        ParseResult parse, RunConfiguration recorded, RunDirectory run, IEnumerable<RecordedEpisode> episodes, LeftOut left,
        IReadOnlyList<(string Key, string Value)> overrides)
    {
        var other = RecordedConfiguration.Of(run, overrides);
        var critic = overrides.Any(o => o.Key == "safety.critic") ? other.Safety?.CriticFolder : null;
        var counterfactual = new Counterfactual(() => RecordedCell.Of(recorded, run), () => RecordedCell.Of(other, run, critic));
        var lines = 0;
        foreach (var episode in episodes)
            left.Try(episode.Index, () =>
            {
                foreach (var change in counterfactual.Run(episode))
                    if (lines++ < MostLines)
                        CommandLine.Answers(parse).WriteLine($"episode {change.Episode}, step {change.Step}{(change.OpenLoop ? " (open loop)" : "")}: " +
                            string.Join("; ", change.What));
            });
        if (lines > MostLines) CommandLine.Answers(parse).WriteLine($"and {lines - MostLines} more; --json has them all");
        var result = counterfactual.Result(left.Without, left.Failed, overrides.GroupBy(o => o.Key).ToDictionary(o => o.Key, o => o.Last().Value));
        RequireSome(result.Episodes, run, left);
        CommandLine.Answers(parse).WriteLine($"{result.Changed} of {result.Decisions} decisions in {result.EpisodesChanged} of {result.Episodes} episodes " +
            $"would have changed; reflexes {result.ReflexesRecorded} → {result.ReflexesCounterfactual}, " +
            $"episodes that a stop ended {result.StopsRecorded} → {result.StopsCounterfactual}{Failures(left)}");
        if (result.Changed > 0)
            CommandLine.Answers(parse).WriteLine("Only the first change of an episode is what would have happened: " +
                "from there on the recorded motion no longer follows from the commands (open loop).");
        CommandLine.Result(parse, result);
        return left.Failed.Count == 0 ? ExitCode.Done : ExitCode.DoesNotHold;
    }

    private static string Failures(LeftOut left) => left.Failed.Count == 0 ? ""
        : $"; {left.Failed.Count} episodes cannot be replayed: {string.Join(", ", left.Failed)}";

    private static IReadOnlyList<string> Files(RunDirectory run, int? episode) => episode is { } index
        ? [RecordedEpisode.PathOf(run, index)]
        : Directory.Exists(run.Episodes) ? EpisodeStore.Open(run.Episodes, TornEpisodes.Leave, _ => { }).Files : [];

    /// <summary>Those with traces; the numbers of the others go to <paramref name="left"/>, and the only one asked for is refused.</summary>
    private static IEnumerable<RecordedEpisode> Episodes(IReadOnlyList<string> files, LeftOut left)
    {
        foreach (var file in files)
        {
            var index = int.Parse(Path.GetFileName(file).AsSpan(0, 6), System.Globalization.CultureInfo.InvariantCulture);
            RecordedEpisode? episode = null;
            var why = "";
            if (!left.Try(index, () => episode = RecordedEpisode.Read(file, out why))) continue;
            if (episode is not null)
            {
                yield return episode;
                continue;
            }
            if (left.IsAlone) throw new BadInputException($"{file}: has no control ticks to replay: {why}");
            if (left.Without.Count == 0) Console.Error.WriteLine($"{file}: has no control ticks to replay: {why}; left out, as are others like it");
            left.Without.Add(index);
        }
    }

    private static void RequireSome(int episodes, RunDirectory run, LeftOut left)
    {
        if (episodes == 0 && left.Failed.Count == 0)
            throw new BadInputException($"{run.Path}: " + (left.Without.Count > 0
                ? $"none of {left.Without.Count} episodes has control ticks to replay"
                : "there is no whole episode to replay"));
    }
}

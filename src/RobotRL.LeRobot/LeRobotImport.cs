using System.Text.Json;
using Parquet;
using RobotRL.Episodes;
using RobotRL.Model;

namespace RobotRL.LeRobot;

/// <summary>An episode of a dataset.</summary>
public sealed record ImportedEpisode(int Index, EpisodeOutcome Outcome, IReadOnlyList<EpisodeStep> Steps);

/// <summary>
/// Reads a LeRobotDataset v3.0 whose images are in its data files. What a dataset from elsewhere lacks (who drove, what was proposed) is taken as a human's
/// demonstration that was executed as it was proposed. The format has no observation after the last step: the last one stands in for it.
/// </summary>
public static class LeRobotImport
{
    /// <exception cref="InvalidDataException">It is no such dataset, or does not fit the description; one line names file, feature and remedy.</exception>
    public static async Task<IReadOnlyList<ImportedEpisode>> ReadAsync(string directory, DatasetDescription description)
    {
        CheckInformation(Path.Combine(directory, "meta/info.json"), description);
        var data = Path.Combine(directory, "data");
        if (!Directory.Exists(data)) throw new InvalidDataException($"{data}: missing; the dataset has no data");
        List<ImportedEpisode> episodes = [];
        foreach (var path in Directory.EnumerateFiles(data, "*.parquet", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            await using var reader = await ParquetReader.CreateAsync(path);
            // A file may hold several episodes a row group, or an episode over several: the episode's number tells them apart.
            List<Frames> groups = [];
            for (var i = 0; i < reader.RowGroupCount; i++) groups.Add(await Frames.ReadAsync(reader, i, description, path));
            var rows = groups.SelectMany(g => Enumerable.Range(0, g.Count).Select(row => (Frames: g, Row: row)));
            foreach (var episode in rows.GroupBy(r => r.Frames.Longs[Feature.EpisodeIndex][r.Row]).OrderBy(g => g.Key))
                episodes.Add(Assemble((int)episode.Key, [.. episode], description));
        }
        return episodes;
    }

    private static ImportedEpisode Assemble(int index, (Frames Frames, int Row)[] rows, DatasetDescription description)
    {
        Observation[] observations = [.. rows.Select(r => r.Frames.Observation(r.Row, description))];
        var steps = new EpisodeStep[rows.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            var (frames, row) = rows[i];
            bool Flag(string name) => frames.Flags.TryGetValue(name, out var values) && values[row];
            long Number(string name, long otherwise) => frames.Longs.TryGetValue(name, out var values) ? values[row] : otherwise;
            var executed = frames.Action(Feature.Action, row, description)!.Value;
            var action = new ExecutedAction
            {
                Executed = executed,
                Policy = frames.Action(Feature.PolicyAction, row, description) ?? default,
                Proposed = frames.Action(Feature.ProposedAction, row, description) ?? executed,
                Source = (ActionSource)Number(Feature.Source, (long)ActionSource.Human),
                Limits = (LimitFlags)Number(Feature.Limits, 0),
            };
            var truncated = Flag(Feature.Truncated);
            steps[i] = new(new Transition(observations[i], action, frames.Floats.TryGetValue(Feature.Reward, out var rewards) ? rewards[row] : 0,
                i + 1 < rows.Length ? observations[i + 1] : observations[i], Terminated: Flag(Feature.Done) && !truncated, truncated),
                    Number(Feature.PolicyVersion, -1));
        }
        var (last, end) = (rows[^1], steps[^1].Transition);
        var success = last.Frames.Flags.TryGetValue(Feature.Success, out var successes) ? successes[last.Row] : end is { Terminated: true, Reward: > 0 };
        var outcome = success ? EpisodeOutcome.Success
            : end.Truncated ? EpisodeOutcome.TimedOut
            : end.Terminated ? EpisodeOutcome.SafetyStop
            : EpisodeOutcome.Interrupted;
        return new(index, outcome, steps);
    }

    private static void CheckInformation(string path, DatasetDescription description)
    {
        if (!File.Exists(path)) throw new InvalidDataException($"{path}: missing; this is no LeRobotDataset v3.0");
        try
        {
            using var info = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = info.RootElement;
            if (root.GetProperty("codebase_version").GetString() is var version && version != LeRobotExport.Codebase)
                throw new InvalidDataException($"{path}: codebase_version: {version} is not {LeRobotExport.Codebase}; convert it with LeRobot's own converter");
            if (root.GetProperty("fps").GetInt32() is var fps && fps != description.FramesPerSecond)
                throw new InvalidDataException($"{path}: fps: {fps} frames a second, the task decides {description.FramesPerSecond} times; "
                    + "use a task with that period");
            var features = root.GetProperty("features");
            foreach (var wanted in description.Features().Where(f => f.Name is Feature.State or Feature.Action || f.IsImage))
            {
                if (!features.TryGetProperty(wanted.Name, out var found))
                    throw new InvalidDataException($"{path}: features.{wanted.Name}: missing, and the task needs it");
                var (dtype, shape) = (found.GetProperty("dtype").GetString(), found.GetProperty("shape").EnumerateArray().Select(d => d.GetInt32()).ToArray());
                if (dtype != wanted.Dtype)
                    throw new InvalidDataException($"{path}: features.{wanted.Name}: dtype {dtype} is not {wanted.Dtype}"
                        + (dtype == "video" ? "; videos are not read: export the dataset with images" : ""));
                if (!shape.SequenceEqual(wanted.Shape))
                    throw new InvalidDataException($"{path}: features.{wanted.Name}: "
                        + $"shape [{string.Join(", ", shape)}] is not the task's [{string.Join(", ", wanted.Shape)}]");
                if (description.Actions.Arms.Count > 1 && wanted.Names is { } names && found.TryGetProperty("names", out var theirs) && !IsSame(theirs, names))
                    throw new InvalidDataException($"{path}: features.{wanted.Name}: names are not the task's, which begin with {names[0]}; "
                        + "name the arms of the task as the dataset does");
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"{path}: not a dataset's information ({e.Message})", e);
        }
    }

    /// <summary>A list of names, or several under the axis that they name.</summary>
    private static bool IsSame(JsonElement theirs, string[] names)
    {
        var list = theirs.ValueKind == JsonValueKind.Object ? theirs.EnumerateObject().Select(axis => axis.Value).FirstOrDefault() : theirs;
        return list.ValueKind == JsonValueKind.Array && list.EnumerateArray().Select(name => name.ToString()).SequenceEqual(names);
    }
}

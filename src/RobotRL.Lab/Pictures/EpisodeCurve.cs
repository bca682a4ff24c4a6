using System.Text.Json;
using RobotRL.Episodes;
using RobotRL.Model;
using RobotRL.Sessions.Runs;

namespace RobotRL.Lab.Pictures;

/// <summary>One point of a training curve: means over the newest online episodes.</summary>
/// <param name="EnvSteps">Environment steps so far.</param>
/// <param name="Success">Share of the episodes that succeeded without help.</param>
/// <param name="Human">Share of their steps that a human drove.</param>
/// <param name="CycleTimeS">Mean robot time of an episode, s.</param>
public readonly record struct CurvePoint(double EnvSteps, double Success, double Human, double CycleTimeS);

/// <summary>A run's online episodes, from its <c>metrics.jsonl</c>, smoothed by a trailing mean.</summary>
public static class EpisodeCurve
{
    public const int Window = 20;

    /// <exception cref="BadInputException">The run has no episode to show.</exception>
    public static IReadOnlyList<CurvePoint> Of(RunDirectory run)
    {
        var path = Path.Combine(run.Path, "metrics.jsonl");
        var points = File.Exists(path) ? Smoothed(Episodes(path)).ToArray() : [];
        return points.Length > 0 ? points : throw new BadInputException($"{path}: no online episode yet; train longer");
    }

    private static IEnumerable<CurvePoint> Smoothed(IEnumerable<Episode> episodes)
    {
        Queue<Episode> newest = new();
        foreach (var episode in episodes)
        {
            newest.Enqueue(episode);
            if (newest.Count > Window) newest.Dequeue();
            yield return new(episode.EnvSteps, newest.Average(e => e.Autonomous), newest.Sum(e => e.HumanSteps) / newest.Sum(e => e.Steps),
                newest.Average(e => e.CycleTimeS));
        }
    }

    private static IEnumerable<Episode> Episodes(string path)
    {
        foreach (var line in RunFile.ReadLines(path))
        {
            if (Read(line) is { Steps: > 0 } episode) yield return episode;
        }
    }

    private static Episode? Read(string line)
    {
        try
        {
            using var record = JsonDocument.Parse(line);
            var root = record.RootElement;
            double Number(string name) => root.GetProperty(name).GetDouble();
            return root.GetProperty("kind").GetString() == "episode" && root.GetProperty("episode_kind").GetString() == "Online"
                ? new(Number("env_steps"), Number("steps"), Number("autonomous"), Number("human_steps"), Number("cycle_time_s"))
                : null;
        }
        catch (JsonException)
        {
            return null; // The last line of a run that is being written, or was killed.
        }
    }

    private sealed record Episode(double EnvSteps, double Steps, double Autonomous, double HumanSteps, double CycleTimeS);
}

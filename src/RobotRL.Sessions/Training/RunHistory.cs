using System.Text.Json;
using RobotRL.Model;

namespace RobotRL.Sessions.Training;

/// <summary>What a run's figures on disk tell of the sessions before: how long they took, how success went, and what the learner reported last.</summary>
internal sealed class RunHistory
{
    /// <summary>More than the longest line.</summary>
    private const int Tail = 4096;

    private readonly string _run;

    /// <param name="run">The run's folder.</param>
    /// <param name="learnsElsewhere">Whether the learner is a process of its own, with figures of its own.</param>
    public RunHistory(string run, bool learnsElsewhere)
    {
        (_run, LearnsElsewhere) = (run, learnsElsewhere);
        // A session's clock starts anew.
        var last = 0.0;
        if (File.Exists(Metrics))
            foreach (var wall in RunFile.ReadLines(Metrics).Select(TakeUp).Where(double.IsFinite))
            {
                if (wall < last) EarlierS += last;
                last = wall;
            }
        EarlierS += last;
        if (learnsElsewhere) Follow();
    }

    /// <summary>Whether another process reports, so that <see cref="Follow"/> finds something new.</summary>
    public bool LearnsElsewhere { get; }

    /// <summary>Seconds of the sessions before.</summary>
    public double EarlierS { get; private set; }

    /// <summary>Success rate after each online episode of the sessions before.</summary>
    public List<float> Success { get; } = [];

    /// <summary>As the learner reported last; NaN before that.</summary>
    public double CriticLoss { get; private set; } = double.NaN;
    public double Entropy { get; private set; } = double.NaN;

    private string Metrics => Path.Combine(_run, "metrics.jsonl");
    private string Learner => Path.Combine(_run, "learner.jsonl");

    /// <summary>Reads what a learner in another process reported last.</summary>
    public void Follow()
    {
        if (!File.Exists(Learner)) return;
        using var file = RunFile.OpenRead(Learner);
        file.Position = Math.Max(0, file.Length - Tail);
        using var reader = new StreamReader(file);
        // The first line may be torn by the cut, the last by the writer.
        foreach (var line in reader.ReadToEnd().Split('\n')) TakeUp(line);
    }

    /// <returns>When the record was written, s of its session; NaN where it does not say.</returns>
    private double TakeUp(string line)
    {
        try
        {
            using var record = JsonDocument.Parse(line);
            var root = record.RootElement;
            if (root.GetProperty("kind").GetString() == "learner") (CriticLoss, Entropy) = (Number(root, "critic_loss"), Number(root, "entropy"));
            else if (root.GetProperty("episode_kind").GetString() == "Online") Success.Add((float)Number(root, "success_rate"));
            return Number(root, "wall_s");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return double.NaN; // No whole record: what a person sees of the past lacks a point.
        }
    }

    private static double Number(JsonElement record, string name) =>
        record.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : double.NaN;
}

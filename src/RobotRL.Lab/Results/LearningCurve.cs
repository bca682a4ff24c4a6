using System.Text.Json;
using RobotRL.Model;

namespace RobotRL.Lab.Results;

/// <summary>Reads a run's success curve from its <c>metrics.jsonl</c>.</summary>
public static class LearningCurve
{
    private const int Window = 20;

    /// <summary>
    /// Environment steps and wall-clock seconds at which the newest 20 online episodes first succeeded without help at the given rate;
    /// nulls where they never did.
    /// </summary>
    public static (long? EnvSteps, double? WallS) FirstAt(string run, double rate)
    {
        // A resumed run's clock starts anew: the seconds of earlier sessions are added.
        var (online, earlier, last) = (0, 0.0, 0.0);
        foreach (var line in RunFile.ReadLines(Path.Combine(run, "metrics.jsonl")))
        {
            using var record = JsonDocument.Parse(line);
            var root = record.RootElement;
            var wall = root.GetProperty("wall_s").GetDouble();
            if (wall < last) earlier += last;
            last = wall;
            if (root.GetProperty("kind").GetString() != "episode" || root.GetProperty("episode_kind").GetString() != "Online") continue;
            if (++online >= Window && root.GetProperty("success_rate").GetDouble() >= rate - 1e-9)
                return (root.GetProperty("env_steps").GetInt64(), earlier + wall);
        }
        return (null, null);
    }
}

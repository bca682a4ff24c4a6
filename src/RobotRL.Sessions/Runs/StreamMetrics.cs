using RobotRL.Sensing;

namespace RobotRL.Sessions.Runs;

/// <summary>
/// What became of an episode's streams, as a record of its own in the metrics: <c>kind: streams</c>. For each camera and the robot's state, by its name: items
/// delivered, joined, dropped and late, mean and largest age when joined; and the age of the weights that acted. Only where sensors run by themselves.
/// </summary>
internal static class StreamMetrics
{
    public static void Write(MetricsLog metrics, long envSteps, int episode, in EpisodeSummary summary)
    {
        if (summary.Streams is not { } streams) return;
        Dictionary<string, object> record = new()
        {
            ["episode"] = episode,
            ["episode_kind"] = summary.Kind.ToString(),
            ["env_steps"] = envSteps,
            ["weights_age_mean_s"] = Math.Round(summary.WeightsMeanAgeS, 3),
            ["weights_age_max_s"] = Math.Round(summary.WeightsMaxAgeS, 3),
        };
        Add("state", streams.State);
        foreach (var camera in streams.Cameras) Add($"camera_{camera.Name}", camera);
        metrics.Write("streams", envSteps, record);

        void Add(string name, in StreamFigures figures)
        {
            record[$"{name}_age_mean_ms"] = Math.Round(figures.MeanAgeMs, 3);
            record[$"{name}_age_max_ms"] = Math.Round(figures.MaxAgeMs, 3);
            record[$"{name}_delivered"] = figures.Delivered;
            record[$"{name}_joined"] = figures.Joined;
            record[$"{name}_dropped"] = figures.Dropped;
            record[$"{name}_late"] = figures.Late;
        }
    }
}

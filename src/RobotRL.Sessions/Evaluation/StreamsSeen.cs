using RobotRL.Sensing;
using RobotRL.Sessions.Runs;

namespace RobotRL.Sessions.Evaluation;

/// <summary>Ages and losses of the sensors' streams over several episodes, for people.</summary>
public sealed class StreamsSeen
{
    private readonly List<EpisodeStreams> _episodes = [];

    public void Add(in EpisodeSummary summary)
    {
        if (summary.Streams is { } streams) _episodes.Add(streams);
    }

    /// <summary>One line; null where nothing streamed.</summary>
    public string? Text => _episodes.Count == 0 ? null
        : "ages when joined, mean and largest: " + string.Join("; ", [Of(e => e.State), .. _episodes[0].Cameras.Select((_, i) => Of(e => e.Cameras[i]))]);

    private string Of(Func<EpisodeStreams, StreamFigures> stream)
    {
        var all = _episodes.Select(stream).ToArray();
        return FormattableString.Invariant($"{all[0].Name} {all.Average(f => f.MeanAgeMs):0.#} and {all.Max(f => f.MaxAgeMs):0.#} ms, ")
            + $"{all.Sum(f => f.Delivered)} delivered, {all.Sum(f => f.Dropped)} dropped, {all.Sum(f => f.Late)} late";
    }
}

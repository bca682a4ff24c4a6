using RobotRL.Mcap;
using RobotRL.Model;

namespace RobotRL.Replay;

/// <summary>Reads an episode back: the same values to the bit, and the same sharing of observations between neighbouring steps.</summary>
public static class EpisodeReader
{
    /// <summary>Reads a whole file, or what a torn one has in whole steps.</summary>
    /// <exception cref="InvalidDataException">The file is not an episode, or is damaged.</exception>
    public static Episode Read(string path)
    {
        try
        {
            using var mcap = McapReader.Open(path);
            return Read(mcap);
        }
        catch (Exception e) when (e is McapException or InvalidDataException)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    internal static Episode Read(McapReader mcap)
    {
        var info = EpisodeInfo.Parse(mcap.Metadata().FirstOrDefault(m => m.Name == EpisodeInfo.RecordName)
            ?? throw new InvalidDataException($"There is no record '{EpisodeInfo.RecordName}': this is not an episode, or it was cut off before it began."));
        var messages = new RosMessages(info.WallClockOffsetNs);
        var topics = info.Cameras.Select((camera, i) => (Topic: RosMessages.ImageTopicPrefix + camera, i)).ToDictionary(t => t.Topic, t => t.i);
        var images = info.Cameras.Select(_ => new List<PolicyImage>()).ToArray();
        List<(Stamp Time, float[] Values)> proprioception = [];
        List<Decision> decisions = [];
        // By count, not by time: a clock that was set back does not shuffle the steps.
        foreach (var message in mcap.Messages().OrderBy(m => m.Sequence))
        {
            if (topics.TryGetValue(message.Channel.Topic, out var camera)) images[camera].Add(messages.ReadImage(message));
            else if (message.Channel.Topic == RosMessages.ProprioceptionTopic) proprioception.Add(messages.ReadProprioception(message));
            else if (message.Channel.Topic == RosMessages.DecisionTopic) decisions.Add(messages.ReadDecision(message));
        }

        var observations = new Observation[images.Select(i => i.Count).Append(proprioception.Count).Min()];
        for (var i = 0; i < observations.Length; i++)
            observations[i] = new Observation(proprioception[i].Time, proprioception[i].Values, [.. images.Select(camera => camera[i])]);
        // A step is whole with its decision and both of its observations.
        var steps = new EpisodeStep[Math.Min(decisions.Count, Math.Max(0, observations.Length - 1))];
        for (var i = 0; i < steps.Length; i++)
        {
            var d = decisions[i];
            if (d.Step != i) throw new InvalidDataException($"Step {d.Step} stands where step {i} belongs.");
            steps[i] = new EpisodeStep(new Transition(observations[i], d.Action, d.Reward, observations[i + 1], d.Terminated, d.Truncated), d.PolicyVersion);
        }
        return new Episode(info, Outcome(mcap), steps);
    }

    private static EpisodeOutcome Outcome(McapReader mcap) =>
        mcap.Metadata().FirstOrDefault(m => m.Name == EpisodeWriter.OutcomeRecordName) is { } record
        && Enum.TryParse<EpisodeOutcome>(record.Values.GetValueOrDefault("outcome"), out var outcome) ? outcome : EpisodeOutcome.Interrupted;
}

using RobotRL.Mcap;
using RobotRL.Model;

namespace RobotRL.Episodes;

/// <summary>
/// Puts an episode's steps together from the messages of its file. Channels may come in any mixture; within each the order of the writer counts.
/// A step is whole with its decision and both of its observations, of which neighbours share one.
/// </summary>
internal sealed class EpisodeAssembly
{
    private readonly Queue<(Stamp Time, float[] Values)> _proprioception = new();
    private readonly Queue<Decision> _decisions = new();
    private Queue<PolicyImage>[] _images = [];
    private Dictionary<string, int> _cameras = [];
    private RosMessages? _messages;
    private Observation? _observation;

    /// <summary>Null until the file's first record told.</summary>
    public EpisodeInfo? Info { get; private set; }

    /// <summary>Null until the writer finished.</summary>
    public EpisodeOutcome? Outcome { get; private set; }

    /// <inheritdoc cref="Episode.StoppedArm"/>
    public string StoppedArm { get; private set; } = "";

    /// <summary>Steps taken so far.</summary>
    public int Steps { get; private set; }

    public void Add(McapMetadata metadata)
    {
        if (metadata.Name == EpisodeInfo.RecordName)
        {
            Info = EpisodeInfo.Parse(metadata);
            _messages = new RosMessages(Info.WallClockOffsetNs, Info.Arms, Info.HasWrench);
            _images = [.. Info.Cameras.Select(_ => new Queue<PolicyImage>())];
            _cameras = Info.Cameras.Select((camera, i) => (Topic: RosMessages.ImageTopicPrefix + camera, i)).ToDictionary(t => t.Topic, t => t.i);
        }
        else if (metadata.Name == EpisodeWriter.OutcomeRecordName
            && Enum.TryParse<EpisodeOutcome>(metadata.Values.GetValueOrDefault("outcome"), out var outcome))
            (Outcome, StoppedArm) = (outcome, metadata.Values.GetValueOrDefault(EpisodeWriter.StoppedArmKey, ""));
    }

    public void Add(McapMessage message)
    {
        var messages = _messages
            ?? throw new InvalidDataException($"There is no record '{EpisodeInfo.RecordName}' before the first message: this is not an episode.");
        if (_cameras.TryGetValue(message.Channel.Topic, out var camera)) _images[camera].Enqueue(messages.ReadImage(message));
        else if (message.Channel.Topic == RosMessages.ProprioceptionTopic) _proprioception.Enqueue(messages.ReadProprioception(message));
        else if (message.Channel.Topic == RosMessages.DecisionTopic) _decisions.Enqueue(messages.ReadDecision(message));
    }

    /// <summary>The next whole step, or null.</summary>
    /// <exception cref="InvalidDataException">A step is missing or out of order.</exception>
    public EpisodeStep? Take()
    {
        _observation ??= NextObservation();
        if (_observation is null || _decisions.Count == 0 || NextObservation() is not { } next) return null;
        var d = _decisions.Dequeue();
        if (d.Step != Steps) throw new InvalidDataException($"Step {d.Step} stands where step {Steps} belongs.");
        var transition = new Transition(_observation, d.Action, d.Reward, next, d.Terminated, d.Truncated) { Stop = d.Stop, Grips = d.Grips };
        var step = new EpisodeStep(transition, d.PolicyVersion);
        _observation = next;
        Steps++;
        return step;
    }

    private Observation? NextObservation()
    {
        if (_proprioception.Count == 0 || _images.Any(i => i.Count == 0)) return null;
        var (time, values) = _proprioception.Dequeue();
        return new Observation(time, values, [.. _images.Select(i => i.Dequeue())]);
    }
}

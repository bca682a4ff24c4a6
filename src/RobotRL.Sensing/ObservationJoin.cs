using RobotRL.Model;

namespace RobotRL.Sensing;

/// <summary>
/// Puts together what was true at one instant. For an instant t it takes, from each source, the newest item captured at or before t and not older than
/// its bound: a rule that depends on capture times alone, so that a replay joins the same items however they were delayed on the way. A source that has
/// stamped anything further ahead of t than its bound runs by another clock, and what it says of any instant is not to be trusted.
/// </summary>
public sealed class ObservationJoin(TaskDescription task, long stateMaxAgeNs)
{
    private const int ImagesKept = 8, StatesKept = 64;

    private readonly JoinHistory<PolicyImage>[] _images =
        [.. task.Cameras.Select(c => new JoinHistory<PolicyImage>(CameraStream.SourceOf(c.Name), ImagesKept))];
    private readonly JoinHistory<ToolState> _states = new("robot state", StatesKept);
    private readonly ObservationLayout _layout = task.ObservationLayout;
    private Pose? _startInBase;

    /// <summary>Of the last observation.</summary>
    public StreamAges Ages { get; private set; } = StreamAges.None;

    /// <summary>The control tick of the state in the last observation.</summary>
    public long Tick { get; private set; }

    /// <summary>The next observation is the first of an episode: poses are relative to its pose, and figures begin anew.</summary>
    public void BeginEpisode()
    {
        _startInBase = null;
        _states.BeginEpisode();
        foreach (var images in _images) images.BeginEpisode();
    }

    public void Add(int camera, PolicyImage image) => _images[camera].Add(image.CaptureTime, image);
    public void Add(in ToolState state) => _states.Add(state.CaptureTime, state);

    /// <summary>When the newest image of a camera was captured; the first stamp there is before any.</summary>
    public Stamp NewestImage(int camera) => _images[camera].Newest;

    /// <summary>When the newest state was captured; likewise.</summary>
    public Stamp NewestState => _states.Newest;

    /// <summary>Where the tool was at an instant, as far as it is still known.</summary>
    public bool TryFindTool(Stamp time, out Pose toolInBase)
    {
        var isKnown = _states.TryFind(time, out _, out var state);
        toolInBase = state.EndEffector.PoseInBase;
        return isKnown;
    }

    /// <summary>The observation at <paramref name="time"/>.</summary>
    /// <exception cref="SensorFaultException">A source has nothing recent enough.</exception>
    public Observation At(Stamp time)
    {
        var state = _states.At(time, stateMaxAgeNs, FaultCode.StaleState, FaultCode.ClockForward, out var stateAgeNs);
        var images = _images.Length == 0 ? [] : new PolicyImage[_images.Length];
        var ages = _images.Length == 0 ? [] : new long[_images.Length];
        for (var i = 0; i < images.Length; i++)
            images[i] = _images[i].At(time, task.ImageMaxAgeNs, FaultCode.SensorError, FaultCode.SensorError, out ages[i]);
        _startInBase ??= state.EndEffector.PoseInBase;
        (Ages, Tick) = (new(stateAgeNs, ages), state.Tick);
        return new Observation(time, Proprioception.Build(state, _startInBase.Value, task.Scale, _layout), images);
    }

    /// <summary>What became of each stream since the episode began.</summary>
    /// <param name="stateDropped">States lost on the way.</param>
    /// <param name="imagesDropped">Frames lost on the way, a camera each.</param>
    public EpisodeStreams Figures(long stateDropped, IReadOnlyList<long> imagesDropped) =>
        new(_states.Figures("state", stateDropped), [.. _images.Select((images, i) => images.Figures(task.Cameras[i].Name, imagesDropped[i]))]);
}

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
    private readonly JoinHistory<ToolStates> _states = new("robot state", StatesKept);
    private readonly ObservationLayout _layout = task.ObservationLayout;
    private readonly Pose[] _startsInBase = new Pose[task.ArmCount];
    private ToolStates _last;
    private bool _hasStarted;

    /// <summary>Of the last observation.</summary>
    public StreamAges Ages { get; private set; } = StreamAges.None;

    /// <summary>The control tick of an arm's state in the last observation.</summary>
    public long TickOf(int arm) => _last[arm].Tick;

    /// <summary>The next observation is the first of an episode: poses are relative to its pose, and figures begin anew.</summary>
    public void BeginEpisode()
    {
        _hasStarted = false;
        _states.BeginEpisode();
        foreach (var images in _images) images.BeginEpisode();
    }

    public void Add(int camera, PolicyImage image) => _images[camera].Add(image.CaptureTime, image);
    public void Add(in ToolStates states) => _states.Add(states.CaptureTime, states);

    /// <summary>When the newest image of a camera was captured; the first stamp there is before any.</summary>
    public Stamp NewestImage(int camera) => _images[camera].Newest;

    /// <summary>When the newest state was captured; likewise.</summary>
    public Stamp NewestState => _states.Newest;

    /// <summary>The arms' states at an instant, as far as they are still known.</summary>
    public bool TryFindStates(Stamp time, out ToolStates states) => _states.TryFind(time, out _, out states);

    /// <summary>The observation at <paramref name="time"/>.</summary>
    /// <exception cref="SensorFaultException">A source has nothing recent enough.</exception>
    public Observation At(Stamp time)
    {
        _last = _states.At(time, stateMaxAgeNs, FaultCode.StaleState, FaultCode.ClockForward, out var stateAgeNs);
        var images = _images.Length == 0 ? [] : new PolicyImage[_images.Length];
        var ages = _images.Length == 0 ? [] : new long[_images.Length];
        for (var i = 0; i < images.Length; i++)
            images[i] = _images[i].At(time, task.ImageMaxAgeNs, FaultCode.SensorError, FaultCode.SensorError, out ages[i]);
        for (var arm = 0; !_hasStarted && arm < _startsInBase.Length; arm++) _startsInBase[arm] = _last[arm].EndEffector.PoseInBase;
        _hasStarted = true;
        Ages = new(stateAgeNs, ages);
        return new Observation(time, Proprioception.Build(_last, _startsInBase, task.Scale, _layout), images);
    }

    /// <summary>What became of each stream since the episode began.</summary>
    /// <param name="stateDropped">States lost on the way.</param>
    /// <param name="imagesDropped">Frames lost on the way, a camera each.</param>
    public EpisodeStreams Figures(long stateDropped, IReadOnlyList<long> imagesDropped) =>
        new(_states.Figures("state", stateDropped), [.. _images.Select((images, i) => images.Figures(task.Cameras[i].Name, imagesDropped[i]))]);
}

using RobotRL.Model;

namespace RobotRL.Sensing;

/// <summary>
/// Puts together what was true at one instant. For an instant t it takes, from each source, the newest item captured at or before t and not older than
/// its bound: a rule that depends on capture times alone, so that a replay joins the same items however they were delayed on the way. A source that has
/// stamped anything further ahead of t than its bound runs by another clock, and what it says of any instant is not to be trusted.
/// </summary>
public sealed class ObservationJoin(TaskDescription task, long stateMaxAgeNs)
{
    private readonly History<PolicyImage>[] _images = [.. task.Cameras.Select(_ => new History<PolicyImage>(8))];
    private readonly History<ToolState> _states = new(64);
    private readonly ObservationLayout _layout = task.ObservationLayout;
    private Pose? _startInBase;

    /// <summary>The next observation is the first of an episode: poses are relative to its pose.</summary>
    public void BeginEpisode() => _startInBase = null;

    public void Add(int camera, PolicyImage image) => _images[camera].Add(image.CaptureTime, image);
    public void Add(in ToolState state) => _states.Add(state.CaptureTime, state);

    /// <summary>The observation at <paramref name="time"/>.</summary>
    /// <exception cref="SensorFaultException">A source has nothing recent enough.</exception>
    public Observation At(Stamp time)
    {
        var state = Newest(_states, "robot state", time, stateMaxAgeNs, FaultCode.StaleState, FaultCode.ClockForward);
        var images = _images.Length == 0 ? [] : new PolicyImage[_images.Length];
        for (var i = 0; i < images.Length; i++)
            images[i] = Newest(_images[i], $"camera '{task.Cameras[i].Name}'", time, task.ImageMaxAgeNs, FaultCode.SensorError, FaultCode.SensorError);
        _startInBase ??= state.EndEffector.PoseInBase;
        return new Observation(time, Proprioception.Build(state, _startInBase.Value, task.Scale, _layout), images);
    }

    private static T Newest<T>(History<T> history, string source, Stamp time, long maxAgeNs, FaultCode code, FaultCode ahead)
    {
        if (history.Newest.Since(time) is var early && early > maxAgeNs)
            throw new SensorFaultException(source, ahead, time,
                $"newest is stamped {early * 1e-6:0.###} ms ahead of now, at most {maxAgeNs * 1e-6:0.###} ms are allowed: its clock is another one");
        if (!history.TryFind(time, out var captured, out var item)) throw new SensorFaultException(source, code, time, "nothing captured yet");
        if (time.Since(captured) > maxAgeNs) throw new SensorFaultException(source, code, time, $"newest is {time.Since(captured) * 1e-6:0.###} ms old, at most {maxAgeNs * 1e-6:0.###} ms are allowed");
        return item;
    }

    /// <summary>The last few items of a source, in the order of their capture.</summary>
    private sealed class History<T>(int capacity)
    {
        private readonly (Stamp Time, T Item)[] _items = new (Stamp, T)[capacity];
        private long _count;

        /// <summary>The newest capture; the first stamp there is before any.</summary>
        public Stamp Newest => _count > 0 ? _items[(_count - 1) % capacity].Time : new(long.MinValue);

        public void Add(Stamp time, in T item)
        {
            // A source that repeats or turns back its clock is frozen or broken: what it says is not taken, and its age shows.
            if (_count > 0 && time <= _items[(_count - 1) % capacity].Time) return;
            _items[_count++ % capacity] = (time, item);
        }

        public bool TryFind(Stamp time, out Stamp captured, out T item)
        {
            for (var i = _count - 1; i >= Math.Max(0, _count - capacity); i--)
            {
                (captured, item) = _items[i % capacity];
                if (captured <= time) return true;
            }
            (captured, item) = (default, default!);
            return false;
        }
    }
}

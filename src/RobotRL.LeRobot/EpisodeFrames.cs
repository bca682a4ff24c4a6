using RobotRL.Episodes;
using RobotRL.Model;

namespace RobotRL.LeRobot;

/// <summary>An episode as columns: a frame a step. The observation after the last step has no frame in this format.</summary>
internal sealed class EpisodeFrames
{
    private readonly Dictionary<string, Array> _columns = [];

    private EpisodeFrames(int count) => Count = count;

    public int Count { get; }

    /// <summary>float[], long[] or bool[], frame after frame; byte[][] of encoded images.</summary>
    public Array this[string name] => _columns[name];

    /// <param name="episode">With at least one step.</param>
    /// <param name="description">Of the dataset.</param>
    /// <param name="index">The episode's number in the dataset.</param>
    /// <param name="first">Number of its first frame in the dataset.</param>
    public static EpisodeFrames Of(Episode episode, DatasetDescription description, int index, long first)
    {
        var steps = episode.Steps;
        var frames = new EpisodeFrames(steps.Count);
        void Scalar<T>(string name, Func<EpisodeStep, T> value) => frames._columns[name] = steps.Select(value).ToArray();
        void Vector<T>(string name, Func<EpisodeStep, IEnumerable<T>> values) => frames._columns[name] = steps.SelectMany(values).ToArray();
        void Counted<T>(string name, Func<int, T> value) => frames._columns[name] = Enumerable.Range(0, steps.Count).Select(value).ToArray();
        float[] Action(in PolicyAction action)
        {
            var values = new float[description.ActionSize];
            description.Actions.Pack(action, values);
            var next = description.Actions.Dimensions;
            for (var arm = 0; arm < description.Actions.Arms.Count; arm++)
                if (description.Actions.Arms[arm].HasGripper) values[next++] = (sbyte)action[arm].Gripper;
            return values;
        }

        Vector(Feature.State, s => s.Transition.Observation.Proprioception);
        for (var camera = 0; camera < description.Cameras.Count; camera++)
        {
            var (c, (name, shape)) = (camera, description.Cameras[camera]);
            Scalar(Feature.Images + name, s => s.Transition.Observation.Images[c] switch
            {
                var image when image.Shape == shape => PngFile.Encode(image.Pixels, shape),
                var other => throw new InvalidDataException(
                    $"Episode {episode.Info.Index} has images of {other.Shape} from camera {name}, the task has {shape}."),
            });
        }
        Vector(Feature.Action, s => Action(s.Transition.Action.Executed));
        Scalar(Feature.Reward, s => s.Transition.Reward);
        Scalar(Feature.Done, s => s.Transition.Terminated || s.Transition.Truncated);
        Scalar(Feature.Truncated, s => s.Transition.Truncated);
        Counted(Feature.Success, i => i == steps.Count - 1 && episode.Outcome == EpisodeOutcome.Success);
        Scalar(Feature.Intervention, s => s.Transition.IsIntervention);
        Vector(Feature.PolicyAction, s => Action(s.Transition.Action.Policy));
        Vector(Feature.ProposedAction, s => Action(s.Transition.Action.Proposed));
        Scalar(Feature.Source, s => (long)s.Transition.Action.Source);
        Scalar(Feature.Limits, s => (long)s.Transition.Action.Limits);
        Scalar(Feature.PolicyVersion, s => s.PolicyVersion);
        Scalar(Feature.TimeNs, s => s.Transition.Observation.Time.Ns);
        Vector(Feature.CaptureTimesNs, s => s.Transition.Observation.Images.Select(i => i.CaptureTime.Ns));
        Counted(Feature.Timestamp, i => (float)((double)i / description.FramesPerSecond));
        Counted(Feature.FrameIndex, i => (long)i);
        Counted(Feature.EpisodeIndex, _ => (long)index);
        Counted(Feature.Index, i => first + i);
        Counted(Feature.TaskIndex, _ => 0L);
        return frames;
    }

    /// <summary>Statistics of every feature, in the order of the features.</summary>
    public IReadOnlyList<FeatureStatistics> Statistics(IReadOnlyList<Feature> features, Episode episode, DatasetDescription description) =>
        [.. features.Select(feature =>
    {
        var statistics = new FeatureStatistics(feature);
        if (feature.IsImage)
        {
            var camera = description.Cameras.Select(c => Feature.Images + c.Camera).ToList().IndexOf(feature.Name);
            foreach (var step in episode.Steps) statistics.AddImage(step.Transition.Observation.Images[camera].Pixels);
        }
        else if (this[feature.Name] is float[] floats) statistics.Add(floats);
        else if (this[feature.Name] is long[] longs) statistics.Add(longs);
        else statistics.Add((bool[])this[feature.Name]);
        return statistics;
    })];
}

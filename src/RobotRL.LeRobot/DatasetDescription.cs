using RobotRL.Model;

namespace RobotRL.LeRobot;

/// <summary>What all episodes of a dataset have in common.</summary>
/// <param name="Actions">What an action holds: of each arm axes, stiffness, damping; grippers come last, each as −1, 0 or 1.</param>
/// <param name="Observed">What the state holds, and the policy's images.</param>
/// <param name="FramesPerSecond">Decisions a second: the format has whole ones only.</param>
/// <param name="RobotType">Such as <c>panda</c>.</param>
/// <param name="Task">What is done, in words.</param>
public sealed record DatasetDescription(ActionLayout Actions, ObservationLayout Observed, int FramesPerSecond, string RobotType, string Task)
{
    /// <summary>Of a configured task.</summary>
    /// <exception cref="InvalidDataException">The decision rate is not a whole number a second.</exception>
    public static DatasetDescription Of(TaskDescription task, string robotType) => 1_000_000_000 % task.DecisionPeriodNs == 0
        ? new(task.ActionLayout, task.ObservationLayout, (int)(1_000_000_000 / task.DecisionPeriodNs), robotType, task.Kind.ToString())
        : throw new InvalidDataException($"task.decision_period_ms: {task.DecisionPeriodNs * 1e-6}: LeRobot datasets have whole frames a second; "
            + "choose a period that divides 1000 ms");

    /// <summary>Names and shapes of the policy's images.</summary>
    internal IReadOnlyList<ImageBlock> Cameras => Observed.Images;

    /// <summary>Values of an action, the grippers' included.</summary>
    internal int ActionSize => Actions.Dimensions + Actions.Grippers;

    /// <summary>The columns, in their order. Those that the format always has come last.</summary>
    internal IReadOnlyList<Feature> Features()
    {
        string[] action = [.. Actions.Columns], state = [.. Observed.Columns];
        return
        [
            new(Feature.State, "float32", [Observed.Size], state),
            .. Cameras.Select(c => new Feature(
                Feature.Images + c.Camera, "image", [c.Shape.Height, c.Shape.Width, c.Shape.Channels], ["height", "width", "channels"])),
            new(Feature.Action, "float32", [action.Length], action),
            new(Feature.Reward, "float32", [1], null),
            new(Feature.Done, "bool", [1], null),
            new(Feature.Truncated, "bool", [1], null),
            new(Feature.Success, "bool", [1], null),
            new(Feature.Intervention, "bool", [1], null),
            new(Feature.PolicyAction, "float32", [action.Length], action),
            new(Feature.ProposedAction, "float32", [action.Length], action),
            new(Feature.Source, "int64", [1], null),
            new(Feature.Limits, "int64", [1], null),
            new(Feature.PolicyVersion, "int64", [1], null),
            new(Feature.TimeNs, "int64", [1], null),
            .. Cameras.Count > 0 ? [new Feature(Feature.CaptureTimesNs, "int64", [Cameras.Count], [.. Cameras.Select(c => c.Camera)])] : Array.Empty<Feature>(),
            new(Feature.Timestamp, "float32", [1], null),
            new(Feature.FrameIndex, "int64", [1], null),
            new(Feature.EpisodeIndex, "int64", [1], null),
            new(Feature.Index, "int64", [1], null),
            new(Feature.TaskIndex, "int64", [1], null),
        ];
    }
}

/// <summary>One column of a dataset's data.</summary>
internal sealed record Feature(string Name, string Dtype, int[] Shape, string[]? Names)
{
    public const string State = "observation.state", Images = "observation.images.", Action = "action", Reward = "next.reward",
        Done = "next.done", Truncated = "next.truncated",
        Success = "next.success", Intervention = "intervention", PolicyAction = "complementary_info.policy_action",
        ProposedAction = "complementary_info.proposed_action",
        Source = "complementary_info.source", Limits = "complementary_info.limits", PolicyVersion = "complementary_info.policy_version",
        TimeNs = "complementary_info.time_ns",
        CaptureTimesNs = "complementary_info.capture_times_ns", Timestamp = "timestamp", FrameIndex = "frame_index", EpisodeIndex = "episode_index",
        Index = "index", TaskIndex = "task_index";

    public bool IsImage => Dtype == "image";

    /// <summary>Channels of an image; 0 for what is none.</summary>
    public int Channels => IsImage ? Shape[2] : 0;

    /// <summary>Values a frame.</summary>
    public int Size => Shape.Aggregate(1, (a, b) => a * b);
}

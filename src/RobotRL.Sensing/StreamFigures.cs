namespace RobotRL.Sensing;

/// <summary>How old each stream's part of one observation was when it was joined.</summary>
/// <param name="StateNs">Robot state, ns.</param>
/// <param name="ImagesNs">One a camera, in the task's order, ns.</param>
public sealed record StreamAges(long StateNs, IReadOnlyList<long> ImagesNs)
{
    public static readonly StreamAges None = new(0, []);
}

/// <summary>What became of a stream's items over an episode.</summary>
/// <param name="Name">The camera's, or <c>state</c>.</param>
/// <param name="Delivered">Came to be joined.</param>
/// <param name="Dropped">Lost on the way, because a newer one came before the subscriber was done.</param>
/// <param name="Late">Of those delivered, how many came after a decision that would have taken them.</param>
/// <param name="Joined">Of those delivered, how many became part of an observation.</param>
/// <param name="MeanAgeMs">Mean age when joined, ms.</param>
/// <param name="MaxAgeMs">Largest age when joined, ms.</param>
public readonly record struct StreamFigures(string Name, long Delivered, long Dropped, long Late, long Joined, double MeanAgeMs, double MaxAgeMs);

/// <summary>The figures of an episode's streams.</summary>
/// <param name="State">Robot states.</param>
/// <param name="Cameras">One a camera, in the task's order.</param>
public sealed record EpisodeStreams(StreamFigures State, IReadOnlyList<StreamFigures> Cameras);

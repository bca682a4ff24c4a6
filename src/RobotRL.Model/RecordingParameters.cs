namespace RobotRL.Model;

/// <summary>How episodes get to the disk. It changes nothing that a robot does or a policy learns.</summary>
/// <param name="FlushIntervalNs">Steps are forced to the disk at most once in this time, ns; 0 forces each one before the next decision.</param>
public sealed record RecordingParameters(long FlushIntervalNs)
{
    /// <summary>Each step, up to 30 a second.</summary>
    public static RecordingParameters Standard { get; } = new(33_000_000);
}

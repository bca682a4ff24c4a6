namespace RobotRL.Model;

/// <summary>How episodes get to the disk. It changes nothing that a robot does or a policy learns.</summary>
/// <param name="FlushIntervalNs">Steps are forced to the disk at most once in this time, ns; 0 forces each one before the next decision.</param>
/// <param name="Ticks">Whether episodes hold what their control ticks were given and decided, and the run every set of weights that acted: what a
/// replay needs.</param>
public sealed record RecordingParameters(long FlushIntervalNs, bool Ticks)
{
    /// <summary>Each step, up to 30 a second; with ticks.</summary>
    public static RecordingParameters Standard { get; } = new(33_000_000, Ticks: true);
}

using RobotRL.Replay;

namespace RobotRL.Cli.Bench;

/// <summary>Recording an episode: what a step costs the actor.</summary>
internal static class StoreBench
{
    public static StoreFigures Measure(bool brief) => StoreFigures.Measure(Path.GetTempPath(), brief ? 50 : 1000);
}

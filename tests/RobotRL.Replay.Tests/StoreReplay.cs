using RobotRL.Episodes;

namespace RobotRL.Replay.Tests;

internal static class StoreReplay
{
    /// <summary>Fills a buffer with everything that was recorded and not excluded since, in the order in which it was.</summary>
    public static void ReplayInto(this EpisodeStore store, ReplayBuffer buffer)
    {
        foreach (var episode in store.Episodes().Where(e => !e.Excluded))
            foreach (var transition in episode.Transitions) buffer.Add(episode.Info.Kind, transition);
    }
}

using RobotRL.Episodes;
using RobotRL.Model;
using RobotRL.Replay;

namespace RobotRL.Sessions.Training;

/// <summary>
/// Fills a buffer with what another process records, as a session that acts would have: online steps as they come, demonstrations once they
/// succeeded, in the order of the store and each once.
/// </summary>
internal sealed class StoreIntake(string episodes, ReplayBuffer buffer) : IDisposable
{
    private readonly EpisodeTail _tail = new(episodes);
    private readonly List<Transition> _demonstration = [];

    /// <summary>Steps of online episodes so far.</summary>
    public long EnvSteps { get; private set; }

    /// <summary>Demonstrations that succeeded.</summary>
    public int Demonstrations { get; private set; }

    /// <summary>Whole steps read from the store, of every kind.</summary>
    public long Transitions => _tail.Steps;

    /// <summary>Takes what is new.</summary>
    /// <param name="environmentStepped">Called for each online step once it is in the buffer.</param>
    /// <returns>Whether there was anything.</returns>
    public bool Take(Action environmentStepped)
    {
        var any = false;
        foreach (var progress in _tail.Poll())
        {
            any = true;
            foreach (var step in progress.Steps)
            {
                if (progress.Info.Kind == EpisodeKind.Demonstration) _demonstration.Add(step.Transition);
                if (progress.Info.Kind != EpisodeKind.Online) continue;
                if (!progress.Excluded) buffer.Add(EpisodeKind.Online, step.Transition);
                EnvSteps++;
                environmentStepped();
            }
            if (progress.Outcome is not { } outcome) continue;
            if (progress.Info.Kind == EpisodeKind.Demonstration && outcome == EpisodeOutcome.Success)
            {
                Demonstrations++;
                if (!progress.Excluded)
                    foreach (var transition in _demonstration) buffer.Add(EpisodeKind.Demonstration, transition);
            }
            _demonstration.Clear();
        }
        return any;
    }

    public void Dispose() => _tail.Dispose();
}

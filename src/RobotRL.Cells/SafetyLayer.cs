using RobotRL.Configuration;
using RobotRL.Critic;
using RobotRL.Safety;

namespace RobotRL.Cells;

/// <summary>What a configuration's <c>safety</c> section adds to a control cycle: weights → critic → reflex. Nothing where there is no such section.</summary>
public sealed class SafetyLayer : IDisposable
{
    private readonly CriticWatch? _watch;

    /// <param name="configuration">What is asked for.</param>
    /// <param name="learnsHere">Whether a critic that learns online does so in this process, which then says when there is something to take up:
    /// nothing is looked for by the clock.</param>
    public SafetyLayer(RunConfiguration configuration, bool learnsHere)
    {
        Reflex = Reflex.Of(configuration.Safety, configuration.Task, configuration.Robot, Critics);
        if (Reflex is null || configuration.Safety is not { CriticFolder: { } folder } safety) return;
        _watch = new(folder, online: safety.MaxAgeS > 0 && !(learnsHere && safety.Online is not null), Critics, Console.Error.WriteLine);
    }

    /// <summary>Where the loop finds its critic.</summary>
    public CriticCell Critics { get; } = new();

    public Reflex? Reflex { get; }

    /// <summary>The files of a critic that was offered to the loop, and those of earlier ones no more; null where it came of none.</summary>
    public CriticFiles? FilesOf(int offer) => _watch?.FilesOf(offer);

    /// <summary>The files of a critic of another process's loop, which has numbered its offers itself.</summary>
    public CriticFiles? FilesOfVersion(long version) => _watch?.FilesOfVersion(version);

    /// <summary>A critic that learns in this process has been written.</summary>
    public void TakeUp() => _watch?.TakeUp();

    public void Dispose() => _watch?.Dispose();
}

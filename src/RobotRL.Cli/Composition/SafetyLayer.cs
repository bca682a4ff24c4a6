using RobotRL.Configuration;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Cli.Composition;

/// <summary>What a configuration's <c>safety</c> section adds to a control cycle: weights → critic → reflex. Nothing where there is no such section.</summary>
internal sealed class SafetyLayer : IDisposable
{
    private readonly CriticWatch? _watch;

    public SafetyLayer(RunConfiguration configuration)
    {
        Reflex = Reflex.Of(configuration.Safety, configuration.Task, configuration.Robot, Critics);
        if (Reflex is null || configuration.Safety is not { CriticFolder: { } folder } safety) return;
        _watch = new(folder, online: safety.MaxAgeS > 0, Critics, Console.Error.WriteLine);
    }

    /// <summary>Where the loop finds its critic; who learns in this process may publish here too.</summary>
    public CriticCell Critics { get; } = new();

    public Reflex? Reflex { get; }

    /// <summary>The files of a critic that was offered to the loop, and those of earlier ones no more; null where it came of none.</summary>
    public CriticFiles? FilesOf(int offer) => _watch?.FilesOf(offer);

    public void Dispose() => _watch?.Dispose();
}

using RobotRL.Model;

namespace RobotRL.Cells;

/// <summary>
/// Joins a tick of a loop in another process with the scene of the same instant. Either is read without stopping its writer, which may lose its CPU in the midst of writing:
/// then the scene that is shown here is an old one, and has to be waited for.
/// </summary>
internal static class SceneOfTick
{
    /// <summary>So often at once, then with pauses.</summary>
    private const int Spins = 20;

    /// <summary>Pauses until it is given up: no writer is away for so long and the robot not stopped.</summary>
    private const int Pauses = 100;

    /// <summary>Takes tick and scene until they belong together: the scene is as new as the tick, and at most two periods newer.</summary>
    /// <param name="tick">Takes the newest tick; its time.</param>
    /// <param name="scene">Takes the newest scene; its time.</param>
    /// <param name="periodNs">Control period, ns.</param>
    /// <param name="pause">Waits for about a period.</param>
    /// <returns>False when they never came together.</returns>
    public static bool Join(Func<Stamp> tick, Func<Stamp> scene, long periodNs, Action pause)
    {
        for (var attempt = 0; attempt < Spins + Pauses; attempt++)
        {
            if (attempt >= Spins) pause();
            // The tick first, so that it is not newer than the scene.
            var at = tick();
            var newer = scene().Since(at);
            if (newer >= 0 && newer <= 2 * periodNs) return true;
        }
        return false;
    }
}

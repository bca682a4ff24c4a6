using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Recording.Events;

namespace RobotRL.Cells;

/// <summary>What another process shares with a loop, for each arm: a channel to command it by, and the ticks that it keeps.</summary>
internal sealed record LoopMemory(IReadOnlyList<ControlChannel> Channels, IReadOnlyList<TickMemory> Ticks)
{
    /// <summary>The channel of an arm: the first arm's has the name given, another one's adds that arm's own.</summary>
    public static string NameOf(string channel, RunConfiguration configuration, int arm) =>
        arm == 0 ? channel : $"{channel}.{configuration.Task.Arms[arm].Name}";
}

/// <summary>Composes the control cycles of a cell's arms, with reflex and gate inside them, and what records their events.</summary>
internal static class CellLoop
{
    /// <param name="configuration">Limits, task and places of the arms.</param>
    /// <param name="arms">In the order of the cell.</param>
    /// <param name="pacer">Time of all of them.</param>
    /// <param name="safety">The reflex, which a cell with two arms does not have.</param>
    /// <param name="memory">What is shared with another process; null for a loop in this one.</param>
    public static CycleGroup Of(RunConfiguration configuration, IReadOnlyList<IRobot> arms, IPacer pacer, SafetyLayer safety, LoopMemory? memory = null)
    {
        var task = configuration.Task;
        CycleParts Parts(int arm) => new()
        {
            Cells = memory?.Channels[arm].Cells,
            Reflex = safety.Reflex,
            Records = memory?.Ticks[arm].Ring,
            Beside = task.Beside(arm),
        };
        return new([.. arms.Select((arm, i) => new ControlCycle(arm, pacer, task.EndEffectorInFlange, parts: Parts(i)))], pacer);
    }

    /// <summary>A recorder for each arm's events, all into one folder.</summary>
    public static EventRecorder[] Events(RunConfiguration configuration, CycleGroup loop, string folder, long wallClockOffsetNs, Action<string> log) =>
        [.. loop.Cycles.Select((cycle, i) =>
            EventRecorder.Of(
                cycle, folder, configuration.Hash, wallClockOffsetNs, log, configuration.Task.Arms.Count == 0 ? "" : configuration.Task.Arms[i].Name))];
}

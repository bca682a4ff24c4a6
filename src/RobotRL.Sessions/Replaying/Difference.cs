using RobotRL.Episodes;
using RobotRL.Model;
using RobotRL.Teleop;

namespace RobotRL.Sessions.Replaying;

/// <summary>
/// The parts of a decision, in the order in which one follows from the other. Each is given what was recorded for it, so that a difference shows
/// where it arises.
/// </summary>
internal enum ReplayStage
{
    /// <summary>Joined from measured state and stored images.</summary>
    Observation,

    /// <summary>The policy's proposal.</summary>
    Policy,

    /// <summary>Who won, and with what.</summary>
    Arbiter,

    /// <summary>The target that the decision became.</summary>
    Target,

    /// <summary>What gate, impedance law and reflex made of it, tick by tick.</summary>
    Gate,

    /// <summary>The executed action and its limits.</summary>
    Executed,
}

/// <summary>Where recording and replay part.</summary>
/// <param name="Stage">A <see cref="ReplayStage"/> in lower case.</param>
/// <param name="Tick">Of the decision, from 0, negative on the way to the start pose; null where the stage has none.</param>
public sealed record Difference(int Episode, int Step, string Stage, int? Tick, string Field, string Recorded, string Replayed)
{
    public override string ToString() =>
        $"episode {Episode}, step {Step}, {Stage}{(Tick is { } tick ? $", tick {tick}" : "")}: {Field} was {Recorded}, is {Replayed}";
}

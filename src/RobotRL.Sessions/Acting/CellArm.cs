using RobotRL.Control;
using RobotRL.Critic;
using RobotRL.Safety;

namespace RobotRL.Sessions.Acting;

/// <summary>One arm of a cell: its commanding side, and what its control loop tells.</summary>
public sealed class CellArm
{
    /// <summary>Prefix of its parts, columns and files; empty for a single arm.</summary>
    public string Name { get; init; } = "";

    /// <summary>Where its decisions go in and executed actions come out.</summary>
    public required ControlSession Session { get; init; }

    /// <summary>The loop's records, where it runs in this process.</summary>
    public ControlRing? Records { get; init; }

    /// <summary>The same wherever the loop runs: from another process no more than something to store, once its sum is right.</summary>
    public required ControlRing Ticks { get; init; }

    /// <summary>The tick that the last observation was made of.</summary>
    public long ObservedTick { get; set; }

    /// <summary>The files of the critic that a tick's reflex asked; null where they are not known.</summary>
    public required Func<ReflexRecord, CriticFiles?> FilesOf { get; init; }
}

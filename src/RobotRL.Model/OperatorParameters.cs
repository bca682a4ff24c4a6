namespace RobotRL.Model;

/// <summary>How imperfect the scripted human is.</summary>
public sealed record OperatorParameters
{
    /// <summary>
    /// Standard deviation of the noise as a share of the motion: a hand is unsteadier the faster it moves, less across its motion than along
    /// it. Correlated over about half a second.
    /// </summary>
    public required double ActionNoise { get; init; }

    /// <summary>Delay from what is seen to what the hand does, s.</summary>
    public required double ReactionTimeS { get; init; }

    /// <summary>An intervention lasts at least this long, s.</summary>
    public required double MinimumHoldS { get; init; }

    /// <summary>No progress for this long is a stall, s.</summary>
    public required double StallTimeS { get; init; }

    /// <summary>Less progress than this (of 1) within the stall time is a stall.</summary>
    public required double StallProgress { get; init; }

    /// <summary>Progress since taking over (of 1) that ends an intervention.</summary>
    public required double HandBackProgress { get; init; }

    /// <summary>A force above this makes the operator take over, N.</summary>
    public required double ForceN { get; init; }

    /// <summary>Demonstrations recorded before training.</summary>
    public required int Demonstrations { get; init; }
}

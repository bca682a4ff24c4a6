using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>What the commanding side says about itself.</summary>
public enum CommandingState : byte
{
    /// <summary>Nobody commands: the reference rests, no beat is expected.</summary>
    SignedOff,

    /// <summary>A commander is there and, where there is a deadman switch, it is held.</summary>
    Commanding,

    /// <summary>The deadman switch was let go or pressed through.</summary>
    DeadmanReleased,

    /// <summary>Someone pressed stop.</summary>
    Stop,

    /// <summary>An operator holds on to leading a stopped arm back inside a limit of position.</summary>
    Retreating,

    /// <summary>An operator leads the arm by hand: it is soft, and the reference is where the arm is.</summary>
    Guiding,
}

/// <summary>A sign of life of the commanding side.</summary>
public readonly record struct Heartbeat(Stamp Time, CommandingState State)
{
    /// <summary>Whether someone moves the arm, by targets or by leading it, and must go on showing life.</summary>
    public bool IsLeading => State is CommandingState.Commanding or CommandingState.Retreating or CommandingState.Guiding;
}

namespace RobotRL.Ros2.Transport;

/// <summary>Whether what was lost on the way is sent again.</summary>
public enum Reliability
{
    BestEffort,
    Reliable,
}

/// <summary>Whether who comes later still gets the last message.</summary>
public enum Durability
{
    Volatile,
    TransientLocal,
}

/// <summary>Quality of service of one end of a topic.</summary>
/// <param name="Depth">Messages that are kept for a slow partner; 0 for all.</param>
public readonly record struct Qos(Reliability Reliability, Durability Durability, int Depth)
{
    /// <summary>Cameras and other sensors: the newest counts.</summary>
    public static Qos SensorData => new(Reliability.BestEffort, Durability.Volatile, 5);

    /// <summary>Commands and states.</summary>
    public static Qos Default => new(Reliability.Reliable, Durability.Volatile, 10);

    /// <summary>One value that holds until the next: a robot's mode, a description.</summary>
    public static Qos Latched => new(Reliability.Reliable, Durability.TransientLocal, 1);

    /// <summary>Why a reader of this quality gets nothing from a writer of that one; null where it does.</summary>
    public static string? Mismatch(Qos writer, Qos reader) =>
        writer.Reliability == Reliability.BestEffort && reader.Reliability == Reliability.Reliable ? "it sends best-effort and the other side asks for reliable"
        : writer.Durability == Durability.Volatile && reader.Durability == Durability.TransientLocal
            ? "it keeps nothing for late comers and the other side asks for transient-local" : null;

    public override string ToString() =>
        $"{(Reliability == Reliability.Reliable ? "reliable" : "best-effort")}, {(Durability == Durability.Volatile ? "volatile" : "transient-local")}, "
        + (Depth == 0 ? "keep all" : $"depth {Depth}");
}

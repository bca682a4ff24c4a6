using RobotRL.Model;

namespace RobotRL.Control;

/// <summary>Looks at the simulated world of a control process. One thread uses it; any number of readers look at one world.</summary>
public sealed class WorldReader
{
    private readonly WorldCell _world;
    private long _seen;

    internal WorldReader(WorldCell world) => _world = world;

    /// <summary>Copies the newest state; false, and the arguments as they were, when there is none newer than the last one.</summary>
    /// <exception cref="ControlLostException">What lies there, the control process has not written.</exception>
    public bool TryRead(Span<double> state, ref Stamp time) => _world.Read(state, ref time, ref _seen) switch
    {
        CellReading.New => true,
        CellReading.Corrupt => throw new ControlLostException("the memory shared with the control process holds what that process has not written"),
        _ => false,
    };
}

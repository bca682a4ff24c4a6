using RobotRL.Configuration;
using RobotRL.Sessions.Acting;
using RobotRL.Sessions.Processes;
using RobotRL.Sessions.Runs;

namespace RobotRL.Cells;

/// <summary>How a session reaches its cell.</summary>
/// <param name="Pace">Virtual time or the wall clock's.</param>
/// <param name="Channel">In real time: of a running control process; null to start one.</param>
/// <param name="Events">Folder for what the event recorder freezes; null for none.</param>
public sealed record CellWay(Pace Pace, string? Channel, string? Events)
{
    /// <summary>Of a control process that is started.</summary>
    public Placement Placement { get; init; } = Placement.Anywhere;

    /// <summary>In real time: what stands before each camera; null for nothing.</summary>
    public Lens? Lens { get; init; }
}

/// <summary>Opens the cell that a configuration names.</summary>
public static class CellRoot
{
    /// <exception cref="BadInputException">The cell does not go with the pace.</exception>
    public static ICell Open(RunConfiguration configuration, CellWay way)
    {
        if (!configuration.Robot.IsBehindRos2)
            return new SimulatedCell(configuration, way.Pace, way.Channel, way.Events, way.Placement, way.Lens);
        if (way.Pace != Pace.Realtime) throw new BadInputException("--pace: a robot behind ROS 2 keeps to the wall clock; add --pace realtime");
        return new Ros2Cell(configuration, way.Channel, way.Events, way.Placement, way.Lens);
    }
}

using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Robots.Mujoco;
using RobotRL.Sessions.Processes;
using RobotRL.Sessions.Runs;

namespace RobotRL.Cells;

/// <summary>
/// The actor's view of a world that a control process moves: commands go there through shared memory, and a mirror of the scene here shows its newest
/// state, to be drawn and judged.
/// </summary>
internal sealed class RemoteSimulation : IDisposable
{
    private readonly MujocoWorld _mirror;
    private readonly SimulationSnapshot _state;
    private readonly RemoteLoop _loop;

    /// <param name="configuration">The same as the control process enforces.</param>
    /// <param name="channel">Of a running control process; null to start one.</param>
    /// <param name="mirror">The scene as it is to be shown here.</param>
    /// <param name="events">Where a control process that is started here records events; null for nowhere.</param>
    /// <param name="placement">Where it runs.</param>
    public RemoteSimulation(RunConfiguration configuration, string? channel, MujocoWorld mirror, string? events, Placement placement)
    {
        (_mirror, _state) = (mirror, new(mirror.Model));
        _loop = new(configuration, channel, events, placement);
        if (First.WorldSize != _state.Values.Length)
            throw new BadInputException($"{channel}: the control process has another scene; start both from the same files");
        Refresh();
    }

    /// <inheritdoc cref="RemoteLoop.Ticks"/>
    public IReadOnlyList<ControlRing> Ticks => _loop.Ticks;

    /// <inheritdoc cref="RemoteLoop.Controls"/>
    public IReadOnlyList<IControlPort> Controls => _loop.Controls;

    /// <summary>The world for one more thread. Not to be used once this is disposed.</summary>
    public WorldReader OpenWorld() => First.OpenWorld();

    /// <summary>Shows the newest state.</summary>
    public void Refresh()
    {
        var time = _mirror.Now;
        if (First.TryReadWorld(_state.Writable, ref time)) _mirror.Mirror(_state, time);
    }

    /// <summary>Sets the scene up anew; false where someone commands the robot, or a stop waits for its operator.</summary>
    public bool Reset(ulong seed)
    {
        var isSetUp = First.ResetScene(seed);
        Refresh();
        return isSetUp;
    }

    public void Dispose() => _loop.Dispose();

    /// <summary>The first arm's channel carries the world too.</summary>
    private RemoteControl First => _loop.Controls[0];
}

using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Tasks;

namespace RobotRL.Robots.Mujoco;

/// <summary>A task's scene as a control process steps it and shows it to others.</summary>
public sealed class SimulatedWorld(MujocoWorld world, ITask task) : ISimulatedWorld
{
    private readonly SimulationSnapshot _snapshot = new(world.Model);

    public Stamp Now => world.Now;
    public int StateSize => _snapshot.Values.Length;
    public void Step() => world.Step();
    public void Reset(ulong seed) => task.Reset(seed);

    public void CopyState(Span<double> state)
    {
        world.Capture(_snapshot);
        _snapshot.Values.CopyTo(state);
    }
}

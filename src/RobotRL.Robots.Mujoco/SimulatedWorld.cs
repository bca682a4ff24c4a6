using RobotRL.Control;
using RobotRL.Model;

namespace RobotRL.Robots.Mujoco;

/// <summary>A task's scene as a control process steps it and shows it to others.</summary>
public sealed class SimulatedWorld(SimulatedTask task) : ISimulatedWorld
{
    private readonly SimulationSnapshot _snapshot = new(task.Robot.Model);

    public Stamp Now => task.Robot.Now;
    public int StateSize => _snapshot.Values.Length;
    public void Step() => task.Robot.Step();
    public void Reset(ulong seed) => task.Reset(seed);

    public void CopyState(Span<double> state)
    {
        task.Robot.Capture(_snapshot);
        _snapshot.Values.CopyTo(state);
    }
}

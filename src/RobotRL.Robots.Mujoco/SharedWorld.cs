using RobotRL.Model;

namespace RobotRL.Robots.Mujoco;

/// <summary>The newest state of a world, from the thread that steps it to others of the same process. The thread that steps never waits for a reader.</summary>
public sealed class SharedWorld(MujocoWorld world)
{
    private readonly object _copying = new();
    private readonly SimulationSnapshot _state = new(world.Model);
    private Stamp _time = new(long.MinValue);

    /// <summary>Shows the present state, unless somebody copies the last one just now. From the thread that steps.</summary>
    /// <param name="time">Of the state, by the clock that readers are to see.</param>
    public void Show(Stamp time)
    {
        if (!Monitor.TryEnter(_copying)) return;
        try
        {
            world.Capture(_state);
            _time = time;
        }
        finally { Monitor.Exit(_copying); }
    }

    /// <inheritdoc cref="ReadWorld"/>
    public bool TryRead(Span<double> state, ref Stamp time)
    {
        lock (_copying)
        {
            if (_time <= time) return false;
            _state.Values.CopyTo(state);
            time = _time;
            return true;
        }
    }
}

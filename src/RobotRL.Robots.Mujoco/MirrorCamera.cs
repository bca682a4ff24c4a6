using RobotRL.Model;
using RobotRL.Robots.Mujoco.Binding;
using RobotRL.Robots.Mujoco.Rendering;

namespace RobotRL.Robots.Mujoco;

/// <summary>
/// Copies the newest state of a world that moves elsewhere; false, and the arguments as they were, where there is none newer than the last one.
/// </summary>
public delegate bool ReadWorld(Span<double> state, ref Stamp time);

/// <summary>
/// A camera of a scene that moves in another process: it looks at the newest state there, draws that in a scene of its own and stamps it with that state's
/// time. One thread opens, uses and disposes it, since that thread owns the OpenGL context; drawing takes as long as it takes, and the world goes on meanwhile.
/// </summary>
public sealed class MirrorCamera : IDisposable
{
    private readonly ReadWorld _world;
    private readonly MujocoData _data;
    private readonly SimulationSnapshot _state;
    private readonly OffscreenRenderer _renderer;
    private readonly int _camera;
    private Stamp _time = new(long.MinValue);

    /// <param name="model">The scene; models may be shared among threads.</param>
    /// <param name="world">This camera's look at the world.</param>
    /// <param name="description">Which camera.</param>
    public MirrorCamera(MujocoModel model, ReadWorld world, CameraDescription description)
    {
        (_world, _state, _camera) = (world, new(model), model.Camera(description.Name));
        _data = new(model);
        _renderer = new(model);
    }

    /// <summary>Draws the newest state into a frame of the camera's size. Where none is newer than the last one, the frame repeats the last stamp.</summary>
    public void Capture(CameraFrame frame)
    {
        if (_world(_state.Writable, ref _time))
        {
            _state.Restore(_data);
            _renderer.Render(_data, _camera, frame.Width, frame.Height, frame.Pixels);
        }
        frame.CaptureTime = _time;
    }

    public void Dispose()
    {
        _renderer.Dispose();
        _data.Dispose();
    }
}

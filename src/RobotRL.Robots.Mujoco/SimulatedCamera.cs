using RobotRL.Model;
using RobotRL.Robots.Mujoco.Rendering;

namespace RobotRL.Robots.Mujoco;

/// <summary>A camera of the simulated scene that exposes on request, in virtual time. Lives on the thread of its renderer.</summary>
public sealed class SimulatedCamera(OffscreenRenderer renderer, MujocoWorld world, CameraDescription description)
{
    private readonly int _camera = world.Model.Camera(description.Name);
    private long _sequence;

    public CameraDescription Description { get; } = description;

    /// <summary>Draws the current state into a frame of the camera's size and stamps it.</summary>
    public void Capture(CameraFrame frame)
    {
        renderer.Render(world.Data, _camera, frame.Width, frame.Height, frame.Pixels);
        frame.CaptureTime = world.Now;
        frame.Sequence = _sequence++;
    }
}

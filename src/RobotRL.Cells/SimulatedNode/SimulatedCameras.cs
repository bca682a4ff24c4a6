using System.Runtime.InteropServices;
using RobotRL.Model;
using RobotRL.Robots.Mujoco;
using RobotRL.Robots.Mujoco.Binding;
using RobotRL.Ros2.Nodes;
using RobotRL.Ros2.Transport;
using RobotRL.Sensing;
using RobotRL.Wire.SensorMsgs;

namespace RobotRL.Cells.SimulatedNode;

/// <summary>A camera of the simulated robot on a thread of its own: it draws the newest state at its rate and sends the picture with its calibration.</summary>
internal sealed class SimulatedCamera : IDisposable
{
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _ends = new();

    /// <param name="node">Sends.</param>
    /// <param name="world">What is drawn.</param>
    /// <param name="model">The scene.</param>
    /// <param name="camera">Which camera.</param>
    /// <param name="topic">Where its pictures go.</param>
    /// <param name="periodNs">From one picture to the next, ns.</param>
    public SimulatedCamera(Ros2Node node, SharedWorld world, MujocoModel model, (CameraDescription Camera, Ros2Topic Topic, long PeriodNs) of)
    {
        _thread = new Thread(() => Run(node, world, model, of)) { Name = $"camera {of.Camera.Name}", IsBackground = true };
        _thread.Start();
    }

    public void Dispose()
    {
        _ends.Set();
        _thread.Join();
        _ends.Dispose();
    }

    private void Run(Ros2Node node, SharedWorld world, MujocoModel model, (CameraDescription Camera, Ros2Topic Topic, long PeriodNs) of)
    {
        var (camera, topic, periodNs) = of;
        Qos qos = new(topic.IsReliable ? Reliability.Reliable : Reliability.BestEffort, Durability.Volatile, 5);
        using MirrorCamera mirror = new(model, world.TryRead, camera);
        using var pictures = node.Publish<Image>(topic.Name, qos);
        using var infos = node.Publish<CameraInfo>(topic.Name[..topic.Name.LastIndexOf('/')] + "/camera_info", qos);
        using CameraFrame frame = new(camera.Width, camera.Height, _ => { });
        frame.Rent();
        Image image = new() { Width = (uint)camera.Width, Height = (uint)camera.Height, Encoding = "rgb8", Step = (uint)(3 * camera.Width) };
        image.Header.FrameId = $"{camera.Name}_optical_frame";
        var info = InfoOf(model, camera);
        CollectionsMarshal.SetCount(image.Data, frame.Pixels.Length);
        var last = new Stamp(long.MinValue);
        var next = SessionClock.MachineNs;
        while (!_ends.Wait(TimeSpan.FromMicroseconds(Math.Max(0, (next - SessionClock.MachineNs) / 1000))))
        {
            next = Math.Max(next + periodNs, SessionClock.MachineNs);
            mirror.Capture(frame);
            if (frame.CaptureTime <= last) continue;
            last = frame.CaptureTime;
            frame.Pixels.CopyTo(CollectionsMarshal.AsSpan(image.Data));
            image.Header.Stamp.Ns = info.Header.Stamp.Ns = last.Ns;
            pictures.TrySend(image);
            infos.TrySend(info);
        }
    }

    private static CameraInfo InfoOf(MujocoModel model, CameraDescription camera)
    {
        var focal = 0.5 * camera.Height / Math.Tan(0.5 * model.CameraFieldOfViewRad(model.Camera(camera.Name)));
        CameraInfo info = new() { Width = (uint)camera.Width, Height = (uint)camera.Height, DistortionModel = "plumb_bob" };
        info.Header.FrameId = $"{camera.Name}_optical_frame";
        info.D.AddRange([0, 0, 0, 0, 0]);
        var (x, y) = (0.5 * camera.Width, 0.5 * camera.Height);
        (info.K[0], info.K[2], info.K[4], info.K[5], info.K[8]) = (focal, x, focal, y, 1);
        (info.R[0], info.R[4], info.R[8]) = (1, 1, 1);
        (info.P[0], info.P[2], info.P[5], info.P[6], info.P[10]) = (focal, x, focal, y, 1);
        return info;
    }
}

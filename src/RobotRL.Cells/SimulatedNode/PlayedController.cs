using RobotRL.Model;
using RobotRL.Ros2.Nodes;
using RobotRL.Ros2.Transport;
using RobotRL.Safety;
using RobotRL.Wire.FrankaMsgs;
using RobotRL.Wire.GeometryMsgs;
using RobotRL.Wire.RclInterfaces;
using RobotRL.Wire.StdSrvs;
using RobotRL.Wire.UrMsgs;
using Pose = RobotRL.Model.Pose;

namespace RobotRL.Cells.SimulatedNode;

/// <summary>
/// What a simulated arm's own controller offers beside its topics: gains as parameters, a pose, services for load and force sensor. It begins with the gains
/// that CRISP's controller begins with.
/// </summary>
internal sealed class PlayedController : IDisposable
{
    private const int PoseEvery = 10;
    private const string Stiffness = "task.k_pos_x", RotationStiffness = "task.k_rot_x", Damping = "task.d_pos_x";

    private readonly Dictionary<string, double> _gains = new()
    {
        [Stiffness] = 500,
        ["task.k_pos_y"] = 500,
        ["task.k_pos_z"] = 500,
        [RotationStiffness] = 30,
        ["task.k_rot_y"] = 30,
        ["task.k_rot_z"] = 30,
        [Damping] = -1,
        ["task.d_pos_y"] = -1,
        ["task.d_pos_z"] = -1,
        ["task.d_rot_x"] = -1,
        ["task.d_rot_y"] = -1,
        ["task.d_rot_z"] = -1,
        ["nullspace.damping"] = -1,
    };

    private readonly List<IDisposable> _ends = [];
    private readonly Publisher<PoseStamped>? _pose;
    private readonly PoseStamped _told = new();
    private readonly Publisher<ParameterEvent>? _events;
    private readonly ParameterEvent _event = new();
    private int _round;

    /// <param name="node">Of a backend that carries services, where any is configured.</param>
    /// <param name="controller">What it offers.</param>
    /// <param name="baseFrame">Of the pose that it tells.</param>
    public PlayedController(Ros2Node node, Ros2Controller controller, string baseFrame)
    {
        _told.Header.FrameId = baseFrame;
        if (controller.Pose is { } pose)
        {
            var reliability = pose.IsReliable ? Reliability.Reliable : Reliability.BestEffort;
            _ends.Add(_pose = node.Publish<PoseStamped>(pose.Name, new(reliability, Durability.Volatile, 1)));
        }
        if (controller.Node is { } name)
        {
            _event.Node = name;
            _ends.Add(_events = node.Publish<ParameterEvent>("/parameter_events", Qos.Default with { Depth = 1000 }));
            _ends.Add(node.Serve<SetParametersRequest, SetParametersResponse>($"{name}/set_parameters", Set));
            _ends.Add(node.Serve<GetParametersRequest, GetParametersResponse>($"{name}/get_parameters", Get));
        }
        if (controller.Payload is { } payload)
            _ends.Add(payload.Type == Ros2PayloadService.Ur
                ? node.Serve<SetPayloadRequest, SetPayloadResponse>(payload.Name, load => new() { Success = load.Mass >= 0 })
                : node.Serve<SetLoadRequest, SetLoadResponse>(payload.Name, load => new() { Success = load.Mass >= 0 }));
        if (controller.Tare is { } tare) _ends.Add(node.Serve<TriggerRequest, TriggerResponse>(tare, _ => new() { Success = true }));
    }

    /// <summary>The spring that its gains make; a damping below zero means a critical one.</summary>
    public CartesianStiffness Spring
    {
        get
        {
            lock (_gains)
            {
                var (k, d) = (_gains[Stiffness], _gains[Damping]);
                return new(k, _gains[RotationStiffness], d < 0 || k <= 0 ? 1 : d / (2 * Math.Sqrt(k)));
            }
        }
    }

    /// <summary>Tells the pose, at a tenth of the loop's rate.</summary>
    public void Tell(in Pose endEffectorInBase, long wallNs)
    {
        if (_pose is null || _round++ % PoseEvery != 0) return;
        var (p, o) = (endEffectorInBase.Position, endEffectorInBase.Orientation);
        var (position, orientation) = (_told.Pose.Position, _told.Pose.Orientation);
        (position.X, position.Y, position.Z) = (p.X, p.Y, p.Z);
        (orientation.X, orientation.Y, orientation.Z, orientation.W) = (o.X, o.Y, o.Z, o.W);
        _told.Header.Stamp.Ns = wallNs;
        _pose.TrySend(_told);
    }

    public void Dispose()
    {
        foreach (var end in _ends) end.Dispose();
    }

    private SetParametersResponse Set(SetParametersRequest request)
    {
        SetParametersResponse response = new();
        lock (_gains)
        {
            _event.ChangedParameters.Clear();
            foreach (var parameter in request.Parameters)
            {
                var isKnown = _gains.ContainsKey(parameter.Name) && parameter.Value.Type == ParameterValue.Double;
                if (isKnown) _gains[parameter.Name] = parameter.Value.DoubleValue;
                if (isKnown) _event.ChangedParameters.Add(parameter);
                response.Results.Add(new() { Successful = isKnown, Reason = isKnown ? "" : "no gain of this name and type" });
            }
            _event.Stamp.Ns = WallClock.NowNs;
            _events?.TrySend(_event);
        }
        return response;
    }

    private GetParametersResponse Get(GetParametersRequest request)
    {
        GetParametersResponse response = new();
        lock (_gains)
            foreach (var name in request.Names)
            {
                ParameterValue value = new();
                if (_gains.TryGetValue(name, out var gain)) (value.Type, value.DoubleValue) = (ParameterValue.Double, gain);
                response.Values.Add(value);
            }
        return response;
    }
}

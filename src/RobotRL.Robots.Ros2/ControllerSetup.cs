using RobotRL.Model;
using RobotRL.Ros2.Nodes;
using RobotRL.Ros2.Transport;
using RobotRL.Sensing;
using RobotRL.Wire.FrankaMsgs;
using RobotRL.Wire.RclInterfaces;
using RobotRL.Wire.StdSrvs;
using RobotRL.Wire.UrMsgs;

namespace RobotRL.Robots.Ros2;

/// <summary>
/// Sets a robot's own controller up before its first command: load, force sensor, gains. Each is confirmed by the robot, or the cell does not start.
/// </summary>
internal sealed class ControllerSetup(Ros2Node node, RobotDescription robot, TimeSpan patience)
{
    private const double Equal = 1e-6;
    private static readonly string[] Axes = ["x", "y", "z"];

    /// <exception cref="TransportException">The robot does not answer, refuses, or has another value afterwards.</exception>
    public void Run(Ros2Controller controller)
    {
        if (controller.Payload is { } payload) SetPayload(payload.Name, payload.Type);
        if (controller.Tare is { } tare)
            Confirm(tare, Ask<TriggerRequest, TriggerResponse>(tare, new()) is var answer && answer.Success, answer.Message);
        if (controller.Node is { } gains) SetParameters(gains, Gains(controller, robot.Limits.Stiffness));
    }

    /// <summary>
    /// What the controller's parameters are set to: CRISP's names for a spring alike in all directions and for its damper, and what is named besides.
    /// </summary>
    public static IReadOnlyList<(string Name, double Value)> Gains(Ros2Controller controller, StiffnessLimits limits) =>
        [.. Spring(limits).Where(one => controller.Parameters.All(other => other.Name != one.Name)), .. controller.Parameters];

    private void SetPayload(string service, Ros2PayloadService type)
    {
        var tool = robot.Dynamics.ToolInFlange;
        var (mass, center) = (tool.MassKg, tool.CenterOfMassM);
        if (type == Ros2PayloadService.Ur)
        {
            SetPayloadRequest request = new() { Mass = (float)mass };
            (request.CenterOfGravity.X, request.CenterOfGravity.Y, request.CenterOfGravity.Z) = (center.X, center.Y, center.Z);
            Confirm(service, Ask<SetPayloadRequest, SetPayloadResponse>(service, request).Success, "");
            return;
        }
        SetLoadRequest load = new() { Mass = mass };
        for (var i = 0; i < 3; i++) load.CenterOfMass[i] = center[i];
        var about = tool.Inertia;
        double[] inertia = [about.XX, about.XY, about.XZ, about.XY, about.YY, about.YZ, about.XZ, about.YZ, about.ZZ];
        inertia.CopyTo(load.LoadInertia, 0);
        var answer = Ask<SetLoadRequest, SetLoadResponse>(service, load);
        Confirm(service, answer.Success, answer.Error);
    }

    private void SetParameters(string of, IReadOnlyList<(string Name, double Value)> values)
    {
        SetParametersRequest request = new();
        request.Parameters.AddRange(values.Select(value =>
        {
            Parameter parameter = new() { Name = value.Name };
            (parameter.Value.Type, parameter.Value.DoubleValue) = (ParameterValue.Double, value.Value);
            return parameter;
        }));
        var results = Ask<SetParametersRequest, SetParametersResponse>($"{of}/set_parameters", request).Results;
        for (var i = 0; i < values.Count; i++)
        {
            var result = i < results.Count ? results[i] : new() { Reason = "no answer" };
            Confirm($"{of}/set_parameters", result.Successful, $"{values[i].Name}: {result.Reason}");
        }
        GetParametersRequest which = new();
        which.Names.AddRange(values.Select(value => value.Name));
        var read = Ask<GetParametersRequest, GetParametersResponse>($"{of}/get_parameters", which).Values;
        for (var i = 0; i < values.Count; i++)
        {
            var (is_, wanted) = (i < read.Count && read[i].Type == ParameterValue.Double ? read[i].DoubleValue : double.NaN, values[i].Value);
            if (!(Math.Abs(is_ - wanted) <= Equal * Math.Max(1, Math.Abs(wanted))))
                throw new TransportException($"{of}: {values[i].Name} was set to {wanted:G6} and reads {is_:G6}; see to the controller");
        }
    }

    private TResponse Ask<TRequest, TResponse>(string service, TRequest request)
        where TRequest : Wire.IMessage where TResponse : Wire.IMessage, new()
    {
        using var client = node.Ask<TRequest, TResponse>(service);
        for (var since = SessionClock.MachineNs; !client.IsServed; Thread.Sleep(5))
            if (SessionClock.MachineNs - since > patience.Ticks * TimeSpan.NanosecondsPerTick)
                throw new TransportException($"nobody serves {service}; start the robot's driver, or correct the controller in ros2.arms");
        return client.Ask(request, patience);
    }

    private static void Confirm(string service, bool isDone, string why)
    {
        if (!isDone) throw new TransportException($"{service} refused{(why.Length > 0 ? $": {why}" : "")}; see to the robot");
    }

    private static IEnumerable<(string Name, double Value)> Spring(StiffnessLimits limits)
    {
        foreach (var (part, k) in new[] { ("pos", limits.TranslationMaxNM), ("rot", limits.RotationMaxNmRad) })
            foreach (var axis in Axes)
            {
                yield return ($"task.k_{part}_{axis}", k);
                yield return ($"task.d_{part}_{axis}", 2 * limits.DampingRatioMax * Math.Sqrt(k));
            }
    }
}

using RobotRL.Configuration;
using RobotRL.Model;
using RobotRL.Ros2.Nodes;
using RobotRL.Ros2.Transport;
using RobotRL.Sessions.Acting;
using RobotRL.Sessions.Runs;
using RobotRL.Tasks;
using RobotRL.Teleop;
using RobotRL.Teleop.Devices;
using RobotRL.Teleop.Ros2;

namespace RobotRL.Cells;

/// <summary>The operator of a session, put together: nobody, a scripted human, the keys of this terminal, or a device over ROS 2.</summary>
internal sealed class Operators : IDisposable
{
    private readonly IDisposable? _device;

    private Operators(ITeleoperator teleoperator, Func<string>? shown = null, IDisposable? device = null) =>
        (Operator, Shown, _device) = (teleoperator, shown, device);

    public ITeleoperator Operator { get; }

    /// <summary>What to show of an operator's keys and hand; null where nobody has any.</summary>
    public Func<string>? Shown { get; }

    /// <summary>The device, for the log; null for none.</summary>
    public object? Device { get; private init; }

    /// <summary>Refuses what can be refused before a cell is opened.</summary>
    /// <exception cref="BadInputException">The operator cannot be had as ordered.</exception>
    public static void Require(TrainingOrder order)
    {
        if (order.Operator != OperatorKind.Ros2) return;
        if (order.Configuration.Teleop is not { } device)
            throw new BadInputException(
                "--operator ros2: no device is configured; add --teleop gamepad, spacemouse or intervention, a file of your own, or a section teleop");
        if (Console.IsInputRedirected && !device.CanClear)
            throw new BadInputException("teleop.buttons.clear: missing, and without a terminal there is no Enter: nobody could clear a stop; name a button");
    }

    /// <param name="order">Who corrects.</param>
    /// <param name="cell">What is driven.</param>
    /// <param name="asked">Called before an operator's stop.</param>
    public static Operators Open(TrainingOrder order, ICell cell, Action asked)
    {
        var (configuration, name) = (order.Configuration, order.InCharge.Name);
        void Stop(FaultCode cause)
        {
            asked();
            cell.Control.Stop(cause);
        }
        switch (order.Operator)
        {
            case OperatorKind.Live:
                KeyboardTeleoperator keys = new(name, configuration.Task.ActionLayout, () => cell.Now, () => Stop(FaultCode.OperatorStop));
                return new(keys, () => $"{KeyboardTeleoperator.Keys}\n{keys.Status}");
            case OperatorKind.Ros2:
                return OfDevice(configuration, name, cell, Stop);
            default:
                var scripted = new ScriptedOperator(configuration.Task, configuration.Operator, order.Identity.Seed) { Identity = name };
                return new(order.Operator == OperatorKind.Scripted ? scripted : new DemonstratorOnly(scripted));
        }
    }

    public void Dispose() => _device?.Dispose();

    private static Operators OfDevice(RunConfiguration configuration, string name, ICell cell, Action<FaultCode> stop)
    {
        var device = configuration.Teleop!;
        var layout = configuration.Task.ActionLayout;
        var node = Ros2Node.Open(Network(configuration, device));
        DeviceHand hand = new(layout, device, stop);
        DeviceTeleoperator person = new(name, layout, hand, () => DeviceTopics.Now, () => cell.Now);
        DeviceTopics topics = new(node, device, hand, name);
        if (!Console.IsInputRedirected) person.ListenToTerminal(() => stop(FaultCode.OperatorStop));
        return new(person, () => $"{DeviceTeleoperator.Keys}\n{person.Status}", topics)
        {
            Device = new { Device = device.Device.ToString(), device.Topic, node.Transport.Description },
        };
    }

    private static TransportOptions Network(RunConfiguration configuration, TeleopParameters device)
    {
        var name = $"operator_{Environment.ProcessId}";
        return device.Network is not { } network ? Ros2Robots.Options(configuration.Ros2!, name) : new()
        {
            NodeName = $"/robotrl/{name}",
            Domain = network.Domain,
            Interface = network.Interface,
            Peers = network.Peers,
            IsHumble = network.IsHumble,
        };
    }
}

using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Robots.Ros2;
using RobotRL.Ros2.Nodes;
using RobotRL.Ros2.Transport;

namespace RobotRL.Cells;

/// <summary>The arms of a cell behind ROS 2, for a control process: one node, an arm after the other.</summary>
internal sealed class Ros2Robots : IDisposable
{
    /// <summary>Of the thread that receives states: below the loop, above all else.</summary>
    private const int Priority = 79;

    private readonly Ros2Node _node;
    private readonly List<Ros2Robot> _arms = [];

    /// <param name="configuration">Of the cell.</param>
    /// <param name="log">Takes a line for a person.</param>
    /// <exception cref="TransportException">An arm is not there, or somebody else commands it.</exception>
    public Ros2Robots(RunConfiguration configuration, Action<string> log)
    {
        var ros2 = configuration.Ros2!;
        _node = Ros2Node.Open(Urgent(Options(ros2, "control"), Priority));
        try
        {
            TopicClaim claim = new(_node, ros2, [.. ros2.Arms.SelectMany(arm => arm.Commands)]);
            claim.Await(log);
            for (var i = 0; i < ros2.Arms.Count; i++) _arms.Add(new(_node, configuration.Robot, ros2, i, configuration.Task.EndEffectorInFlange));
            claim.Require();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public IReadOnlyList<Ros2Robot> Arms => _arms;

    public Ros2Node Node => _node;

    /// <exception cref="BadInputException">An address of the network cannot be had.</exception>
    public static TransportOptions Options(Ros2Parameters ros2, string name)
    {
        Ros2Network.Require(ros2);
        return new()
        {
            Backend = ros2.Backend,
            NodeName = $"{ros2.Namespace}/robotrl/{name}",
            Domain = ros2.Domain,
            Interface = ros2.Interface,
            Peers = ros2.Peers,
            IsHumble = ros2.IsHumble,
        };
    }

    /// <summary>For a process whose messages wait for nobody, where the system grants it.</summary>
    public static TransportOptions Urgent(TransportOptions options, int priority)
    {
        var isGranted = false;
        var asks = new Thread(() => isGranted = RealTimeThread.TryFifo(priority));
        asks.Start();
        asks.Join();
        return options with { Priority = isGranted ? priority : null, Entered = () => RealTimeThread.TryFifo(priority) };
    }

    public void Dispose()
    {
        foreach (var arm in _arms) arm.Dispose();
        _node.Dispose();
    }
}

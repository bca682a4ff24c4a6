using RobotRL.Model;

namespace RobotRL.Ros2.Transport;

/// <summary>How a node reaches its network.</summary>
public sealed record TransportOptions
{
    /// <summary>With a namespace, such as <c>/robotrl/control</c>.</summary>
    public required string NodeName { get; init; }

    public Ros2Backend Backend { get; init; }

    /// <summary>Only nodes of one domain see each other; 0 to 232. ROS 2 calls it <c>ROS_DOMAIN_ID</c>.</summary>
    public required int Domain { get; init; }

    /// <summary>Address of the network interface. Nothing leaves this machine unless another one is configured.</summary>
    public string Interface { get; init; } = Loopback;

    /// <summary>Addresses of machines to ask where multicast does not reach; this machine is always asked on the loopback interface.</summary>
    public IReadOnlyList<string> Peers { get; init; } = [];

    /// <summary>Whether the other side is ROS 2 Humble, whose identifiers of nodes are longer than those of later distributions.</summary>
    public bool IsHumble { get; init; } = true;

    /// <summary>Runs first on the thread that receives, to set its priority; null for none.</summary>
    public Action? Entered { get; init; }

    /// <summary>Real-time priority of the backend's own threads, 1 to 99 of SCHED_FIFO, where the system grants it; null for an ordinary one.</summary>
    public int? Priority { get; init; }

    public const string Loopback = "127.0.0.1";

    public bool IsLoopback => Interface == Loopback;
}

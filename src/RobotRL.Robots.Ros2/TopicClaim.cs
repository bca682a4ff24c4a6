using System.Diagnostics;
using RobotRL.Model;
using RobotRL.Ros2.Nodes;
using RobotRL.Ros2.Transport;

namespace RobotRL.Robots.Ros2;

/// <summary>
/// What one process alone may send: commands to an arm, the states of one. Whoever is about to do so looks first whether somebody else does, and whether
/// another node has its name. What a killed process left stays on the network for ten seconds, so that is waited for.
/// </summary>
/// <param name="node">Our own.</param>
/// <param name="ros2">What the topics are configured in.</param>
/// <param name="topics">Key and topic of each that is ours alone.</param>
public sealed class TopicClaim(Ros2Node node, Ros2Parameters ros2, IReadOnlyList<(string Key, string Topic)> topics)
{
    /// <summary>So long nodes on a network may take to find each other.</summary>
    public static TimeSpan Discovery { get; } = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    /// <summary>Waits until all of it is ours.</summary>
    /// <param name="tell">Takes a line for a person who waits.</param>
    /// <exception cref="TransportException">Somebody keeps it.</exception>
    public void Await(Action<string> tell)
    {
        Thread.Sleep(Discovery);
        var waited = Stopwatch.StartNew();
        for (var isTold = false; Taken() is { } taken; Thread.Sleep(Poll))
        {
            if (waited.ElapsedMilliseconds >= ros2.PatienceNs / 1_000_000) throw new TransportException(taken);
            if (isTold) continue;
            isTold = true;
            tell($"{taken}. This waits until it is gone, for {ros2.PatienceNs * 1e-9:0.#} s at most.");
        }
    }

    /// <summary>The same without patience: for who has begun to send, and whom another may have met that began in the same moment.</summary>
    /// <exception cref="TransportException">Somebody else has it too.</exception>
    public void Require()
    {
        if (Taken() is { } taken) throw new TransportException(taken);
    }

    private string? Taken()
    {
        var ends = node.Transport.Ends().Where(end => !end.IsOwn).ToList();
        foreach (var (key, topic) in topics)
            if (ends.Find(end => end.IsWriter && end.Topic == topic) is { } sender)
                return Ros2Words.At(ros2, key, $"{sender.Node} sends {topic} already, and only one may; end that one, or give this one another ros2.domain "
                    + "or a ros2.namespace of its own");
        return ends.Exists(end => end.Node == node.Transport.NodeName)
            ? Ros2Words.At(ros2, "ros2.namespace", $"another node on domain {ros2.Domain} is called {node.Transport.NodeName}; end that one, or give this one "
                + "another ros2.domain or a ros2.namespace of its own") : null;
    }
}

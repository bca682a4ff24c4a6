using RobotRL.Ros2.Transport;

namespace RobotRL.Ros2.Rcldotnet;

/// <summary>
/// Whose the messages of a topic are. rcldotnet does not say, but the network shows who writes to it. Where that is one alone, they are its own. Of several,
/// each message counts as another one's, so that whoever relies on one sender refuses them all.
/// </summary>
/// <param name="graph">Shows who writes.</param>
/// <param name="end">Receives.</param>
internal sealed class Senders(Rcl.RclTransport graph, TopicEnd end)
{
    private long _changes = -1;
    private ulong _only, _several;
    private int _count;

    /// <summary>Of the message that came now; 0 as long as the network shows nobody. On the thread that receives.</summary>
    public ulong Next()
    {
        if (graph.Changes is var changes && changes != _changes)
        {
            _changes = changes;
            var writers = graph.EndsOf(end.Topic).Where(other => other.IsWriter && other.TypeName == end.TypeName && Qos.Mismatch(other.Qos, end.Qos) is null);
            (_only, _count) = (0, 0);
            foreach (var writer in writers) (_only, _count) = (writer.Id, _count + 1);
        }
        return _count > 1 ? ulong.MaxValue - ++_several : _only;
    }
}

using RobotRL.Robots.Ros2;
using RobotRL.Ros2.Nodes;
using RobotRL.Ros2.Transport;

namespace RobotRL.Cells.SimulatedNode;

/// <summary>
/// Who may have the scene set up anew: the first who asks, until that one is gone from the network. What anybody else asks for meanwhile is told and not done,
/// since an arm moves in the scene.
/// </summary>
internal sealed class SceneRequests : IDisposable
{
    private readonly Ros2Node _node;
    private readonly string _topic;
    private readonly Action<string> _log;
    private readonly IDisposable _requests;
    private readonly HashSet<ulong> _refused = [];
    private long _number, _asked;
    private ulong _client, _seed;

    /// <param name="node">Receives.</param>
    /// <param name="scene">Topic of the scene.</param>
    /// <param name="log">Takes a line for a person.</param>
    public SceneRequests(Ros2Node node, string scene, Action<string> log)
    {
        (_node, _topic, _log) = (node, SceneTopics.RequestsOf(scene), log);
        _requests = node.Subscribe<Wire.StdMsgs.String>(_topic, SceneTopics.OfRequests, Take);
    }

    /// <summary>Of the scene that stands.</summary>
    public long Number => _number;

    /// <summary>Whether another scene is asked for, and from which seed it comes. On the loop's thread, which then calls <see cref="Stands"/>.</summary>
    public bool IsAsked(out ulong seed)
    {
        seed = Volatile.Read(ref _seed);
        return Volatile.Read(ref _asked) == _number + 1;
    }

    /// <summary>It was set up.</summary>
    public void Stands() => Volatile.Write(ref _number, _number + 1);

    public void Dispose() => _requests.Dispose();

    private void Take(Wire.StdMsgs.String request, Arrival arrival)
    {
        // The next scene and no other: whatever else is asked for must not keep it from being set up.
        if (!SceneTopics.TryRead(request.Data, out var number, out var seed) || number != Volatile.Read(ref _number) + 1) return;
        if (arrival.Writer != _client && !IsTaken(arrival.Writer)) return;
        Volatile.Write(ref _seed, seed);
        Volatile.Write(ref _asked, number);
    }

    private bool IsTaken(ulong writer)
    {
        var askers = _node.Transport.Ends().Where(end => end.IsWriter && end.Topic == _topic).ToList();
        if (_client != 0 && askers.Find(end => end.Id == _client) is { } client)
        {
            var stranger = askers.Find(end => end.Id == writer)?.Node ?? "somebody";
            if (_refused.Add(writer)) _log($"{stranger} asks for another scene on {_topic}, and is refused: {client.Node} has this one.");
            return false;
        }
        _client = writer;
        _refused.Clear();
        return true;
    }
}

using System.Collections.Concurrent;
using RobotRL.Ros2.Rcl;
using RobotRL.Ros2.Transport;
using RobotRL.Wire.StdMsgs;
using ROS2;

namespace RobotRL.Ros2.Rcldotnet;

/// <summary>
/// A node of rcldotnet. It sends and receives; one thread spins for all its readers. rcldotnet shows nothing of the network and has no parameters, so a node of
/// rcl beside it, of the same name with <c>_graph</c>, looks about and carries services, on a thread of its own.
/// </summary>
public sealed class RcldotnetTransport : ITransport, IServices
{
    private const long WaitMs = 200;

    private readonly object _changing = new();
    private readonly TransportOptions _options;
    private readonly RclTransport _graph;
    private readonly GuardCondition _wake;
    private readonly ConcurrentQueue<Action> _asked = new();
    private readonly List<ITopicWriter> _writers = [];
    private readonly byte[] _participant;
    private readonly Thread _thread;
    private long _untaken;
    private volatile bool _isEnding;
    private bool _isOver, _isHandingOn;

    /// <exception cref="TransportException">No ROS 2 is sourced, or it has no rcldotnet, or that is on another domain.</exception>
    public RcldotnetTransport(TransportOptions options)
    {
        RclLibrary.Require();
        _options = options;
        SharedContext.Begin(options);
        var split = options.NodeName.LastIndexOf('/');
        var (name, space) = (options.NodeName[(split + 1)..], split <= 0 ? "/" : options.NodeName[..split]);
        Node = Failing.AsTransport($"create the node {options.NodeName}", () => RCLdotnet.CreateNode(name, space));
        _wake = Node.CreateGuardCondition(() => { });
        _graph = new(options with { NodeName = $"{options.NodeName}_graph" });
        _participant = Participant();
        _thread = new(Spin) { Name = $"ros2 {options.NodeName}", IsBackground = true };
        _thread.Start();
    }

    public string Description => $"rcldotnet ({RclLibrary.Name}), domain {_options.Domain}, {_options.Interface}";

    public string NodeName => _options.NodeName;

    public long Changes => _graph.Changes;

    internal Node Node { get; }

    internal Senders SendersTo(TopicEnd end) => new(_graph, end);

    /// <summary>Messages that rcldotnet failed to take.</summary>
    internal long Untaken => Volatile.Read(ref _untaken);

    public ITopicWriter CreateWriter(TopicEnd end)
    {
        var writer = MessageType.Of(end.TypeName).CreateWriter(this, end);
        lock (_changing) _writers.Add(writer);
        return writer;
    }

    public ITopicReader CreateReader(TopicEnd end, MessageReceived received) => MessageType.Of(end.TypeName).CreateReader(this, end, received);

    public IServiceClient CreateClient(ServiceEnd end) => _graph.CreateClient(end);

    public IDisposable CreateServer(ServiceEnd end, ServiceAsked asked) => _graph.CreateServer(end, asked);

    /// <summary>Nodes of a process share rcldotnet's participant, so it is the name that tells ours. It comes a little later than the end itself.</summary>
    public IReadOnlyList<RemoteEnd> Ends() =>
        _graph.Ends((gid, node) => _graph.IsOwn(gid) || (gid.StartsWith(_participant) && (node is null || node == NodeName)));

    public IReadOnlyList<string> Mismatches() => Mismatch.Among(Ends());

    /// <summary>Hands on the message that its thread has taken. False where it was not what its type says.</summary>
    internal bool HandOn(MessageReceived received, Senders senders)
    {
        if (!Taken.OfThisThread.IsWhole) return false;
        var isWhole = true;
        _isHandingOn = true;
        try { received(Taken.OfThisThread.Cdr, new(0, senders.Next())); }
        catch (InvalidDataException) { isWhole = false; }
        _isHandingOn = false;
        return isWhole;
    }

    internal void Remove(ITopicWriter writer)
    {
        lock (_changing) _writers.Remove(writer);
    }

    /// <summary>
    /// Does something between two spins, since rcldotnet's lists bear no change within one, and waits for it, except on that thread itself, which does it next.
    /// </summary>
    internal void OnItsThread(Action act)
    {
        if (Thread.CurrentThread == _thread)
        {
            _asked.Enqueue(act);
            return;
        }
        Task done = new(act);
        lock (_changing)
        {
            if (_isOver) done.RunSynchronously();
            else
            {
                _asked.Enqueue(done.RunSynchronously);
                _wake.Trigger();
            }
        }
        done.GetAwaiter().GetResult();
    }

    public void Dispose()
    {
        if (_isEnding) return;
        foreach (var writer in _writers.ToArray()) writer.Dispose();
        _isEnding = true;
        _wake.Trigger();
        if (Thread.CurrentThread != _thread) _thread.Join();
        foreach (var subscription in Node.Subscriptions) Handles.Of(subscription).Dispose();
        Handles.Of(_wake).Dispose();
        Handles.Of(Node).Dispose();
        _graph.Dispose();
    }

    /// <summary>What the identifiers of rcldotnet's endpoints begin with, as the node beside it sees them.</summary>
    private byte[] Participant()
    {
        var topic = $"/_robotrl_{Guid.NewGuid():N}";
        using var writer = CreateWriter(new(topic, Bool.TypeName, Bool.Definition, Qos.Default));
        return _graph.ParticipantOf(topic) ?? throw new TransportException(
            $"rcldotnet does not appear on domain {_options.Domain}: another part of this process began it on another one. Write that one's ros2.domain.");
    }

    private void Spin()
    {
        using Taken taken = new();
        _options.Entered?.Invoke();
        while (!_isEnding)
        {
            DoWhatWasAsked();
            try { RCLdotnet.SpinOnce(Node, WaitMs); }
            // rcldotnet has no exception of its own. A node that cannot spin at all must not keep a core busy. What a receiver throws is not rcldotnet's.
            catch (Exception e) when (!_isHandingOn && e is not OutOfMemoryException)
            {
                Interlocked.Increment(ref _untaken);
                Thread.Sleep(1);
            }
        }
        lock (_changing)
        {
            DoWhatWasAsked();
            _isOver = true;
        }
    }

    private void DoWhatWasAsked()
    {
        while (_asked.TryDequeue(out var act)) act();
    }
}

using RobotRL.Ros2.Transport;
using RobotRL.Wire.StdMsgs;

namespace RobotRL.Ros2.Rcl;

/// <summary>A node of the ROS 2 installation that is sourced, on whichever middleware that uses. One thread receives for all its readers.</summary>
internal sealed unsafe class RclTransport : ITransport, IServices
{
    private const long WaitNs = 200_000_000;
    private const int OwnGuards = 2;

    private readonly object _changing = new();
    private readonly TransportOptions _options;
    private readonly byte* _context = (byte*)Rcl.New<RclNative.Options>();
    private readonly byte* _node = (byte*)Rcl.New<RclNative.Options>();
    private readonly nint* _initial = Rcl.New<nint>();
    private readonly RclNative.Guard* _wake = Rcl.New<RclNative.Guard>();
    private readonly RclNative.WaitSet* _set = Rcl.New<RclNative.WaitSet>();
    private readonly List<RclSource> _sources = [], _leaving = [];
    private readonly List<RclWriter> _writers = [];
    private readonly byte[] _participant;
    private readonly Thread _thread;
    private long _changes;
    private volatile bool _isEnding;

    /// <exception cref="TransportException">No ROS 2 is sourced, or it cannot be used.</exception>
    public RclTransport(TransportOptions options)
    {
        RclLibrary.Require();
        _options = options;
        RclEnvironment.Set(options);
        Rcl.Check(RclNative.rcl_init_options_init(_initial, Rcl.Allocator), "set up its options");
        Rcl.Check(RclNative.rcl_init_options_set_domain_id(_initial, (nuint)options.Domain), $"take the domain {options.Domain}");
        Rcl.Check(RclNative.rcl_init(0, null, _initial, _context), "initialise");
        var split = options.NodeName.LastIndexOf('/');
        var settings = RclNative.rcl_node_get_default_options();
        var (name, space) = (options.NodeName[(split + 1)..], split <= 0 ? "/" : options.NodeName[..split]);
        Rcl.Check(RclNative.rcl_node_init(_node, name, space, _context, &settings), $"create the node {options.NodeName}");
        Rcl.Check(RclNative.rcl_guard_condition_init(_wake, _context, Rcl.Allocator), "create a condition");
        Rcl.Check(RclNative.rcl_wait_set_init(_set, 0, OwnGuards, 0, 0, 0, 0, _context, Rcl.Allocator), "create a set to wait for");
        _participant = Participant();
        _thread = new Thread(Receive) { Name = $"ros2 {options.NodeName}", IsBackground = true };
        _thread.Start();
    }

    public string Description => $"rcl ({RclLibrary.Name}), domain {_options.Domain}, {_options.Interface}";

    public string NodeName => _options.NodeName;

    public long Changes => Volatile.Read(ref _changes);

    public void* Node => _node;

    public ITopicWriter CreateWriter(TopicEnd end)
    {
        RclWriter writer = new(this, end);
        lock (_changing) _writers.Add(writer);
        return writer;
    }

    public ITopicReader CreateReader(TopicEnd end, MessageReceived received) => Add(new RclReader(this, end, received));

    public IServiceClient CreateClient(ServiceEnd end) => Add(new RclClient(this, end));

    public IDisposable CreateServer(ServiceEnd end, ServiceAsked asked) => Add(new RclServer(this, end, asked));

    public IReadOnlyList<RemoteEnd> Ends() => Ends((gid, _) => IsOwn(gid));

    public IReadOnlyList<RemoteEnd> Ends(OwnsEnd owns) => RclGraph.Ends(_node, owns);

    /// <summary>Those of one topic.</summary>
    public IReadOnlyList<RemoteEnd> EndsOf(string topic) => RclGraph.Ends(_node, topic, (gid, _) => IsOwn(gid));

    public bool IsOwn(ReadOnlySpan<byte> gid) => gid.StartsWith(_participant);

    public IReadOnlyList<string> Mismatches() => Mismatch.Among(Ends());

    /// <summary>What the identifiers of a participant's ends begin with that has the only writer of a topic; null where none appears.</summary>
    public byte[]? ParticipantOf(string topic)
    {
        for (var tries = 0; tries < 200; tries++, Thread.Sleep(10))
            if (RclGraph.ParticipantOf(_node, topic) is { } found) return found;
        return null;
    }

    public ulong IdOf(byte* gid) => RclGraph.IdOf(new(gid, RclLibrary.Layout.GidBytes));

    internal void Remove(RclWriter writer)
    {
        lock (_changing) _writers.Remove(writer);
    }

    /// <summary>Waits until the thread that receives has let go of it, except on that thread, which does so next.</summary>
    internal void Remove(RclSource source, Task finished)
    {
        lock (_changing)
        {
            if (!_sources.Remove(source)) return;
            _leaving.Add(source);
        }
        RclNative.rcl_trigger_guard_condition(_wake);
        if (Thread.CurrentThread != _thread) finished.Wait();
    }

    public void Dispose()
    {
        if (_isEnding) return;
        foreach (var writer in _writers.ToArray()) writer.Dispose();
        _isEnding = true;
        RclNative.rcl_trigger_guard_condition(_wake);
        if (Thread.CurrentThread != _thread) _thread.Join();
        RclNative.rcl_wait_set_fini(_set);
        RclNative.rcl_guard_condition_fini(_wake);
        RclNative.rcl_node_fini(_node);
        RclNative.rcl_shutdown(_context);
        RclNative.rcl_context_fini(_context);
        RclNative.rcl_init_options_fini(_initial);
        foreach (var block in new nint[] { (nint)_context, (nint)_node, (nint)_initial, (nint)_wake, (nint)_set }) Rcl.Free((void*)block);
    }

    private T Add<T>(T source) where T : RclSource
    {
        lock (_changing) _sources.Add(source);
        RclNative.rcl_trigger_guard_condition(_wake);
        return source;
    }

    /// <summary>What all our endpoints' identifiers begin with: a writer that nobody else has, on a topic of its own, tells.</summary>
    private byte[] Participant()
    {
        var topic = $"/_robotrl_{Guid.NewGuid():N}";
        using var writer = CreateWriter(new(topic, Bool.TypeName, Bool.Definition, Qos.Default));
        return ParticipantOf(topic) ?? throw new TransportException("rcl does not show our own topics.");
    }

    private void Receive()
    {
        _options.Entered?.Invoke();
        List<RclSource> waited = [];
        while (!_isEnding)
        {
            lock (_changing)
            {
                foreach (var source in _leaving) source.Finish();
                _leaving.Clear();
                waited.Clear();
                waited.AddRange(_sources);
            }
            Wait(waited);
        }
        lock (_changing)
        {
            foreach (var source in _leaving.Concat(_sources)) source.Finish();
            _sources.Clear();
        }
    }

    private void Wait(List<RclSource> waited)
    {
        nuint Count<T>()
        {
            nuint count = 0;
            foreach (var source in waited)
                if (source is T) count++;
            return count;
        }
        nuint wake, graph;
        Rcl.Check(RclNative.rcl_wait_set_resize(_set, Count<RclReader>(), OwnGuards, 0, Count<RclClient>(), Count<RclServer>(), 0), "wait");
        Rcl.Check(RclNative.rcl_wait_set_add_guard_condition(_set, _wake, &wake), "wait");
        Rcl.Check(RclNative.rcl_wait_set_add_guard_condition(_set, RclNative.rcl_node_get_graph_guard_condition(_node), &graph), "wait");
        foreach (var source in waited) source.AddTo(_set);
        if (RclNative.rcl_wait(_set, WaitNs) is not (RclNative.Ok or RclNative.Timeout))
        {
            RclNative.rcutils_reset_error();
            Thread.Sleep(1);
            return;
        }
        if (_set->Guards[graph] != 0) Interlocked.Increment(ref _changes);
        foreach (var source in waited)
            if (!source.IsLeaving && source.IsReady(_set)) source.Take();
    }
}

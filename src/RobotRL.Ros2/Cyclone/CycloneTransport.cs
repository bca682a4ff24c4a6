using System.Text;
using RobotRL.Ros2.Transport;
using RobotRL.Wire.RmwDdsCommon;

namespace RobotRL.Ros2.Cyclone;

/// <summary>A participant of a DDS domain that appears as one ROS 2 node. One thread receives for all its readers.</summary>
internal sealed unsafe class CycloneTransport : ITransport
{
    private const int AtOnce = 64, StartTag = 1;
    private const long WaitNs = 200_000_000;

    private readonly object _changing = new();
    private readonly TransportOptions _options;
    private readonly int _participant, _waitset, _wake;
    private readonly EndpointWatch _writers, _readers;
    private readonly NodeNames _names;
    private readonly CycloneWriter _announcer;
    private readonly Dictionary<nint, (Action Take, int Condition)> _sources = [];
    private readonly List<CycloneReader> _ownReaders = [];
    private readonly List<CycloneWriter> _ownWriters = [];
    private readonly Thread _thread;
    private long _changes;
    private nint _nextTag = StartTag;
    private volatile bool _isEnding;

    /// <exception cref="TransportException">The library or the network interface cannot be had.</exception>
    public CycloneTransport(TransportOptions options)
    {
        (_options, _names) = (options, new(options.IsHumble));
        CycloneDomain.Open(options);
        _participant = CreateParticipant(options.Domain);
        _waitset = Dds.Check(DdsNative.dds_create_waitset(_participant), "create a waitset");
        _wake = Dds.Check(DdsNative.dds_create_guardcondition(_participant), "create a condition");
        DdsNative.dds_waitset_attach(_waitset, _wake, 0);
        _writers = Watch(DdsNative.PublicationTopic, isWriters: true);
        _readers = Watch(DdsNative.SubscriptionTopic, isWriters: false);
        var qos = new Qos(Reliability.Reliable, Durability.TransientLocal, 1);
        var announcement = new TopicEnd(NodeNames.Topic, ParticipantEntitiesInfo.TypeName, _names.Definition, qos);
        _announcer = CreateWriter(announcement, NodeNames.Topic);
        CreateReader(announcement with { Qos = qos with { Depth = 0 } }, NodeNames.Topic, (cdr, _) =>
        {
            lock (_changing) _names.Take(cdr);
            Interlocked.Increment(ref _changes);
        });
        _thread = new Thread(Receive) { Name = $"ros2 {options.NodeName}", IsBackground = true };
        _thread.Start();
    }

    public string Description => $"Cyclone DDS ({DdsLibrary.Name}), domain {_options.Domain}, {_options.Interface}";

    public string NodeName => _options.NodeName;

    public long Changes => Volatile.Read(ref _changes);

    public ITopicWriter CreateWriter(TopicEnd end)
    {
        var writer = CreateWriter(end, "rt" + end.Topic);
        lock (_changing) _ownWriters.Add(writer);
        Announce();
        return writer;
    }

    public ITopicReader CreateReader(TopicEnd end, MessageReceived received)
    {
        var reader = CreateReader(end, "rt" + end.Topic, received);
        lock (_changing) _ownReaders.Add(reader);
        Announce();
        return reader;
    }

    public IReadOnlyList<RemoteEnd> Ends()
    {
        lock (_changing)
            return [.. _writers.Endpoints.Concat(_readers.Endpoints)
                .Where(found => found.Value.Topic.StartsWith("rt/", StringComparison.Ordinal)).Select(found => End(found.Key, found.Value))];
    }

    public IReadOnlyList<string> Mismatches() => Mismatch.Among(Ends());

    internal void Remove(CycloneReader reader)
    {
        lock (_changing)
        {
            _ownReaders.Remove(reader);
            foreach (var (tag, source) in _sources.Where(source => source.Value.Take.Target == reader).ToList())
            {
                DdsNative.dds_waitset_detach(_waitset, source.Condition);
                _sources.Remove(tag);
            }
        }
        Announce();
    }

    internal void Remove(CycloneWriter writer)
    {
        lock (_changing) _ownWriters.Remove(writer);
        Announce();
    }

    private static int CreateParticipant(int domain)
    {
        var settings = DdsNative.dds_create_qos();
        var enclave = Encoding.UTF8.GetBytes("enclave=/;");
        fixed (byte* data = enclave) DdsNative.dds_qset_userdata(settings, data, (nuint)enclave.Length);
        try { return Dds.Check(DdsNative.dds_create_participant((uint)domain, settings, 0), $"join domain {domain}"); }
        finally { DdsNative.dds_delete_qos(settings); }
    }

    private CycloneWriter CreateWriter(TopicEnd end, string ddsTopic)
    {
        var (topic, type) = Topic(end, ddsTopic);
        var settings = Dds.Settings(end.Qos);
        try { return new(this, end, Dds.Check(DdsNative.dds_create_writer(_participant, topic, settings, 0), $"create a writer of {end.Topic}"), type); }
        finally { DdsNative.dds_delete_qos(settings); }
    }

    private CycloneReader CreateReader(TopicEnd end, string ddsTopic, MessageReceived received)
    {
        var (topic, _) = Topic(end, ddsTopic);
        var settings = Dds.Settings(end.Qos);
        try
        {
            var entity = Dds.Check(DdsNative.dds_create_reader(_participant, topic, settings, 0), $"create a reader of {end.Topic}");
            var reader = new CycloneReader(this, end, entity, received);
            Attach(entity, reader.Take);
            return reader;
        }
        finally { DdsNative.dds_delete_qos(settings); }
    }

    private (int Topic, TopicType Type) Topic(TopicEnd end, string ddsTopic)
    {
        var type = new TopicType(end.TypeName, end.Definition);
        return (Dds.Check(DdsNative.dds_create_topic(_participant, type.Descriptor, ddsTopic, 0, 0), $"create the topic {end.Topic}"), type);
    }

    private EndpointWatch Watch(int builtinTopic, bool isWriters)
    {
        var watch = new EndpointWatch(Dds.Check(DdsNative.dds_create_reader(_participant, builtinTopic, 0, 0), "follow the network's endpoints"), isWriters);
        Attach(watch.Entity, () =>
        {
            lock (_changing) watch.Take();
            Interlocked.Increment(ref _changes);
        });
        return watch;
    }

    private void Attach(int reader, Action take)
    {
        var condition = Dds.Check(DdsNative.dds_create_readcondition(reader, DdsNative.AnyState), "create a condition");
        lock (_changing)
        {
            _sources.Add(_nextTag, (take, condition));
            Dds.Check(DdsNative.dds_waitset_attach(_waitset, condition, _nextTag++), "wait for messages");
        }
    }

    private void Announce()
    {
        if (_isEnding) return;
        var split = _options.NodeName.LastIndexOf('/');
        lock (_changing)
        {
            var info = new NodeAnnouncement(Gid(_participant), split <= 0 ? "/" : _options.NodeName[..split], _options.NodeName[(split + 1)..],
                _ownReaders.Select(reader => Gid(reader.Entity)), _ownWriters.Select(writer => Gid(writer.Entity)));
            _announcer.TrySend(_names.Announce(info));
        }
    }

    private static byte[] Gid(int entity)
    {
        DdsNative.Guid guid;
        DdsNative.dds_get_guid(entity, &guid);
        return Dds.GidOf(guid);
    }

    private RemoteEnd End(ulong id, Endpoint endpoint)
    {
        DdsNative.Guid own;
        DdsNative.dds_get_guid(_participant, &own);
        var isOwn = endpoint.Participant.Equals(own);
        var node = isOwn ? NodeName : _names.NodeOf(endpoint.Key) ?? $"participant {Convert.ToHexStringLower(Dds.GidOf(endpoint.Participant))}";
        return new(endpoint.Topic[2..], endpoint.Type, endpoint.IsWriter, endpoint.Qos, node, id, isOwn);
    }

    private void Receive()
    {
        _options.Entered?.Invoke();
        var tags = stackalloc nint[AtOnce];
        while (!_isEnding)
        {
            var count = DdsNative.dds_waitset_wait(_waitset, tags, AtOnce, WaitNs);
            for (var i = 0; i < Math.Min(count, AtOnce) && !_isEnding; i++)
            {
                Action? take;
                lock (_changing) take = _sources.TryGetValue(tags[i], out var source) ? source.Take : null;
                take?.Invoke();
            }
        }
    }

    public void Dispose()
    {
        if (_isEnding) return;
        _isEnding = true;
        DdsNative.dds_set_guardcondition(_wake, true);
        if (Thread.CurrentThread != _thread) _thread.Join();
        // Takes all that belongs to it along.
        DdsNative.dds_delete(_participant);
    }
}

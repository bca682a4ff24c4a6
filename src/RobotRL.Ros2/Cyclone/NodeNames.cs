using System.Runtime.InteropServices;
using RobotRL.Wire;
using RobotRL.Wire.RmwDdsCommon;

namespace RobotRL.Ros2.Cyclone;

/// <summary>
/// Who is who on a ROS 2 network: each participant tells the names of its nodes and which endpoints are theirs. Identifiers are longer in Humble than
/// later, under the same type name, so that only nodes of one kind are understood.
/// </summary>
internal sealed class NodeNames(bool isHumble)
{
    public const string Topic = "ros_discovery_info";

    private readonly Dictionary<DdsNative.Guid, (DdsNative.Guid Participant, string Node)> _nodes = [];
    private readonly CdrWriter _cdr = new();
    private readonly ParticipantEntitiesInfo _humble = new();
    private readonly Wire.Iron.RmwDdsCommon.ParticipantEntitiesInfo _iron = new();

    public string Definition => isHumble ? ParticipantEntitiesInfo.Definition : Wire.Iron.RmwDdsCommon.ParticipantEntitiesInfo.Definition;

    /// <summary>With its namespace; null where nobody told.</summary>
    public string? NodeOf(DdsNative.Guid endpoint) => _nodes.TryGetValue(endpoint, out var found) ? found.Node : null;

    /// <summary>Takes what one participant tells of itself; it replaces what it told before.</summary>
    public void Take(ReadOnlySpan<byte> cdr)
    {
        CdrReader reader = new(cdr);
        if (isHumble)
        {
            _humble.Read(ref reader);
            Replace(_humble.Gid.Data, _humble.NodeEntitiesInfoSeq.SelectMany(node =>
                node.ReaderGidSeq.Concat(node.WriterGidSeq).Select(gid => (gid.Data, node.NodeNamespace, node.NodeName))));
            return;
        }
        _iron.Read(ref reader);
        Replace(_iron.Gid.Data, _iron.NodeEntitiesInfoSeq.SelectMany(node =>
            node.ReaderGidSeq.Concat(node.WriterGidSeq).Select(gid => (gid.Data, node.NodeNamespace, node.NodeName))));
    }

    /// <summary>The message that tells of a node.</summary>
    public ReadOnlySpan<byte> Announce(in NodeAnnouncement of)
    {
        if (isHumble)
        {
            ParticipantEntitiesInfo info = new();
            of.Participant.CopyTo(info.Gid.Data, 0);
            NodeEntitiesInfo node = new() { NodeNamespace = of.Namespace, NodeName = of.Name };
            node.ReaderGidSeq.AddRange(of.Readers.Select(Gid));
            node.WriterGidSeq.AddRange(of.Writers.Select(Gid));
            info.NodeEntitiesInfoSeq.Add(node);
            return _cdr.Message(info);
        }
        Wire.Iron.RmwDdsCommon.ParticipantEntitiesInfo iron = new();
        of.Participant.CopyTo(iron.Gid.Data, 0);
        Wire.Iron.RmwDdsCommon.NodeEntitiesInfo entities = new() { NodeNamespace = of.Namespace, NodeName = of.Name };
        entities.ReaderGidSeq.AddRange(of.Readers.Select(IronGid));
        entities.WriterGidSeq.AddRange(of.Writers.Select(IronGid));
        iron.NodeEntitiesInfoSeq.Add(entities);
        return _cdr.Message(iron);
    }

    private static Gid Gid(byte[] key)
    {
        Gid gid = new();
        key.CopyTo(gid.Data, 0);
        return gid;
    }

    private static Wire.Iron.RmwDdsCommon.Gid IronGid(byte[] key)
    {
        Wire.Iron.RmwDdsCommon.Gid gid = new();
        key.CopyTo(gid.Data, 0);
        return gid;
    }

    private void Replace(byte[] participant, IEnumerable<(byte[] Key, string Namespace, string Name)> endpoints)
    {
        var who = MemoryMarshal.Read<DdsNative.Guid>(participant);
        foreach (var (key, _) in _nodes.Where(node => node.Value.Participant.Equals(who)).ToList()) _nodes.Remove(key);
        foreach (var (key, space, name) in endpoints) _nodes[MemoryMarshal.Read<DdsNative.Guid>(key)] = (who, $"{space.TrimEnd('/')}/{name}");
    }
}

/// <summary>What a participant tells of its node.</summary>
internal readonly record struct NodeAnnouncement(byte[] Participant, string Namespace, string Name, IEnumerable<byte[]> Readers, IEnumerable<byte[]> Writers);

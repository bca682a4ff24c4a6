using System.Runtime.InteropServices;
using RobotRL.Wire;
using RobotRL.Wire.RmwDdsCommon;

namespace RobotRL.Ros2.Cyclone;

/// <summary>
/// Who is who on a ROS 2 network: each participant tells the names of its nodes and which endpoints are theirs. The same for both lengths of the identifiers
/// that ROS 2 has had; one that is read as the other gives nothing, so both are tried.
/// </summary>
internal sealed class NodeNames
{
    public const string Topic = "ros_discovery_info";
    private const int KeyBytes = 16;

    private readonly Dictionary<Native.Guid, (Native.Guid Participant, string Node)> _nodes = [];
    private readonly ParticipantEntitiesInfo _humble = new();
    private readonly Wire.Iron.RmwDdsCommon.ParticipantEntitiesInfo _iron = new();

    /// <summary>With its namespace; null where nobody told.</summary>
    public string? NodeOf(Native.Guid endpoint) => _nodes.TryGetValue(endpoint, out var found) ? found.Node : null;

    /// <summary>Takes what one participant tells of itself; it replaces what it told before.</summary>
    public void Take(ReadOnlySpan<byte> cdr)
    {
        if (TryHumble(cdr) || TryIron(cdr)) return;
        throw new InvalidDataException("Neither Humble nor a later ROS 2 announces its nodes in this way.");
    }

    public static byte[] Announce(NodeAnnouncement of, bool isHumble)
    {
        var writer = new CdrWriter();
        if (!isHumble)
        {
            var iron = new Wire.Iron.RmwDdsCommon.ParticipantEntitiesInfo();
            of.Participant.CopyTo(iron.Gid.Data, 0);
            var entities = new Wire.Iron.RmwDdsCommon.NodeEntitiesInfo { NodeNamespace = of.Namespace, NodeName = of.Name };
            foreach (var key in of.Readers) Add(entities.ReaderGidSeq, key);
            foreach (var key in of.Writers) Add(entities.WriterGidSeq, key);
            iron.NodeEntitiesInfoSeq.Add(entities);
            return writer.Message(iron).ToArray();
        }
        var info = new ParticipantEntitiesInfo();
        of.Participant.CopyTo(info.Gid.Data, 0);
        var node = new NodeEntitiesInfo { NodeNamespace = of.Namespace, NodeName = of.Name };
        foreach (var key in of.Readers) Add(node.ReaderGidSeq, key);
        foreach (var key in of.Writers) Add(node.WriterGidSeq, key);
        info.NodeEntitiesInfoSeq.Add(node);
        return writer.Message(info).ToArray();

        static void Add<T>(List<T> list, byte[] key) where T : new()
        {
            var gid = new T();
            key.CopyTo(gid is Gid humble ? humble.Data : ((Wire.Iron.RmwDdsCommon.Gid)(object)gid!).Data, 0);
            list.Add(gid);
        }
    }

    private bool TryHumble(ReadOnlySpan<byte> cdr)
    {
        var reader = new CdrReader(cdr);
        try { _humble.Read(ref reader); }
        catch (InvalidDataException) { return false; }
        // Humble fills what the identifiers are longer with zeros.
        if (_humble.Gid.Data.AsSpan(KeyBytes).ContainsAnyExcept((byte)0) || !reader.IsAtEnd) return false;
        Replace(_humble.Gid.Data, _humble.NodeEntitiesInfoSeq.SelectMany(node =>
            node.ReaderGidSeq.Concat(node.WriterGidSeq).Select(gid => (gid.Data, node.NodeNamespace, node.NodeName))));
        return true;
    }

    private bool TryIron(ReadOnlySpan<byte> cdr)
    {
        var reader = new CdrReader(cdr);
        try { _iron.Read(ref reader); }
        catch (InvalidDataException) { return false; }
        if (!reader.IsAtEnd) return false;
        Replace(_iron.Gid.Data, _iron.NodeEntitiesInfoSeq.SelectMany(node =>
            node.ReaderGidSeq.Concat(node.WriterGidSeq).Select(gid => (gid.Data, node.NodeNamespace, node.NodeName))));
        return true;
    }

    private void Replace(byte[] participant, IEnumerable<(byte[] Key, string Namespace, string Name)> endpoints)
    {
        var who = MemoryMarshal.Read<Native.Guid>(participant);
        foreach (var (key, _) in _nodes.Where(node => node.Value.Participant.Equals(who)).ToList()) _nodes.Remove(key);
        foreach (var (key, space, name) in endpoints) _nodes[MemoryMarshal.Read<Native.Guid>(key)] = (who, $"{space.TrimEnd('/')}/{name}");
    }
}

/// <summary>What a participant tells of its node.</summary>
internal readonly record struct NodeAnnouncement(byte[] Participant, string Namespace, string Name, IEnumerable<byte[]> Readers, IEnumerable<byte[]> Writers);

using System.Buffers.Binary;
using System.Runtime.InteropServices;
using RobotRL.Ros2.Transport;

namespace RobotRL.Ros2.Rcl;

/// <summary>Whether an end is ours.</summary>
/// <param name="gid">Its identifier.</param>
/// <param name="node">Name of its node with its namespace; null where the other side tells no name.</param>
internal delegate bool OwnsEnd(ReadOnlySpan<byte> gid, string? node);

/// <summary>What a node sees of its network.</summary>
internal static unsafe class RclGraph
{
    /// <summary>Of an identifier, those bytes that all endpoints of a participant share.</summary>
    public const int ParticipantBytes = 12;

    private const int Writer = 1;
    private const string Nameless = "_NODE_NAME_UNKNOWN_";

    /// <param name="node">Who looks.</param>
    /// <param name="owns">Tells our own ends.</param>
    public static List<RemoteEnd> Ends(void* node, OwnsEnd owns)
    {
        List<RemoteEnd> ends = [];
        var allocator = Rcl.Allocator;
        RclNative.NamesAndTypes found = default;
        Rcl.Check(RclNative.rcl_get_topic_names_and_types(node, &allocator, false, &found), "list the topics");
        try
        {
            for (nuint i = 0; i < found.Names.Size; i++) AddEnds(node, found.Names.Data[i], owns, ends);
        }
        finally { RclNative.rcl_names_and_types_fini(&found); }
        return ends;
    }

    /// <summary>Ends of one topic.</summary>
    public static List<RemoteEnd> Ends(void* node, string topic, OwnsEnd owns)
    {
        List<RemoteEnd> ends = [];
        var name = (byte*)Marshal.StringToCoTaskMemUTF8(topic);
        try { AddEnds(node, name, owns, ends); }
        finally { Marshal.FreeCoTaskMem((nint)name); }
        return ends;
    }

    /// <summary>First bytes of the identifier of a writer that is alone on its topic.</summary>
    public static byte[]? ParticipantOf(void* node, string topic)
    {
        var name = (byte*)Marshal.StringToCoTaskMemUTF8(topic);
        var allocator = Rcl.Allocator;
        RclNative.EndpointInfos found = default;
        try
        {
            if (RclNative.rcl_get_publishers_info_by_topic(node, &allocator, name, false, &found) != RclNative.Ok || found.Size != 1) return null;
            return new ReadOnlySpan<byte>(found.First + RclLibrary.Layout.GidInEndpoint, ParticipantBytes).ToArray();
        }
        finally
        {
            RclNative.rmw_topic_endpoint_info_array_fini(&found, &allocator);
            Marshal.FreeCoTaskMem((nint)name);
        }
    }

    /// <summary>A number for an identifier.</summary>
    public static ulong IdOf(ReadOnlySpan<byte> gid) =>
        (BinaryPrimitives.ReadUInt64LittleEndian(gid) * 0x9E3779B97F4A7C15) ^ BinaryPrimitives.ReadUInt64LittleEndian(gid[8..]);

    private static void AddEnds(void* node, byte* topic, OwnsEnd owns, List<RemoteEnd> into)
    {
        var name = Text(topic);
        var allocator = Rcl.Allocator;
        for (var kind = 0; kind < 2; kind++)
        {
            RclNative.EndpointInfos found = default;
            var result = kind == 0 ? RclNative.rcl_get_publishers_info_by_topic(node, &allocator, topic, false, &found)
                : RclNative.rcl_get_subscriptions_info_by_topic(node, &allocator, topic, false, &found);
            // It may have gone since.
            if (result != RclNative.Ok)
            {
                RclNative.rcutils_reset_error();
                continue;
            }
            for (nuint i = 0; i < found.Size; i++) into.Add(End(name, found.First + i * (nuint)RclLibrary.Layout.EndpointBytes, owns));
            RclNative.rmw_topic_endpoint_info_array_fini(&found, &allocator);
        }
    }

    private static RemoteEnd End(string topic, byte* info, OwnsEnd owns)
    {
        var layout = RclLibrary.Layout;
        var texts = (byte**)info;
        ReadOnlySpan<byte> gid = new(info + layout.GidInEndpoint, layout.GidBytes);
        var (node, space) = (Text(texts[0]), Text(texts[1]));
        var name = node is Nameless or "" ? null : $"{space.TrimEnd('/')}/{node}";
        var shown = name ?? $"participant {Convert.ToHexStringLower(gid[..ParticipantBytes])}";
        var qos = Rcl.QosOf(*(RclNative.QosProfile*)(info + layout.QosInEndpoint));
        return new(topic, Text(texts[2]), *(int*)(info + layout.KindInEndpoint) == Writer, qos, shown, IdOf(gid), owns(gid, name));
    }

    private static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";
}

using System.Runtime.InteropServices;
using RobotRL.Ros2.Transport;

namespace RobotRL.Ros2.Cyclone;

/// <summary>An endpoint as DDS tells of it.</summary>
internal sealed record Endpoint(DdsNative.Guid Key, DdsNative.Guid Participant, string Topic, string Type, Qos Qos, bool IsWriter);

/// <summary>Follows the topic in which DDS tells of all writers, or of all readers, of a domain.</summary>
internal sealed unsafe class EndpointWatch(int reader, bool isWriters)
{
    private const int AtOnce = 32;

    private readonly Dictionary<ulong, Endpoint> _endpoints = [];

    public int Entity => reader;

    /// <summary>By the number under which messages name their writer.</summary>
    public IReadOnlyDictionary<ulong, Endpoint> Endpoints => _endpoints;

    public void Take()
    {
        var samples = stackalloc void*[AtOnce];
        var infos = stackalloc DdsNative.SampleInfo[AtOnce];
        while (true)
        {
            for (var i = 0; i < AtOnce; i++) samples[i] = null;
            var count = DdsNative.dds_take(reader, samples, infos, AtOnce, AtOnce);
            if (count <= 0) return;
            for (var i = 0; i < count; i++)
                if (infos[i].IsValid == 0 || infos[i].InstanceState != DdsNative.AliveInstance) _endpoints.Remove(infos[i].Instance);
                else if (Of((DdsNative.EndpointSample*)samples[i]) is { } endpoint) _endpoints[infos[i].Instance] = endpoint;
            DdsNative.dds_return_loan(reader, samples, count);
        }
    }

    private Endpoint? Of(DdsNative.EndpointSample* sample) =>
        Marshal.PtrToStringUTF8((nint)sample->Topic) is { } topic && Marshal.PtrToStringUTF8((nint)sample->Type) is { } type
            ? new(sample->Key, sample->Participant, topic, TopicType.RosName(type), Dds.QosOf(sample->Qos), isWriters) : null;
}

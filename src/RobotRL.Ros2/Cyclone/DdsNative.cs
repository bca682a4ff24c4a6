using System.Runtime.InteropServices;

namespace RobotRL.Ros2.Cyclone;

/// <summary>The part of libddsc's C interface that is used, as of 0.10. Entities are positive numbers, failures negative ones.</summary>
internal static unsafe partial class DdsNative
{
    public const string Library = "ddsc";
    public const uint AnyState = 1 | 2 | 4 | 8 | 16 | 32 | 64;
    public const int Timeout = -10;
    public const int PublicationTopic = 0x7fff0000 + 3, SubscriptionTopic = 0x7fff0000 + 4;
    public const uint AliveInstance = 16;
    public const int KeepLast = 0, KeepAll = 1, BestEffort = 0, Reliable = 1, Volatile = 0, TransientLocal = 1;
    public const short Xcdr1 = 0;

    [StructLayout(LayoutKind.Sequential)]
    public struct SampleInfo
    {
        public uint SampleState, ViewState, InstanceState;
        public byte IsValid;
        public long SourceTimestamp;
        public ulong Instance, Publication;
        public uint Disposed, NoWriters, Rank, GenerationRank, AbsoluteRank;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Guid
    {
        public ulong High, Low;
    }

    /// <summary>A sample of the topics in which DDS tells of endpoints.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct EndpointSample
    {
        public Guid Key, Participant;
        public ulong ParticipantInstance;
        public byte* Topic, Type;
        public nint Qos;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct TopicDescriptor
    {
        public uint Size, Align, Flags, KeyCount;
        public byte* TypeName;
        public void* Keys;
        public uint OpCount;
        public uint* Ops;
        public byte* Meta;
        public void* TypeInformation;
        public uint TypeInformationSize;
        public void* TypeMapping;
        public uint TypeMappingSize;
        public uint DataRepresentations;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct MatchedStatus
    {
        public uint Total;
        public int TotalChange;
        public uint Current;
        public int CurrentChange;
        public ulong Last;
    }

    /// <summary>A line of the library's log.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct LogLine
    {
        public uint Priority, Domain;
        public byte* File;
        public uint Line;
        public byte* Function, Message;
        public nuint Size, HeadSize;
    }

    [LibraryImport(Library)] public static partial void dds_set_log_sink(delegate* unmanaged[Cdecl]<void*, LogLine*, void> sink, void* argument);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] public static partial int dds_create_domain(uint domain, string config);
    [LibraryImport(Library)] public static partial int dds_create_participant(uint domain, nint qos, nint listener);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int dds_create_topic(int participant, TopicDescriptor* descriptor, string name, nint qos, nint listener);
    [LibraryImport(Library)] public static partial int dds_create_reader(int participant, int topic, nint qos, nint listener);
    [LibraryImport(Library)] public static partial int dds_create_writer(int participant, int topic, nint qos, nint listener);
    [LibraryImport(Library)] public static partial int dds_create_readcondition(int reader, uint mask);
    [LibraryImport(Library)] public static partial int dds_create_guardcondition(int participant);
    [LibraryImport(Library)] public static partial int dds_set_guardcondition(int guard, [MarshalAs(UnmanagedType.U1)] bool value);
    [LibraryImport(Library)] public static partial int dds_create_waitset(int participant);
    [LibraryImport(Library)] public static partial int dds_waitset_attach(int waitset, int entity, nint tag);
    [LibraryImport(Library)] public static partial int dds_waitset_detach(int waitset, int entity);
    [LibraryImport(Library)] public static partial int dds_waitset_wait(int waitset, nint* tags, nuint count, long timeoutNs);
    [LibraryImport(Library)] public static partial int dds_write(int writer, void* sample);
    [LibraryImport(Library)] public static partial int dds_takecdr(int reader, nint* samples, uint most, SampleInfo* infos, uint mask);
    [LibraryImport(Library)] public static partial int dds_take(int reader, void** samples, SampleInfo* infos, nuint size, uint most);
    [LibraryImport(Library)] public static partial int dds_return_loan(int reader, void** samples, int count);
    [LibraryImport(Library)] public static partial uint ddsi_serdata_size(nint sample);
    [LibraryImport(Library)] public static partial void ddsi_serdata_to_ser(nint sample, nuint offset, nuint size, void* into);
    [LibraryImport(Library)] public static partial void ddsi_serdata_unref(nint sample);
    [LibraryImport(Library)] public static partial int dds_get_guid(int entity, Guid* guid);
    [LibraryImport(Library)] public static partial int dds_get_instance_handle(int entity, ulong* handle);
    [LibraryImport(Library)] public static partial int dds_get_publication_matched_status(int writer, MatchedStatus* status);
    [LibraryImport(Library)] public static partial int dds_get_subscription_matched_status(int reader, MatchedStatus* status);
    [LibraryImport(Library)] public static partial int dds_delete(int entity);
    [LibraryImport(Library)] public static partial byte* dds_strretcode(int code);
    [LibraryImport(Library)] public static partial nint dds_create_qos();
    [LibraryImport(Library)] public static partial void dds_delete_qos(nint qos);
    [LibraryImport(Library)] public static partial void dds_qset_reliability(nint qos, int kind, long blockingNs);
    [LibraryImport(Library)] public static partial void dds_qset_durability(nint qos, int kind);
    [LibraryImport(Library)] public static partial void dds_qset_history(nint qos, int kind, int depth);
    [LibraryImport(Library)] public static partial void dds_qset_userdata(nint qos, byte* value, nuint size);
    [LibraryImport(Library)] public static partial void dds_qset_data_representation(nint qos, uint count, short* values);
    [LibraryImport(Library)] public static partial byte dds_qget_reliability(nint qos, int* kind, long* blockingNs);
    [LibraryImport(Library)] public static partial byte dds_qget_durability(nint qos, int* kind);
    [LibraryImport(Library)] public static partial byte dds_qget_history(nint qos, int* kind, int* depth);
}

using System.Runtime.InteropServices;

namespace RobotRL.Ros2.Rcl;

/// <summary>
/// The part of rcl's C interface that is used. Structures that only pass through are blocks of bytes, large enough for every distribution: see
/// <see cref="RclLayout"/>. A result of 0 is success.
/// </summary>
internal static unsafe partial class RclNative
{
    public const string Rcl = "rcl", Rmw = "rmw", RmwImplementation = "rmw_implementation", Rcutils = "rcutils";
    public const int Ok = 0, Timeout = 2;
    public const int KeepLast = 1, KeepAll = 2, Reliable = 1, BestEffort = 2, TransientLocal = 1, Volatile = 2;

    /// <summary>By value in C, so its size is exact.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Allocator
    {
        public nint Allocate, Deallocate, Reallocate, ZeroAllocate, State;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Bytes
    {
        public byte* Buffer;
        public nuint Length, Capacity;
        public Allocator Allocator;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct QosProfile
    {
        public int History;
        public nuint Depth;
        public int Reliability, Durability;
        public ulong DeadlineS, DeadlineNs, LifespanS, LifespanNs;
        public int Liveliness;
        public ulong LeaseS, LeaseNs;
        public byte AvoidsRosNames;
    }

    /// <summary>Whose first part is a <see cref="QosProfile"/>, where C returns options by value.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 512)]
    public struct Options
    {
        public QosProfile Qos;
    }

    [StructLayout(LayoutKind.Sequential, Size = 1024)]
    public struct ErrorText
    {
        public byte First;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct RequestId
    {
        public ulong WriterLow, WriterHigh;
        public long Sequence;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct WaitSet
    {
        public nint* Subscriptions;
        public nuint SubscriptionCount;
        public nint* Guards;
        public nuint GuardCount;
        public nint* Timers;
        public nuint TimerCount;
        public nint* Clients;
        public nuint ClientCount;
        public nint* Services;
        public nuint ServiceCount;
        public nint* Events;
        public nuint EventCount;
        public nint Implementation;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Guard
    {
        public nint Context, Implementation;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Texts
    {
        public nuint Size;
        public byte** Data;
        public Allocator Allocator;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct NamesAndTypes
    {
        public Texts Names;
        public Texts* Types;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct EndpointInfos
    {
        public nuint Size;
        public byte* First;
    }

    [LibraryImport(Rcutils)] public static partial Allocator rcutils_get_default_allocator();
    [LibraryImport(Rcutils)] public static partial ErrorText rcutils_get_error_string();
    [LibraryImport(Rcutils)] public static partial void rcutils_reset_error();
    [LibraryImport(Rcutils)] [return: MarshalAs(UnmanagedType.U1)] public static partial bool rcutils_error_is_set();
    [LibraryImport(Rcutils)] public static partial int rcutils_uint8_array_init(Bytes* array, nuint capacity, Allocator* allocator);
    [LibraryImport(Rcutils)] public static partial int rcutils_uint8_array_fini(Bytes* array);

    [LibraryImport(Rcl)] public static partial int rcl_init_options_init(nint* options, Allocator allocator);
    [LibraryImport(Rcl)] public static partial int rcl_init_options_set_domain_id(nint* options, nuint domain);
    [LibraryImport(Rcl)] public static partial int rcl_init_options_fini(nint* options);
    [LibraryImport(Rcl)] public static partial int rcl_init(int count, byte** arguments, nint* options, void* context);
    [LibraryImport(Rcl)] public static partial int rcl_shutdown(void* context);
    [LibraryImport(Rcl)] public static partial int rcl_context_fini(void* context);

    [LibraryImport(Rcl)] public static partial Options rcl_node_get_default_options();
    [LibraryImport(Rcl, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int rcl_node_init(void* node, string name, string @namespace, void* context, Options* options);
    [LibraryImport(Rcl)] public static partial int rcl_node_fini(void* node);
    [LibraryImport(Rcl)] public static partial Guard* rcl_node_get_graph_guard_condition(void* node);

    [LibraryImport(Rcl)] public static partial Options rcl_publisher_get_default_options();
    [LibraryImport(Rcl, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int rcl_publisher_init(nint* publisher, void* node, nint type, string topic, Options* options);
    [LibraryImport(Rcl)] public static partial int rcl_publisher_fini(nint* publisher, void* node);
    [LibraryImport(Rcl)] public static partial int rcl_publisher_get_subscription_count(nint* publisher, nuint* count);
    [LibraryImport(Rcl)] public static partial int rcl_publish_serialized_message(nint* publisher, Bytes* message, void* allocation);

    [LibraryImport(Rcl)] public static partial Options rcl_subscription_get_default_options();
    [LibraryImport(Rcl, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int rcl_subscription_init(nint* subscription, void* node, nint type, string topic, Options* options);
    [LibraryImport(Rcl)] public static partial int rcl_subscription_fini(nint* subscription, void* node);
    [LibraryImport(Rcl)] public static partial int rcl_subscription_get_publisher_count(nint* subscription, nuint* count);
    [LibraryImport(Rcl)] public static partial int rcl_take_serialized_message(nint* subscription, Bytes* message, void* info, void* allocation);

    [LibraryImport(Rcl)] public static partial Options rcl_client_get_default_options();
    [LibraryImport(Rcl, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int rcl_client_init(nint* client, void* node, nint type, string service, Options* options);
    [LibraryImport(Rcl)] public static partial int rcl_client_fini(nint* client, void* node);
    [LibraryImport(Rcl)] public static partial int rcl_send_request(nint* client, nint request, long* sequence);
    [LibraryImport(Rcl)] public static partial int rcl_take_response(nint* client, RequestId* id, nint response);
    [LibraryImport(Rcl)] public static partial int rcl_service_server_is_available(void* node, nint* client, byte* isAvailable);

    [LibraryImport(Rcl)] public static partial Options rcl_service_get_default_options();
    [LibraryImport(Rcl, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int rcl_service_init(nint* service, void* node, nint type, string name, Options* options);
    [LibraryImport(Rcl)] public static partial int rcl_service_fini(nint* service, void* node);
    [LibraryImport(Rcl)] public static partial int rcl_take_request(nint* service, RequestId* id, nint request);
    [LibraryImport(Rcl)] public static partial int rcl_send_response(nint* service, RequestId* id, nint response);

    [LibraryImport(Rcl)] public static partial int rcl_guard_condition_init(Guard* guard, void* context, Allocator allocator);
    [LibraryImport(Rcl)] public static partial int rcl_guard_condition_fini(Guard* guard);
    [LibraryImport(Rcl)] public static partial int rcl_trigger_guard_condition(Guard* guard);

    [LibraryImport(Rcl)]
    public static partial int rcl_wait_set_init(
        WaitSet* set, nuint subscriptions, nuint guards, nuint timers, nuint clients, nuint services, nuint events, void* context, Allocator allocator);
    [LibraryImport(Rcl)]
    public static partial int rcl_wait_set_resize(
        WaitSet* set, nuint subscriptions, nuint guards, nuint timers, nuint clients, nuint services, nuint events);
    [LibraryImport(Rcl)] public static partial int rcl_wait_set_clear(WaitSet* set);
    [LibraryImport(Rcl)] public static partial int rcl_wait_set_fini(WaitSet* set);
    [LibraryImport(Rcl)] public static partial int rcl_wait_set_add_subscription(WaitSet* set, nint* subscription, nuint* index);
    [LibraryImport(Rcl)] public static partial int rcl_wait_set_add_guard_condition(WaitSet* set, Guard* guard, nuint* index);
    [LibraryImport(Rcl)] public static partial int rcl_wait_set_add_client(WaitSet* set, nint* client, nuint* index);
    [LibraryImport(Rcl)] public static partial int rcl_wait_set_add_service(WaitSet* set, nint* service, nuint* index);
    [LibraryImport(Rcl)] public static partial int rcl_wait(WaitSet* set, long timeoutNs);

    [LibraryImport(Rcl)]
    public static partial int rcl_get_topic_names_and_types(void* node, Allocator* allocator, [MarshalAs(UnmanagedType.U1)] bool raw, NamesAndTypes* found);
    [LibraryImport(Rcl)] public static partial int rcl_names_and_types_fini(NamesAndTypes* found);
    [LibraryImport(Rcl)]
    public static partial int rcl_get_publishers_info_by_topic(
        void* node, Allocator* allocator, byte* topic, [MarshalAs(UnmanagedType.U1)] bool raw, EndpointInfos* found);
    [LibraryImport(Rcl)]
    public static partial int rcl_get_subscriptions_info_by_topic(
        void* node, Allocator* allocator, byte* topic, [MarshalAs(UnmanagedType.U1)] bool raw, EndpointInfos* found);
    [LibraryImport(Rmw)] public static partial int rmw_topic_endpoint_info_array_fini(EndpointInfos* found, Allocator* allocator);

    [LibraryImport(RmwImplementation)] public static partial byte* rmw_get_implementation_identifier();
    [LibraryImport(RmwImplementation)] public static partial int rmw_serialize(nint message, nint type, Bytes* into);
    [LibraryImport(RmwImplementation)] public static partial int rmw_deserialize(Bytes* from, nint type, nint message);
}

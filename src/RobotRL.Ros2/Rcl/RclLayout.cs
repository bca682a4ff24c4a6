using System.Runtime.InteropServices;
using RobotRL.Ros2.Transport;

namespace RobotRL.Ros2.Rcl;

/// <summary>Where a distribution keeps what this reads in rcl's structures. Humble has longer identifiers; later ones also tell the hash of a type.</summary>
/// <param name="GidInInfo">Offset of a writer's identifier in <c>rmw_message_info_t</c>, bytes.</param>
/// <param name="KindInEndpoint">
/// Offset of the kind of an endpoint in <c>rmw_topic_endpoint_info_t</c>; its identifier follows, then its quality of service.
/// </param>
/// <param name="GidBytes">Length of an identifier.</param>
internal sealed record RclLayout(int GidInInfo, int KindInEndpoint, int GidBytes)
{
    private const int Word = 8;

    public static RclLayout Humble { get; } = new(GidInInfo: 40, KindInEndpoint: 24, GidBytes: 24);

    /// <summary>Iron, Jazzy and later.</summary>
    public static RclLayout Iron { get; } = new(GidInInfo: 40, KindInEndpoint: 60, GidBytes: 16);

    public int GidInEndpoint => KindInEndpoint + sizeof(int);

    public int QosInEndpoint => (GidInEndpoint + GidBytes + Word - 1) / Word * Word;

    public unsafe int EndpointBytes => QosInEndpoint + sizeof(RclNative.QosProfile);

    /// <summary>
    /// Sizes of structures, measured: the library returns each by value, and this looks how much of a block it wrote. Wrong ones would corrupt memory.
    /// </summary>
    /// <returns>Why the library is not one that this knows; null where it is.</returns>
    public static unsafe string? Check()
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64) return null;
        (string Library, string Getter, int Expected)[] known =
        [
            (RclNative.Rcl, "rcl_get_zero_initialized_context", 24),
            (RclNative.Rcl, "rcl_get_zero_initialized_wait_set", sizeof(RclNative.WaitSet)),
            (RclNative.Rcl, "rcl_client_get_default_options", sizeof(RclNative.QosProfile) + sizeof(RclNative.Allocator)),
            (RclNative.Rcutils, "rcutils_get_default_allocator", sizeof(RclNative.Allocator)),
            (RclNative.Rcutils, "rcutils_get_zero_initialized_uint8_array", sizeof(RclNative.Bytes)),
            (RclNative.Rmw, "rmw_get_zero_initialized_names_and_types", sizeof(RclNative.NamesAndTypes)),
        ];
        foreach (var (library, getter, expected) in known)
            if (Written(library, getter) is var bytes && bytes != expected)
                return $"{getter} returns {bytes} bytes where {expected} are expected";
        return null;
    }

    /// <summary>How many bytes a function writes that returns a structure by value: the caller hands the place over as its first argument.</summary>
    private static unsafe int Written(string library, string getter)
    {
        const byte untouched = 0xA5;
        if (!NativeLibrary.TryGetExport(NativeResolver.Handle(library), getter, out var function)) return 0;
        var block = stackalloc byte[1024];
        new Span<byte>(block, 1024).Fill(untouched);
        ((delegate* unmanaged<byte*, byte*>)function)(block);
        var last = 1023;
        while (last >= 0 && block[last] == untouched) last--;
        return (last + Word) / Word * Word;
    }
}

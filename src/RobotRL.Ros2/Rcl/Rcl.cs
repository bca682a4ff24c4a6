using System.Runtime.InteropServices;
using RobotRL.Ros2.Transport;

namespace RobotRL.Ros2.Rcl;

/// <summary>What rcl's C interface needs again and again.</summary>
internal static unsafe class Rcl
{
    /// <summary>rcl's default one.</summary>
    public static RclNative.Allocator Allocator { get; } = RclNative.rcutils_get_default_allocator();

    /// <exception cref="TransportException">The result is a failure.</exception>
    public static void Check(int result, string what)
    {
        if (result == RclNative.Ok) return;
        throw new TransportException($"rcl did not {what} ({Failure()})");
    }

    /// <summary>rcl's own words for the last failure on this thread, which it forgets.</summary>
    public static string Failure()
    {
        var text = RclNative.rcutils_get_error_string();
        RclNative.rcutils_reset_error();
        return Marshal.PtrToStringUTF8((nint)(&text))!.Split('\n')[0].Trim();
    }

    /// <summary>A quality of service in options that rcl gave.</summary>
    public static RclNative.Options With(RclNative.Options options, Qos qos)
    {
        ref var into = ref options.Qos;
        (into.History, into.Depth) = (qos.Depth == 0 ? RclNative.KeepAll : RclNative.KeepLast, (nuint)qos.Depth);
        into.Reliability = qos.Reliability == Reliability.Reliable ? RclNative.Reliable : RclNative.BestEffort;
        into.Durability = qos.Durability == Durability.TransientLocal ? RclNative.TransientLocal : RclNative.Volatile;
        return options;
    }

    public static Qos QosOf(in RclNative.QosProfile profile) => new(
        profile.Reliability == RclNative.Reliable ? Reliability.Reliable : Reliability.BestEffort,
        profile.Durability == RclNative.TransientLocal ? Durability.TransientLocal : Durability.Volatile,
        profile.History == RclNative.KeepAll ? 0 : (int)profile.Depth);

    /// <summary>A block of zeros, as rcl wants its structures before they are set up; freed by <see cref="Free"/>.</summary>
    public static T* New<T>() where T : unmanaged => (T*)NativeMemory.AllocZeroed((nuint)sizeof(T));

    public static void Free(void* block) => NativeMemory.Free(block);
}

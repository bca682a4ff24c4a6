using System.Runtime.InteropServices;
using RobotRL.Ros2.Transport;

namespace RobotRL.Ros2.Cyclone;

/// <summary>What the C interface needs again and again.</summary>
internal static unsafe class Dds
{
    private static readonly short[] Representations = [DdsNative.Xcdr1];

    /// <exception cref="TransportException">The result is a failure.</exception>
    public static int Check(int result, string what) =>
        result >= 0 ? result : throw new TransportException($"Cyclone DDS did not {what} ({Marshal.PtrToStringUTF8((nint)DdsNative.dds_strretcode(result))})");

    /// <summary>The caller deletes it.</summary>
    public static nint Settings(Qos qos)
    {
        var settings = DdsNative.dds_create_qos();
        // A writer does not wait for its slow readers: a control loop sends.
        DdsNative.dds_qset_reliability(settings, qos.Reliability == Reliability.Reliable ? DdsNative.Reliable : DdsNative.BestEffort, 0);
        DdsNative.dds_qset_durability(settings, qos.Durability == Durability.Volatile ? DdsNative.Volatile : DdsNative.TransientLocal);
        DdsNative.dds_qset_history(settings, qos.Depth == 0 ? DdsNative.KeepAll : DdsNative.KeepLast, qos.Depth);
        fixed (short* representations = Representations) DdsNative.dds_qset_data_representation(settings, 1, representations);
        return settings;
    }

    public static Qos QosOf(nint settings)
    {
        int reliability, durability, history, depth;
        long blocking;
        DdsNative.dds_qget_reliability(settings, &reliability, &blocking);
        DdsNative.dds_qget_durability(settings, &durability);
        var hasHistory = DdsNative.dds_qget_history(settings, &history, &depth) != 0;
        return new(
            reliability == DdsNative.Reliable ? Reliability.Reliable : Reliability.BestEffort,
            durability == DdsNative.Volatile ? Durability.Volatile : Durability.TransientLocal,
            hasHistory && history == DdsNative.KeepLast ? depth : 0);
    }

    public static byte[] GidOf(DdsNative.Guid guid)
    {
        var bytes = new byte[16];
        MemoryMarshal.Write(bytes, in guid);
        return bytes;
    }
}

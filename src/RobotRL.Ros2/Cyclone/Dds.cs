using System.Runtime.InteropServices;
using RobotRL.Ros2.Transport;

namespace RobotRL.Ros2.Cyclone;

/// <summary>What the C interface needs again and again.</summary>
internal static unsafe class Dds
{
    private static readonly short[] Representations = [Native.Xcdr1];

    /// <exception cref="TransportException">The result is a failure.</exception>
    public static int Check(int result, string what) =>
        result >= 0 ? result : throw new TransportException($"Cyclone DDS did not {what} ({Marshal.PtrToStringUTF8((nint)Native.dds_strretcode(result))})");

    /// <summary>The caller deletes it.</summary>
    public static nint Settings(Qos qos)
    {
        var settings = Native.dds_create_qos();
        // A writer does not wait for its slow readers: a control loop sends.
        Native.dds_qset_reliability(settings, qos.Reliability == Reliability.Reliable ? Native.Reliable : Native.BestEffort, 0);
        Native.dds_qset_durability(settings, qos.Durability == Durability.Volatile ? Native.Volatile : Native.TransientLocal);
        Native.dds_qset_history(settings, qos.Depth == 0 ? Native.KeepAll : Native.KeepLast, qos.Depth);
        fixed (short* representations = Representations) Native.dds_qset_data_representation(settings, 1, representations);
        return settings;
    }

    public static Qos QosOf(nint settings)
    {
        int reliability, durability, history, depth;
        long blocking;
        Native.dds_qget_reliability(settings, &reliability, &blocking);
        Native.dds_qget_durability(settings, &durability);
        var hasHistory = Native.dds_qget_history(settings, &history, &depth) != 0;
        return new(
            reliability == Native.Reliable ? Reliability.Reliable : Reliability.BestEffort,
            durability == Native.Volatile ? Durability.Volatile : Durability.TransientLocal,
            hasHistory && history == Native.KeepLast ? depth : 0);
    }

    public static byte[] GidOf(Native.Guid guid)
    {
        var bytes = new byte[16];
        MemoryMarshal.Write(bytes, in guid);
        return bytes;
    }
}

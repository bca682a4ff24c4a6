using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace RobotRL.Ros2.Cyclone;

/// <summary>Takes the library's log, which would go to the user's terminal: the newest line is kept for whoever reports a failure.</summary>
internal static unsafe class DdsLog
{
    private static string _last = "";

    /// <summary>The newest line.</summary>
    public static string Last => Volatile.Read(ref _last);

    /// <summary>From now on nothing is written to the terminal.</summary>
    public static void Catch() => DdsNative.dds_set_log_sink(&Take, null);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Take(void* argument, DdsNative.LogLine* line) =>
        Volatile.Write(ref _last, Encoding.UTF8.GetString(new ReadOnlySpan<byte>(line->Message, (int)Math.Min(line->Size, 500))).Trim());
}

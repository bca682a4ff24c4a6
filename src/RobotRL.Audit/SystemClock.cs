using System.Runtime.InteropServices;

namespace RobotRL.Audit;

/// <summary>Whether the machine's wall clock is kept right by somebody.</summary>
internal static partial class SystemClock
{
    /// <summary>As the kernel has it from whoever disciplines it; null where that cannot be told.</summary>
    public static unsafe bool? IsSynchronized
    {
        get
        {
            const int error = 5, timexBytes = 512; // struct timex has 208 bytes; with its modes zero nothing is changed
            if (!OperatingSystem.IsLinux()) return null;
            var timex = stackalloc byte[timexBytes];
            new Span<byte>(timex, timexBytes).Clear();
            return AdjustTime(timex) is >= 0 and var state ? state != error : null;
        }
    }

    [LibraryImport("libc", EntryPoint = "adjtimex")]
    private static unsafe partial int AdjustTime(byte* timex);
}

using System.Runtime.InteropServices;

namespace RobotRL.Learning;

/// <summary>
/// Every update allocates and frees the same megabytes of activations. By default glibc hands such blocks back to the kernel at once, which
/// then clears and maps fresh pages for the next update: half of a small network's update time. Here they stay in the heap.
/// </summary>
public static partial class NativeHeap
{
    // Names and numbers from glibc's malloc.h; 32 MB is the largest threshold it accepts.
    private const int TrimThreshold = -1, MmapThreshold = -3, ArenaMax = -8;
    private const int LargestThreshold = 32 << 20, NeverTrim = 1 << 30;

    private static int _kept;

    /// <summary>Keeps freed blocks for the next update; once a process, without effect on other C libraries.</summary>
    public static void KeepFreedBlocks()
    {
        if (!OperatingSystem.IsLinux() || Interlocked.Exchange(ref _kept, 1) != 0) return;
        try
        {
            _ = SetOption(MmapThreshold, LargestThreshold);
            _ = SetOption(TrimThreshold, NeverTrim);
            // Further arenas give their 64 MB pieces back regardless, so a learner thread shares the main one.
            _ = SetOption(ArenaMax, 1);
        }
        catch (EntryPointNotFoundException)
        {
            // musl has no such option.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}

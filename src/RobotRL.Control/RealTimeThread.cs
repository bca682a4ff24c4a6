using System.Runtime.InteropServices;
using RobotRL.Model;

namespace RobotRL.Control;

/// <summary>What the system granted the thread of the loop.</summary>
/// <param name="Priority">It runs before every ordinary thread.</param>
/// <param name="Memory">The process's memory stays in RAM.</param>
/// <param name="Cpu">It is bound to the CPU that was asked for, or none was.</param>
public readonly record struct RealTimeRights(bool Priority, bool Memory, bool Cpu)
{
    public bool All => Priority && Memory && Cpu;

    public override string ToString() => All ? "all granted" : string.Join(", ", Missing()) + " refused";

    private IEnumerable<string> Missing()
    {
        if (!Priority) yield return "priority";
        if (!Memory) yield return "locked memory";
        if (!Cpu) yield return "CPU";
    }

    /// <summary>Whether a robot of this kind may be driven with these rights: a simulated one with any, a real one with all alone.</summary>
    /// <param name="driver">Kind of the robot, as its configuration names it.</param>
    public bool Suffice(string driver) => All || RobotDescription.IsSimulation(driver);
}

/// <summary>Makes the calling thread a real-time one: SCHED_FIFO, memory locked, bound to a CPU. On Windows time-critical, which is untested.</summary>
public static unsafe partial class RealTimeThread
{
    private const int Fifo = 1, CurrentAndFuture = 3, TimeCritical = 15, CpuMaskBytes = 128;

    /// <param name="cpu">CPU to be bound to; null for any.</param>
    /// <param name="priority">1 to 99, of SCHED_FIFO.</param>
    public static RealTimeRights Enter(int? cpu, int priority) => new(TryFifo(priority), TryLockMemory(), cpu is null || TryBind(cpu.Value));

    /// <summary>Lets the system page again: memory that is locked cannot be given back in order.</summary>
    public static void UnlockMemory()
    {
        if (OperatingSystem.IsLinux()) _ = munlockall();
    }

    /// <summary>Gives the calling thread, and what it starts from now on, one CPU.</summary>
    public static bool TryBind(int cpu) => TryBind([cpu]);

    /// <summary>Gives the calling thread, and what it starts from now on, some CPUs.</summary>
    public static bool TryBind(ReadOnlySpan<int> cpus)
    {
        var mask = stackalloc byte[CpuMaskBytes];
        new Span<byte>(mask, CpuMaskBytes).Clear();
        foreach (var cpu in cpus)
        {
            if (cpu / 8 >= (OperatingSystem.IsWindows() ? sizeof(nuint) : CpuMaskBytes)) return false;
            mask[cpu / 8] |= (byte)(1 << cpu % 8);
        }
        if (OperatingSystem.IsWindows()) return SetThreadAffinityMask(GetCurrentThread(), *(nuint*)mask) != 0;
        return OperatingSystem.IsLinux() && sched_setaffinity(0, CpuMaskBytes, mask) == 0;
    }

    /// <summary>Has the calling thread run before every ordinary one.</summary>
    /// <param name="priority">1 to 99, of SCHED_FIFO.</param>
    public static bool TryFifo(int priority) =>
        OperatingSystem.IsWindows()
            ? SetThreadPriority(GetCurrentThread(), TimeCritical) != 0
            : OperatingSystem.IsLinux() && sched_setscheduler(0, Fifo, &priority) == 0;

    private static bool TryLockMemory() => OperatingSystem.IsWindows() || (OperatingSystem.IsLinux() && mlockall(CurrentAndFuture) == 0);

    [LibraryImport("libc")] private static partial int sched_setscheduler(int thread, int policy, int* priority);
    [LibraryImport("libc")] private static partial int sched_setaffinity(int thread, nuint bytes, byte* mask);
    [LibraryImport("libc")] private static partial int mlockall(int flags);
    [LibraryImport("libc")] private static partial int munlockall();
    [LibraryImport("kernel32")] private static partial nint GetCurrentThread();
    [LibraryImport("kernel32")] private static partial int SetThreadPriority(nint thread, int priority);
    [LibraryImport("kernel32")] private static partial nuint SetThreadAffinityMask(nint thread, nuint mask);
}

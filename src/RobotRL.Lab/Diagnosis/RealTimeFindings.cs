using System.Runtime.InteropServices;
using RobotRL.Sessions.Processes;

namespace RobotRL.Lab.Diagnosis;

/// <summary>The kernel's properties that the 1 kHz loop of a real robot needs. The simulation in lockstep needs none of them.</summary>
public static partial class RealTimeFindings
{
    private const string RightsRemedy = "for a real robot: in /etc/security/limits.d/ give the user rtprio 90 and memlock unlimited, then log in again";

    public static IEnumerable<Finding> All()
    {
        if (!OperatingSystem.IsLinux())
        {
            yield return new("real time", Standing.Absent, "not Linux", "a real robot's loop runs on Linux");
            yield break;
        }
        yield return Right("SCHED_FIFO", "fifo");
        yield return Right("locked memory", "mlock");
        var preemptible = ReadLine("/sys/kernel/realtime") == "1";
        yield return Finding.Optional("real-time kernel", preemptible, preemptible ? "PREEMPT_RT" : "ordinary",
            "for a real robot: a PREEMPT_RT kernel keeps the worst latency low");
        var isolated = ReadLine("/sys/devices/system/cpu/isolated");
        yield return Finding.Optional("isolated cores", isolated.Length > 0, isolated.Length > 0 ? isolated : "none",
            "for a real robot: isolcpus= on the kernel's command line gives the loop a core");
        if (CpuInterrupts.Now() is not { Length: > 1 } interrupts) yield break;
        var quietest = CpuInterrupts.QuietestOf(interrupts);
        yield return Finding.Good("device interrupts",
            $"{string.Join(", ", interrupts.Select((n, cpu) => $"CPU {cpu}: {n}"))}; fewest on {quietest}, so control --cpu {quietest}");
    }

    /// <summary>Takes the right on the child's own thread and reads back that it holds.</summary>
    public static string TryFifo()
    {
        const int fifo = 1, priority = 80;
        var wanted = priority;
        if (sched_setscheduler(0, fifo, ref wanted) != 0) throw Refused();
        return sched_getscheduler(0) == fifo ? $"priority {priority} granted" : throw new InvalidOperationException("granted but not in force");
    }

    public static string TryLockMemory()
    {
        const int current = 1;
        if (mlockall(current) != 0) throw Refused();
        return "mlockall granted";
    }

    private static Finding Right(string name, string probe)
    {
        var (works, line) = NativeFindings.Probe(probe);
        return Finding.Optional(name, works, line, RightsRemedy);
    }

    private static InvalidOperationException Refused() => new($"refused: {Marshal.GetLastPInvokeErrorMessage()}");

    private static string ReadLine(string path) => File.Exists(path) ? File.ReadAllText(path).Trim() : "";

    [LibraryImport("libc", SetLastError = true)] private static partial int sched_setscheduler(int thread, int policy, ref int priority);
    [LibraryImport("libc", SetLastError = true)] private static partial int sched_getscheduler(int thread);
    [LibraryImport("libc", SetLastError = true)] private static partial int mlockall(int flags);
}

using System.Diagnostics;
using System.Runtime.InteropServices;

namespace RobotRL.Control;

/// <summary>
/// Sleeps to an absolute time of the machine's monotonic clock: <c>clock_nanosleep</c> on Linux, a high-resolution waitable timer on Windows.
/// </summary>
internal sealed unsafe partial class DeadlineTimer : IDisposable
{
    private const int ClockMonotonic = 1;
    private const int AbsoluteTime = 1;
    private const uint HighResolution = 2;
    private const uint AllAccess = 0x1F0003;
    private const uint Forever = 0xFFFFFFFF;

    private readonly nint _timer;

    public DeadlineTimer()
    {
        if (OperatingSystem.IsLinux()) return;
        if (!OperatingSystem.IsWindows()) throw new PlatformNotSupportedException("Real-time pacing needs Linux or Windows; lockstep runs anywhere.");
        _timer = CreateWaitableTimerExW(0, 0, HighResolution, AllAccess);
        if (_timer == 0) throw new PlatformNotSupportedException("Real-time pacing needs Windows 10 version 1803 or later.");
    }

    /// <summary>Nanoseconds of the monotonic clock; on Linux CLOCK_MONOTONIC itself, whose frequency <see cref="Stopwatch"/> states as 10⁹.</summary>
    public static long NowNs => Stopwatch.Frequency == 1_000_000_000
        ? Stopwatch.GetTimestamp()
        : (long)((Int128)Stopwatch.GetTimestamp() * 1_000_000_000 / Stopwatch.Frequency);

    public void SleepUntil(long deadlineNs)
    {
        if (_timer == 0)
        {
            var time = new TimeSpec { Seconds = deadlineNs / 1_000_000_000, Nanoseconds = deadlineNs % 1_000_000_000 };
            // A signal ends the sleep early: the deadline is absolute, so sleep on.
            while (NowNs < deadlineNs && clock_nanosleep(ClockMonotonic, AbsoluteTime, &time, null) != 0) { }
            return;
        }
        // The waitable timer's absolute times are wall-clock times, which jump: ask for the rest, in units of 100 ns.
        for (long rest; (rest = deadlineNs - NowNs) > 0;)
        {
            var due = -Math.Max(1, rest / 100);
            if (SetWaitableTimer(_timer, &due, 0, 0, 0, 0) == 0 || WaitForSingleObject(_timer, Forever) != 0)
                throw new InvalidOperationException("The waitable timer failed.");
        }
    }

    public void Dispose()
    {
        if (_timer != 0) CloseHandle(_timer);
    }

    private struct TimeSpec
    {
        public long Seconds, Nanoseconds;
    }

    [LibraryImport("libc")]
    private static partial int clock_nanosleep(int clock, int flags, TimeSpec* request, TimeSpec* remain);

    [LibraryImport("kernel32")]
    private static partial nint CreateWaitableTimerExW(nint attributes, nint name, uint flags, uint access);

    [LibraryImport("kernel32")]
    private static partial int SetWaitableTimer(nint timer, long* dueTime, int period, nint routine, nint argument, int resume);

    [LibraryImport("kernel32")]
    private static partial uint WaitForSingleObject(nint handle, uint milliseconds);

    [LibraryImport("kernel32")]
    private static partial int CloseHandle(nint handle);
}

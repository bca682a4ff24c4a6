using System.Diagnostics;
using System.Runtime.InteropServices;

namespace RobotRL.Sessions.Processes;

/// <summary>
/// Starts a process that a signal can end. A shell ignores Ctrl+C for whatever it runs in the background, <c>nohup</c> ignores the end of the terminal, and a
/// process passes on what it ignores. That is right for a training that somebody sent to the background, and wrong for a process that is started to be
/// interrupted.
/// </summary>
public static unsafe partial class DefaultSignals
{
    private const int Hangup = 1, Interrupt = 2, Quit = 3, Terminate = 15;
    private const nint Ignored = 1;

    /// <summary>More than any system's description of what a signal does. The handler comes first in it.</summary>
    private const int Words = 64;

    private static readonly Lock Gate = new();

    /// <summary>
    /// Starts it with the system's own answer to each signal. From any thread; this process ignores what it ignored again as soon as the other has
    /// begun.
    /// </summary>
    public static Process? Start(ProcessStartInfo start)
    {
        if (OperatingSystem.IsWindows()) return Process.Start(start);
        ReadOnlySpan<int> signals = [Hangup, Interrupt, Quit, Terminate];
        var standard = stackalloc nint[Words];
        var kept = stackalloc nint[Words * signals.Length];
        new Span<nint>(standard, Words).Clear();
        lock (Gate)
        {
            // A handler of the runtime's is left alone: no child inherits one.
            for (var i = 0; i < signals.Length; i++)
                if (sigaction(signals[i], null, kept + Words * i) == 0 && kept[Words * i] == Ignored) _ = sigaction(signals[i], standard, null);
            try
            {
                return Process.Start(start);
            }
            finally
            {
                for (var i = 0; i < signals.Length; i++)
                    if (kept[Words * i] == Ignored) _ = sigaction(signals[i], kept + Words * i, null);
            }
        }
    }

    [LibraryImport("libc")] private static partial int sigaction(int signal, nint* act, nint* old);
}

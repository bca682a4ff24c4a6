using System.Runtime.InteropServices;
using RobotRL.Control;

namespace RobotRL.Sessions.Processes;

/// <summary>A process that serves another and must not outlive it.</summary>
public sealed partial class Belonging : IDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    private readonly PeerWatch _owner;
    private readonly Timer _timer;

    private Belonging(PeerWatch owner, CancellationTokenSource end)
    {
        _owner = owner;
        _timer = new(_ =>
        {
            if (_owner.HasExited) end.Cancel();
        }, null, Poll, Poll);
    }

    /// <param name="owner">Process that it serves.</param>
    /// <param name="end">Cancelled once that one has ended.</param>
    /// <param name="readsKeys">
    /// Whether it stays in the terminal's foreground, as who reads keys must. Else it leaves it: Ctrl+C is for the one that it serves, which ends it in good
    /// order.
    /// </param>
    public static Belonging To(int owner, CancellationTokenSource end, bool readsKeys = false)
    {
        if (OperatingSystem.IsLinux() && !readsKeys) _ = setpgid(0, 0);
        return new(new(owner), end);
    }

    public void Dispose()
    {
        _timer.Dispose();
        _owner.Dispose();
    }

    [LibraryImport("libc")] private static partial int setpgid(int process, int group);
}

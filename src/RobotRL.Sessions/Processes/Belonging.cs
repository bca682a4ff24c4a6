using System.Runtime.InteropServices;
using RobotRL.Control;

namespace RobotRL.Sessions.Processes;

/// <summary>
/// A process that serves another and must not outlive it. It leaves the terminal's foreground: Ctrl+C is for the one it serves, which ends it in good order.
/// </summary>
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

    public static Belonging To(int owner, CancellationTokenSource end)
    {
        if (OperatingSystem.IsLinux()) _ = setpgid(0, 0);
        return new(new(owner), end);
    }

    public void Dispose()
    {
        _timer.Dispose();
        _owner.Dispose();
    }

    [LibraryImport("libc")] private static partial int setpgid(int process, int group);
}

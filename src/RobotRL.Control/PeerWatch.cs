using System.Diagnostics;
using System.Runtime.InteropServices;

namespace RobotRL.Control;

/// <summary>Whether another process still lives. On Linux by a process descriptor, which also tells of one that nobody has waited for.</summary>
public sealed unsafe partial class PeerWatch : IDisposable
{
    private const int OpenProcessDescriptor = 434; // pidfd_open, the same number on every architecture
    private const short Readable = 1;

    private readonly int _descriptor = -1;
    private readonly Process? _process;

    public PeerWatch(int process)
    {
        if (OperatingSystem.IsLinux())
        {
            _descriptor = syscall(OpenProcessDescriptor, process, 0);
            return;
        }
        try
        {
            _process = Process.GetProcessById(process);
        }
        catch (ArgumentException)
        {
            // Gone already: no handle says so.
        }
    }

    public bool HasExited => Wait(0);

    /// <summary>Waits for its end so long at most; allocates nothing on Linux.</summary>
    public bool Wait(int milliseconds)
    {
        if (!OperatingSystem.IsLinux()) return _process?.WaitForExit(milliseconds) ?? true;
        var wanted = new Poll { Descriptor = _descriptor, Events = Readable };
        return _descriptor < 0 || poll(&wanted, 1, milliseconds) > 0;
    }

    public void Dispose()
    {
        if (_descriptor >= 0) close(_descriptor);
        _process?.Dispose();
    }

    private struct Poll
    {
        public int Descriptor;
        public short Events, Returned;
    }

    [LibraryImport("libc")] private static partial int syscall(nint number, nint process, nint flags);
    [LibraryImport("libc")] private static partial int poll(Poll* descriptors, nuint count, int milliseconds);
    [LibraryImport("libc")] private static partial int close(int descriptor);
}

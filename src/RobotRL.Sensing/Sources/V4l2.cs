using System.Runtime.InteropServices;

namespace RobotRL.Sensing.Sources;

/// <summary>A node of Video4Linux that answers questions: the far end of the wire.</summary>
internal interface IV4l2 : IDisposable
{
    /// <summary>Asks; the answer overwrites the question. False where there is none.</summary>
    bool Ask(uint request, Span<byte> value);
}

/// <summary>The kernel's.</summary>
internal sealed partial class V4l2 : IV4l2
{
    private const int ReadWrite = 2, NonBlocking = 0x800, CloseOnExec = 0x80000;
    private const int NotPermitted = 1, AccessDenied = 13;

    private readonly int _file;

    private V4l2(int file) => _file = file;

    /// <exception cref="UnauthorizedAccessException">This user may not.</exception>
    /// <exception cref="IOException">It is not there, or in use.</exception>
    public static IV4l2 Open(string node)
    {
        var file = open(node, ReadWrite | NonBlocking | CloseOnExec);
        if (file >= 0) return new V4l2(file);
        var error = Marshal.GetLastPInvokeError();
        if (error is NotPermitted or AccessDenied) throw new UnauthorizedAccessException(node);
        throw new IOException(Marshal.GetPInvokeErrorMessage(error));
    }

    public unsafe bool Ask(uint request, Span<byte> value)
    {
        fixed (byte* at = value) return ioctl(_file, request, at) == 0;
    }

    public void Dispose() => close(_file);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)] private static partial int open(string path, int flags);
    [LibraryImport("libc")] private static unsafe partial int ioctl(int file, nuint request, byte* value);
    [LibraryImport("libc")] private static partial int close(int file);
}

using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Spectre.Console;

namespace RobotRL.Cli.Display;

/// <summary>
/// Standard output or standard error, which must not end a job: from the first write that the system refuses, all further text is dropped. A reader that has
/// gone away (<c>| head</c>) is no failure.
/// </summary>
internal sealed partial class Outlet : TextWriter, IAnsiConsoleOutput
{
    private const int Output = 1, Error = 2, WidthOfFiles = 200;

    /// <summary>What the system says where nobody reads any more.</summary>
    public const int BrokenPipe = 32;

    private readonly TextWriter _inner;
    private readonly bool _isRedirected;

    private Outlet(TextWriter inner, bool isRedirected) => (_inner, _isRedirected) = (inner, isRedirected);

    public static Outlet OfOutput { get; } = new(IsInherited(Output) ? Console.Out : Null, Console.IsOutputRedirected);
    public static Outlet OfError { get; } = new(IsInherited(Error) ? Console.Error : Null, Console.IsErrorRedirected);

    /// <summary>Standard output for bytes; unlike the console's own stream it tells where nobody reads any more.</summary>
    public static Stream OpenOutput() => !IsInherited(Output) ? Stream.Null
        : OperatingSystem.IsWindows() ? Console.OpenStandardOutput()
            : new FileStream(new SafeFileHandle(Output, ownsHandle: false), FileAccess.Write, bufferSize: 1 << 16);

    /// <summary>Why text was dropped; null while none was, and where only its reader has gone.</summary>
    public IOException? Failure { get; private set; }

    public override Encoding Encoding => _inner.Encoding;
    public TextWriter Writer => this;
    public bool IsTerminal => !_isRedirected;

    /// <summary>Columns; in a file or a pipe enough for every table that this program draws.</summary>
    public int Width => IsTerminal && Console.WindowWidth > 0 ? Console.WindowWidth : IsTerminal ? 80 : WidthOfFiles;

    public int Height => IsTerminal && Console.WindowHeight > 0 ? Console.WindowHeight : 24;

    public void SetEncoding(Encoding encoding) { }

    public override void Write(char value) => Write([value]);

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(string? value) => Write(value.AsSpan());

    public override void Write(ReadOnlySpan<char> buffer)
    {
        try
        {
            if (Failure is null) _inner.Write(buffer);
        }
        catch (IOException e) when (e.HResult == BrokenPipe)
        {
            // Whoever read has seen enough.
        }
        catch (IOException e)
        {
            Failure = e;
        }
    }

    public override void Flush() { }

    /// <summary>
    /// Whether whoever started this program gave it the stream. Where it was closed, its number went to the first file that the runtime opened, which must not
    /// be written to: such files are closed on exec, and what is inherited cannot be.
    /// </summary>
    private static bool IsInherited(int descriptor)
    {
        const int getFlags = 1, closesOnExec = 1;
        return OperatingSystem.IsWindows() || fcntl(descriptor, getFlags) is >= 0 and var flags && (flags & closesOnExec) == 0;
    }

    [LibraryImport("libc")] private static partial int fcntl(int descriptor, int command);
}

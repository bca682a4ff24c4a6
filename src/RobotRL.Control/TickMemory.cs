using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;

namespace RobotRL.Control;

/// <summary>
/// The loop's ring in a file beside its channel, that belongs to the user alone: the control process writes it as it would write its own memory, and an
/// actor that records episodes
/// copies out of it. Nothing in it reaches the loop, and whoever reads stores only what the loop wrote, by its number and sum.
/// </summary>
public sealed unsafe class TickMemory : IDisposable
{
    private const string Suffix = ".ticks";
    private const ulong Magic = 0x4C52_7469_636B_7302; // "\x02skcitRL"
    private const int RecordsAt = 64, MostRecords = 10_000_000;
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string? _delete;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    private struct Head
    {
        public ulong Magic, Layout;
        public int Process, Capacity;
        public long Written;
    }

    private TickMemory(FileStream file, int capacity, bool isLoop)
    {
        var access = isLoop ? MemoryMappedFileAccess.ReadWrite : MemoryMappedFileAccess.Read;
        _delete = isLoop ? file.Name : null;
        _file = MemoryMappedFile.CreateFromFile(file, null, 0, access, HandleInheritability.None, leaveOpen: false);
        _view = _file.CreateViewAccessor(0, Bytes(capacity), access);
        byte* memory = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref memory);
        if (isLoop)
        {
            // Every page is there before the loop begins: it never waits for one.
            new Span<byte>(memory + RecordsAt, checked((int)(Bytes(capacity) - RecordsAt))).Clear();
            *(Head*)memory = new() { Magic = Magic, Layout = ChannelLayout.Hash, Process = Environment.ProcessId, Capacity = capacity, Written = 0 };
        }
        Ring = new((nint)Unsafe.AsPointer(ref ((Head*)memory)->Written), (nint)memory + RecordsAt, capacity);
    }

    /// <summary>What the loop writes, or what an actor copies out of.</summary>
    public ControlRing Ring { get; }

    /// <summary>For the loop of a channel.</summary>
    /// <param name="channel">Path of the channel.</param>
    /// <param name="capacity">Records kept.</param>
    /// <exception cref="ChannelRefusedException">There is no room for it.</exception>
    public static TickMemory Create(string channel, int capacity)
    {
        Sweep(Path.GetDirectoryName(channel)!);
        File.Delete(channel + Suffix);
        // Allocated at once: a page that is missing later would be a signal, and not an exception.
        FileStreamOptions options = new()
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete,
            PreallocationSize = Bytes(capacity),
        };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = Private;
        try
        {
            var file = new FileStream(channel + Suffix, options);
            file.SetLength(Bytes(capacity));
            return new(file, capacity, isLoop: true);
        }
        catch (IOException e)
        {
            throw new ChannelRefusedException(
                $"{channel}{Suffix}: there is no room for what the loop keeps of its ticks, {Bytes(capacity) >> 20} MiB ({e.Message}); make room there");
        }
    }

    /// <summary>For an actor that records what the loop of a channel does.</summary>
    /// <exception cref="ChannelRefusedException">There is none, or it is not this user's, this build's or whole.</exception>
    public static TickMemory Open(string channel)
    {
        var path = channel + Suffix;
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ChannelRefusedException(
                $"{path}: what the control process keeps of its ticks cannot be read ({e.Message}); start both from one build, as one user");
        }
        if (!OperatingSystem.IsWindows() && File.GetUnixFileMode(file.SafeFileHandle) != Private) throw Refused("others may write it");
        var head = Read(file);
        if (head.Magic != Magic || head.Layout != ChannelLayout.Hash) throw Refused("it is another build's");
        if (head.Capacity is < 2 or > MostRecords || file.Length != Bytes(head.Capacity)) throw Refused("it is damaged");
        return new(file, head.Capacity, isLoop: false);

        ChannelRefusedException Refused(string why)
        {
            file.Dispose();
            return new($"{path}: {why}; end the control process and start both from one build, as one user");
        }
    }

    public void Dispose()
    {
        if (_delete is not null) File.Delete(_delete);
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }

    private static long Bytes(int capacity) => RecordsAt + (long)capacity * ControlRing.SlotBytes;

    private static Head Read(FileStream file)
    {
        Span<byte> bytes = stackalloc byte[sizeof(Head)];
        return file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length ? default : Unsafe.ReadUnaligned<Head>(ref bytes[0]);
    }

    /// <summary>A loop that was killed could not delete its own: it is of no use to anyone, and large.</summary>
    private static void Sweep(string folder)
    {
        foreach (var path in Directory.EnumerateFiles(folder, "*" + Suffix))
            try
            {
                using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                var head = Read(file);
                if (head.Magic != Magic) continue;
                using var loop = new PeerWatch(head.Process);
                if (loop.HasExited) File.Delete(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Another user's, or gone meanwhile.
            }
    }
}

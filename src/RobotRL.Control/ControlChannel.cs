using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control;

/// <summary>The channel cannot be used: nothing was written to it.</summary>
public sealed class ChannelRefusedException(string message, FaultCode code = FaultCode.None) : Exception(message)
{
    /// <summary><see cref="FaultCode.ProtocolMismatch"/> where the two sides are of different builds or configurations.</summary>
    public FaultCode Code { get; } = code;
}

/// <summary>
/// The memory that a control process and its actor share: a file that belongs to the user alone, mapped by both. The control process makes it anew
/// each time it starts, so nothing in it is older than the loop; one control process and one actor at a time hold its two locks, which the
/// system takes from a process that dies.
/// </summary>
public sealed unsafe class ControlChannel : IDisposable
{
    private readonly FileStream _lock;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly bool _isControl;
    private readonly byte* _memory;

    private ControlChannel(string path, FileStream heldLock, MemoryMappedFile file, ChannelLayout layout, bool isControl)
    {
        (Path, _lock, _file, Layout, _isControl) = (path, heldLock, file, layout, isControl);
        _view = file.CreateViewAccessor(0, layout.Bytes);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _memory);
        nint At(int offset) => (nint)_memory + offset;
        Cells = new((nint)Unsafe.AsPointer(ref Header.Requests), At(layout.Targets), At(layout.Heartbeats), At(layout.Latest));
        World = new(At(layout.World), layout.WorldValues);
    }

    public string Path { get; }
    internal ChannelLayout Layout { get; }

    /// <summary>For the control cycle.</summary>
    public ControlCells Cells { get; }

    internal WorldCell World { get; }
    internal ref ChannelHeader Header => ref *(ChannelHeader*)_memory;

    /// <summary>Where the channel of a name lies: in memory where the system has a folder for that.</summary>
    public static string PathOf(string name) =>
        System.IO.Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : System.IO.Path.GetTempPath(), $"robotrl-{name}");

    /// <summary>Whether a name can be a channel's.</summary>
    public static bool IsName(string name) => name.Length is > 0 and <= 64 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    /// <summary>The control process's side.</summary>
    /// <param name="name">What the actor attaches to.</param>
    /// <param name="configurationHash">SHA-256, hex, of the configuration that is enforced.</param>
    /// <param name="worldValues">Size of the simulated world's state; 0 for a real one.</param>
    /// <exception cref="ChannelRefusedException">Another control process serves that name.</exception>
    public static ControlChannel Create(string name, string configurationHash, int worldValues)
    {
        var path = PathOf(name);
        var held = Lock(path + ".control", $"{name}: another control process serves this channel; end it or choose another --channel");
        ChannelLayout layout = new(worldValues);
        File.Delete(path);
        var channel = new ControlChannel(path, held, Map(path, FileMode.CreateNew, layout.Bytes), layout, isControl: true);
        ref var header = ref channel.Header;
        (header.Layout, header.WorldValues, header.ControlProcess) = (ChannelLayout.Hash, worldValues, Environment.ProcessId);
        Convert.FromHexString(configurationHash).CopyTo(channel.Configuration);
        return channel;
    }

    /// <summary>The actor's side.</summary>
    /// <exception cref="ChannelRefusedException">There is no such channel, or it is another build's, another configuration's or another actor's.</exception>
    public static ControlChannel Attach(string name, string configurationHash)
    {
        var path = PathOf(name);
        if (!File.Exists(path)) throw new ChannelRefusedException($"{name}: no control process serves this channel; start one: robotrl control CONFIG --channel {name}");
        var held = Lock(path + ".actor", $"{name}: another actor commands through this channel; end it or choose another --channel");
        try
        {
            // Checked first: a file that was made this moment has no length to map yet.
            var layout = Checked(path, name, configurationHash);
            return new(path, held, Map(path, FileMode.Open, 0), layout, isControl: false);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>From now on an actor may attach.</summary>
    internal void Open() => Volatile.Write(ref Header.Magic, ChannelLayout.Magic);

    public void Dispose()
    {
        if (_isControl) File.Delete(Path);
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
        File.Delete(_lock.Name);
        _lock.Dispose();
    }

    private Span<byte> Configuration => new(Unsafe.AsPointer(ref Header.Configuration[0]), 32);

    /// <summary>Reads the header before anything is mapped by a layout that may be another's.</summary>
    private static ChannelLayout Checked(string path, string name, string configurationHash)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        Span<byte> bytes = stackalloc byte[sizeof(ChannelHeader)];
        var read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        var header = Unsafe.ReadUnaligned<ChannelHeader>(ref bytes[0]);
        if (read == 0 || (read >= sizeof(ulong) && header.Magic == 0)) throw new ChannelRefusedException($"{name}: the control process is still starting; try again in a moment");
        if (read < bytes.Length || header.Magic != ChannelLayout.Magic || header.Layout != ChannelLayout.Hash)
            throw new ChannelRefusedException($"{name}: the control process is of another version of this program, so its memory reads differently; start both from one build", FaultCode.ProtocolMismatch);
        using var control = new PeerWatch(header.ControlProcess);
        if (control.HasExited) throw new ChannelRefusedException($"{name}: the control process that served this channel died; start one: robotrl control CONFIG --channel {name}");
        if (!new ReadOnlySpan<byte>(header.Configuration, 32).SequenceEqual(Convert.FromHexString(configurationHash)))
            throw new ChannelRefusedException($"{name}: the control process enforces another configuration; start it with the same file and the same --set options", FaultCode.ProtocolMismatch);
        return new(header.WorldValues);
    }

    private static MemoryMappedFile Map(string path, FileMode mode, int bytes)
    {
        FileStreamOptions options = new() { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite | FileShare.Delete };
        if (mode == FileMode.CreateNew && !OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var file = new FileStream(path, options);
        return MemoryMappedFile.CreateFromFile(file, null, bytes, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
    }

    private static FileStream Lock(string path, string refusal)
    {
        FileStreamOptions options = new() { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            return new FileStream(path, options);
        }
        catch (IOException)
        {
            throw new ChannelRefusedException(refusal);
        }
    }
}

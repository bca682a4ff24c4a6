using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control;

/// <summary>The channel cannot be used: nothing was written to it.</summary>
public sealed class ChannelRefusedException(string message, FaultCode code = FaultCode.None) : Exception(message)
{
    /// <summary>
    /// <see cref="FaultCode.ProtocolMismatch"/> where the two sides are of different builds or configurations, <see cref="FaultCode.ChannelCorrupt"/> where
    /// the channel may be another account's.
    /// </summary>
    public FaultCode Code { get; } = code;
}

/// <summary>
/// The memory that a control process and its actor share: a file that belongs to the user alone, mapped by both. The control process makes it anew
/// each time it starts, so nothing in it is older than the loop; one control process and one actor at a time hold its two locks, which the
/// system takes from a process that dies.
/// </summary>
public sealed unsafe class ControlChannel : IDisposable
{
    private const int MostWorldValues = 1 << 24;

    private readonly LockFile _lock;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly ControlCells? _cells;
    private readonly byte* _memory;
    private int _actorProcess;

    private ControlChannel(string path, LockFile heldLock, MemoryMappedFile file, ChannelLayout layout, bool isControl)
    {
        (Path, _lock, _file, Layout, _cells) = (path, heldLock, file, layout, isControl ? new() : null);
        _view = file.CreateViewAccessor(0, layout.Bytes);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _memory);
        nint At(int offset) => (nint)_memory + offset;
        (Targets, Heartbeats, Link) = (new(At(layout.Targets)), new(At(layout.Heartbeats)), new(At(layout.Link)));
        (Requests, Answers, Latest) = (new(At(layout.Requests)), new(At(layout.Answers)), new(At(layout.Latest)));
        World = new(At(layout.World), layout.WorldValues);
    }

    public string Path { get; }
    internal ChannelLayout Layout { get; }

    /// <summary>
    /// For the control cycle: the control process's own. What <see cref="ChannelIntake"/> finds sound in the memory goes in; nothing else does.
    /// </summary>
    /// <exception cref="InvalidOperationException">This is the actor's side.</exception>
    public ControlCells Cells => _cells ?? throw new InvalidOperationException("The actor's side of a channel has no control cycle.");

    /// <summary>What the actor writes.</summary>
    internal LatestCell<CartesianTarget> Targets { get; }
    internal LatestCell<Heartbeat> Heartbeats { get; }
    internal LatestCell<ChannelRequests> Requests { get; }

    /// <summary>Rises every few milliseconds while the actor's process lives and runs.</summary>
    internal LatestCell<long> Link { get; }

    /// <summary>What the control process writes, and never reads back.</summary>
    internal LatestCell<ChannelAnswers> Answers { get; }
    internal LatestCell<ControlRecord> Latest { get; }
    internal WorldCell World { get; }

    /// <summary>The same for one more thread that looks at it.</summary>
    internal WorldCell OpenWorld() => new((nint)(_memory + Layout.World), Layout.WorldValues);

    internal ref ChannelHeader Header => ref *(ChannelHeader*)_memory;

    /// <summary>Where all of it begins.</summary>
    internal byte* Memory => _memory;

    /// <summary>Where the channel of a name lies.</summary>
    public static string PathOf(string name) => System.IO.Path.Combine(ChannelFolder.Path, name);

    /// <summary>Whether a name can be a channel's.</summary>
    public static bool IsName(string name) =>
        name.Length is > 0 and <= 64 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') && name.Any(c => c != '.');

    /// <summary>The control process's side.</summary>
    /// <param name="name">What the actor attaches to.</param>
    /// <param name="configurationHash">SHA-256, hex, of the configuration that is enforced.</param>
    /// <param name="worldValues">Size of the simulated world's state; 0 for a real one.</param>
    /// <exception cref="ChannelRefusedException">Another control process serves that name, or another account has the place.</exception>
    public static ControlChannel Create(string name, string configurationHash, int worldValues)
    {
        ChannelFolder.Make();
        var path = PathOf(name);
        var held = LockFile.TryTake(path + ".control")
            ?? throw new ChannelRefusedException($"{name}: another control process serves this channel; end it or choose another --channel");
        try
        {
            ChannelLayout layout = new(worldValues);
            File.Delete(path);
            var channel = new ControlChannel(path, held, Made(path, layout.Bytes), layout, isControl: true);
            ref var header = ref channel.Header;
            (header.Layout, header.WorldValues, header.ControlProcess) = (ChannelLayout.Hash, worldValues, Environment.ProcessId);
            Convert.FromHexString(configurationHash).CopyTo(new Span<byte>(Unsafe.AsPointer(ref header.Configuration[0]), 32));
            return channel;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>The actor's side.</summary>
    /// <exception cref="ChannelRefusedException">There is no such channel, or it is another account's, another build's, another configuration's or
    /// another actor's.</exception>
    public static ControlChannel Attach(string name, string configurationHash)
    {
        ChannelFolder.Require();
        var path = PathOf(name);
        if (!File.Exists(path))
            throw new ChannelRefusedException($"{name}: no control process serves this channel; start one: robotrl control CONFIG --channel {name}");
        var held = LockFile.TryTake(path + ".actor")
            ?? throw new ChannelRefusedException($"{name}: another actor commands through this channel; end it or choose another --channel");
        try
        {
            var file = ChannelFolder.Open(path, FileAccess.ReadWrite);
            // Checked first: a file that was made this moment has no length to map yet.
            var layout = Checked(file, name, configurationHash);
            return new(path, held, Mapped(file, 0), layout, isControl: false);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Whether an actor may attach.</summary>
    internal bool IsOpen { get; private set; }

    /// <summary>The attached actor's process as the loop found it; 0 for none. From any thread of the control process.</summary>
    internal int ActorProcess
    {
        get => Volatile.Read(ref _actorProcess);
        set => Volatile.Write(ref _actorProcess, value);
    }

    /// <summary>From now on an actor may attach.</summary>
    internal void Open()
    {
        Volatile.Write(ref Header.Magic, ChannelLayout.Magic);
        IsOpen = true;
    }

    public void Dispose()
    {
        if (_cells is not null) File.Delete(Path);
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
        _lock.Dispose();
    }

    /// <summary>Reads the header before anything is mapped by a layout that may be another's. Takes over the file where it does not fit.</summary>
    private static ChannelLayout Checked(FileStream file, string name, string configurationHash)
    {
        try
        {
            Span<byte> bytes = stackalloc byte[sizeof(ChannelHeader)];
            var read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            var header = Unsafe.ReadUnaligned<ChannelHeader>(ref bytes[0]);
            if (read == 0 || (read >= sizeof(ulong) && header.Magic == 0))
                throw new ChannelRefusedException($"{name}: the control process is still starting; try again in a moment");
            if (read < bytes.Length || header.Magic != ChannelLayout.Magic || header.Layout != ChannelLayout.Hash)
                throw new ChannelRefusedException(
                    $"{name}: the control process is of another version of this program, so its memory reads differently; start both from one build",
                    FaultCode.ProtocolMismatch);
            using var control = new PeerWatch(header.ControlProcess);
            if (control.HasExited)
                throw new ChannelRefusedException(
                    $"{name}: the control process that served this channel died; start one: robotrl control CONFIG --channel {name}");
            if (!new ReadOnlySpan<byte>(header.Configuration, 32).SequenceEqual(Convert.FromHexString(configurationHash)))
                throw new ChannelRefusedException(
                    $"{name}: the control process enforces another configuration; start it with the same file and the same --set options",
                    FaultCode.ProtocolMismatch);
            // A file shorter than what is read of it would end this process at the first look.
            ChannelLayout layout = new(header.WorldValues);
            if (header.WorldValues is < 0 or > MostWorldValues || file.Length < layout.Bytes)
                throw new ChannelRefusedException(
                    $"{name}: its memory does not hold what its beginning says; end the control process and start it anew", FaultCode.ChannelCorrupt);
            return layout;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static MemoryMappedFile Made(string path, int bytes)
    {
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite | FileShare.Delete };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return Mapped(new(path, options), bytes);
    }

    private static MemoryMappedFile Mapped(FileStream file, int bytes) =>
        MemoryMappedFile.CreateFromFile(file, null, bytes, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
}

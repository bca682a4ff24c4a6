using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;

namespace RobotRL.Control;

/// <summary>
/// A third party's look into a control channel, beside control process and actor: it reads the newest tick and takes no part. To try what comes of it,
/// it can also do there what another version of this program would.
/// </summary>
public sealed unsafe class ChannelProbe : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _memory;
    private readonly LatestCell<ControlRecord> _latest;
    private long _seen;

    /// <param name="name">The channel's name.</param>
    /// <exception cref="ChannelRefusedException">No control process of this version serves the channel.</exception>
    public ChannelProbe(string name)
    {
        var path = ControlChannel.PathOf(name);
        if (!File.Exists(path)) throw new ChannelRefusedException($"{name}: no control process serves this channel");
        if (new FileInfo(path).Length == 0) throw new ChannelRefusedException($"{name}: the control process is still starting");
        _file = MemoryMappedFile.CreateFromFile(new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete), null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
        _view = _file.CreateViewAccessor();
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _memory);
        if (_view.Capacity < sizeof(ChannelHeader) || Volatile.Read(ref Header.Magic) != ChannelLayout.Magic || Header.Layout != ChannelLayout.Hash)
        {
            Dispose();
            throw new ChannelRefusedException($"{name}: the control process is still starting, or of another version of this program");
        }
        _latest = new((nint)_memory + new ChannelLayout(Header.WorldValues).Latest);
    }

    /// <summary>The process of the actor that is attached; 0 for none.</summary>
    public int ActorProcess => Volatile.Read(ref Header.ActorProcess);

    private ref ChannelHeader Header => ref *(ChannelHeader*)_memory;

    /// <summary>Copies the newest tick; false, and the argument as it was, when there is none newer than the last one.</summary>
    public bool TryRead(ref ControlRecord record) => _latest.TryRead(ref record, ref _seen);

    /// <summary>Announces an actor to whom the memory means something else.</summary>
    public void WriteAsAnotherVersion()
    {
        Header.ActorLayout = ~ChannelLayout.Hash;
        Interlocked.Increment(ref Header.ActorGeneration);
    }

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }
}

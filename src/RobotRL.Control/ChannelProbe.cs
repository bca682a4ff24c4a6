using System.IO.MemoryMappedFiles;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control;

/// <summary>
/// A third party's look into a control channel, beside control process and actor: it reads the newest tick and takes no part. To try what comes of it,
/// it can also write there what nobody should.
/// </summary>
public sealed unsafe class ChannelProbe : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _memory;
    private readonly ChannelLayout _layout;
    private readonly LatestCell<ControlRecord> _latest;
    private readonly LatestCell<ChannelRequests> _requests;
    private ChannelRequests _asked;
    private long _seen, _asksSeen;

    /// <param name="name">The channel's name.</param>
    /// <exception cref="ChannelRefusedException">No control process of this version and account serves the channel.</exception>
    public ChannelProbe(string name)
    {
        ChannelFolder.Require();
        var path = ControlChannel.PathOf(name);
        if (!File.Exists(path)) throw new ChannelRefusedException($"{name}: no control process serves this channel");
        var stream = ChannelFolder.Open(path, FileAccess.ReadWrite);
        if (stream.Length == 0)
        {
            stream.Dispose();
            throw new ChannelRefusedException($"{name}: the control process is still starting");
        }
        _file = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
        _view = _file.CreateViewAccessor();
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _memory);
        if (_view.Capacity < sizeof(ChannelHeader) || Volatile.Read(ref Header.Magic) != ChannelLayout.Magic || Header.Layout != ChannelLayout.Hash
            || _view.Capacity < (_layout = new(Header.WorldValues)).Bytes)
        {
            Dispose();
            throw new ChannelRefusedException($"{name}: the control process is still starting, or of another version of this program");
        }
        _latest = new((nint)_memory + _layout.Latest);
        _requests = new((nint)_memory + _layout.Requests);
    }

    /// <summary>The process of the actor that is attached; 0 for none.</summary>
    public int ActorProcess
    {
        get
        {
            _requests.TryRead(ref _asked, ref _asksSeen);
            return _asked.Process;
        }
    }

    private ref ChannelHeader Header => ref *(ChannelHeader*)_memory;

    /// <summary>Copies the newest tick; false, and the argument as it was, when there is none newer than the last one.</summary>
    public bool TryRead(ref ControlRecord record) => _latest.TryRead(ref record, ref _seen);

    /// <summary>Announces an actor to whom the memory means something else.</summary>
    public void WriteAsAnotherVersion() => Header.ActorLayout = ~ChannelLayout.Hash;

    /// <summary>Does a damage.</summary>
    /// <param name="kind">Which.</param>
    /// <param name="random">Chooses places and bytes where the damage leaves them open.</param>
    public void Do(ChannelDamage kind, Random random) => ChannelForgery.Do(kind, _memory, _layout, random);

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }
}

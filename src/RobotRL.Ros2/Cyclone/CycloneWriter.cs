using RobotRL.Ros2.Transport;

namespace RobotRL.Ros2.Cyclone;

/// <inheritdoc/>
internal sealed unsafe class CycloneWriter(CycloneTransport transport, TopicEnd end, int writer, TopicType type) : ITopicWriter
{
    private readonly NativeSample _sample = new(type);
    private bool _isDisposed;

    public TopicEnd End => end;

    public int Entity => writer;

    public int ReaderCount
    {
        get
        {
            DdsNative.MatchedStatus status;
            return DdsNative.dds_get_publication_matched_status(writer, &status) < 0 ? 0 : (int)status.Current;
        }
    }

    public bool TrySend(ReadOnlySpan<byte> cdr)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        fixed (byte* message = cdr)
            return DdsNative.dds_write(writer, _sample.Lay(message, cdr.Length)) >= 0;
    }

    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        transport.Remove(this);
        DdsNative.dds_delete(writer);
        _sample.Dispose();
    }
}

using RobotRL.Ros2.Transport;

namespace RobotRL.Ros2.Rcl;

/// <inheritdoc/>
internal sealed unsafe class RclWriter : ITopicWriter
{
    private readonly RclTransport _transport;
    private readonly nint* _publisher = Rcl.New<nint>();
    private bool _isDisposed;

    public RclWriter(RclTransport transport, TopicEnd end)
    {
        (_transport, End) = (transport, end);
        var options = Rcl.With(RclNative.rcl_publisher_get_default_options(), end.Qos);
        var type = TypeSupport.OfMessage(end.TypeName).Handle;
        Rcl.Check(RclNative.rcl_publisher_init(_publisher, transport.Node, type, end.Topic, &options), $"create a writer of {end.Topic}");
    }

    public TopicEnd End { get; }

    public int ReaderCount
    {
        get
        {
            nuint count = 0;
            return _isDisposed || RclNative.rcl_publisher_get_subscription_count(_publisher, &count) != RclNative.Ok ? 0 : (int)count;
        }
    }

    public bool TrySend(ReadOnlySpan<byte> cdr)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        fixed (byte* buffer = cdr)
        {
            RclNative.Bytes message = new() { Buffer = buffer, Length = (nuint)cdr.Length, Capacity = (nuint)cdr.Length, Allocator = Rcl.Allocator };
            if (RclNative.rcl_publish_serialized_message(_publisher, &message, null) == RclNative.Ok) return true;
        }
        RclNative.rcutils_reset_error();
        return false;
    }

    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        _transport.Remove(this);
        RclNative.rcl_publisher_fini(_publisher, _transport.Node);
        Rcl.Free(_publisher);
    }
}

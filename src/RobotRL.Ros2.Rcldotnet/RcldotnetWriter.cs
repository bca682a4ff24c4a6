using System.Runtime.InteropServices;
using RobotRL.Ros2.Rcl;
using RobotRL.Ros2.Transport;
using ROS2;

namespace RobotRL.Ros2.Rcldotnet;

/// <inheritdoc/>
internal sealed unsafe class RcldotnetWriter<TSlot> : ITopicWriter
{
    private readonly RcldotnetTransport _transport;
    private readonly CdrMessage<TSlot> _message = new();
    private readonly CMessage _inC;
    private readonly Publisher<CdrMessage<TSlot>> _publisher;
    private readonly SafeHandle _handle;
    private bool _isDisposed;

    public RcldotnetWriter(RcldotnetTransport transport, TopicEnd end, TypeSupport type)
    {
        (_transport, End) = (transport, end);
        _publisher = Failing.AsTransport(
            $"create a writer of {end.Topic}", () => transport.Node.CreatePublisher<CdrMessage<TSlot>>(end.Topic, Handles.Of(end.Qos)));
        _handle = Handles.Of(_publisher);
        _inC = new(type, isKept: true);
    }

    public TopicEnd End { get; }

    public int ReaderCount => Handles.Count(_handle, &RclNative.rcl_publisher_get_subscription_count);

    public bool TrySend(ReadOnlySpan<byte> cdr)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        try { _message.Send(_publisher, _inC, cdr); }
        // rcldotnet has no exception of its own.
        catch (Exception e) when (e is not OutOfMemoryException) { return false; }
        return true;
    }

    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        _transport.Remove(this);
        _handle.Dispose();
        _inC.Release();
    }
}

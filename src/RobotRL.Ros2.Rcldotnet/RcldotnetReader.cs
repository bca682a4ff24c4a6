using System.Runtime.InteropServices;
using RobotRL.Ros2.Rcl;
using RobotRL.Ros2.Transport;
using ROS2;

namespace RobotRL.Ros2.Rcldotnet;

/// <summary>Receives by rcldotnet, which tells neither when a message was sent nor by whom.</summary>
internal sealed unsafe class RcldotnetReader<TSlot> : ITopicReader
{
    private readonly RcldotnetTransport _transport;
    private readonly MessageReceived _received;
    private readonly Senders _senders;
    private Subscription? _subscription;
    private SafeHandle? _handle;
    private long _malformed;
    private volatile bool _isLeaving;

    public RcldotnetReader(RcldotnetTransport transport, TopicEnd end, MessageReceived received)
    {
        (_transport, End, _received, _senders) = (transport, end, received, transport.SendersTo(end));
        transport.OnItsThread(() =>
        {
            _subscription = Failing.AsTransport(
                $"create a reader of {end.Topic}", () => transport.Node.CreateSubscription<CdrMessage<TSlot>>(end.Topic, Take, Handles.Of(end.Qos)));
            _handle = Handles.Of(_subscription);
        });
    }

    public TopicEnd End { get; }

    /// <summary>Those that no reader of this node could take count here too: rcldotnet does not say whose they were.</summary>
    public long Malformed => Volatile.Read(ref _malformed) + _transport.Untaken;

    public int WriterCount => _handle is null ? 0 : Handles.Count(_handle, &RclNative.rcl_subscription_get_publisher_count);

    public void Dispose()
    {
        if (_isLeaving) return;
        _isLeaving = true;
        _transport.OnItsThread(() =>
        {
            if (_subscription is null) return;
            _transport.Node.Subscriptions.Remove(_subscription);
            _handle!.Dispose();
        });
    }

    private void Take(CdrMessage<TSlot> message)
    {
        if (!_isLeaving && !_transport.HandOn(_received, _senders)) Interlocked.Increment(ref _malformed);
    }
}

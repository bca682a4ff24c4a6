using RobotRL.Ros2.Transport;

namespace RobotRL.Ros2.Rcl;

/// <inheritdoc/>
internal sealed unsafe class RclReader : RclSource, ITopicReader
{
    private const int AtOnce = 16;

    private readonly RclTransport _transport;
    private readonly MessageReceived _received;
    private readonly nint* _subscription = Rcl.New<nint>();
    private readonly RclNative.Bytes* _message = Rcl.New<RclNative.Bytes>();
    private readonly byte* _info = (byte*)Rcl.New<RclNative.Options>();
    private readonly TypeSupport _type;
    private nuint _index;
    private long _malformed;

    public RclReader(RclTransport transport, TopicEnd end, MessageReceived received)
    {
        (_transport, End, _received, _type) = (transport, end, received, TypeSupport.OfMessage(end.TypeName));
        var options = Rcl.With(RclNative.rcl_subscription_get_default_options(), end.Qos);
        Rcl.Check(RclNative.rcl_subscription_init(_subscription, transport.Node, _type.Handle, end.Topic, &options), $"create a reader of {end.Topic}");
        var allocator = Rcl.Allocator;
        Rcl.Check(RclNative.rcutils_uint8_array_init(_message, 4096, &allocator), "set memory aside");
    }

    public TopicEnd End { get; }

    public long Malformed => Volatile.Read(ref _malformed);

    public int WriterCount
    {
        get
        {
            nuint count = 0;
            return IsLeaving || RclNative.rcl_subscription_get_publisher_count(_subscription, &count) != RclNative.Ok ? 0 : (int)count;
        }
    }

    public override void AddTo(RclNative.WaitSet* set)
    {
        nuint index;
        Rcl.Check(RclNative.rcl_wait_set_add_subscription(set, _subscription, &index), "wait for messages");
        _index = index;
    }

    public override bool IsReady(RclNative.WaitSet* set) => set->Subscriptions[_index] != 0;

    public override void Take()
    {
        for (var i = 0; i < AtOnce && !IsLeaving; i++)
        {
            if (RclNative.rcl_take_serialized_message(_subscription, _message, _info, null) is var result && result != RclNative.Ok)
            {
                RclNative.rcutils_reset_error();
                return;
            }
            var arrival = new Arrival(*(long*)_info, _transport.IdOf(_info + RclLibrary.Layout.GidInInfo));
            try { _received(new(_message->Buffer, (int)_message->Length), arrival); }
            catch (InvalidDataException) { Interlocked.Increment(ref _malformed); }
        }
    }

    public void Dispose() => Leave(_transport);

    protected override void Destroy()
    {
        RclNative.rcl_subscription_fini(_subscription, _transport.Node);
        RclNative.rcutils_uint8_array_fini(_message);
        Rcl.Free(_subscription);
        Rcl.Free(_message);
        Rcl.Free(_info);
    }
}

using RobotRL.Ros2.Transport;

namespace RobotRL.Ros2.Rcl;

/// <inheritdoc/>
internal sealed unsafe class RclClient : RclSource, IServiceClient
{
    private readonly RclTransport _transport;
    private readonly nint* _client = Rcl.New<nint>();
    private readonly TypeSupport _request, _response;
    private readonly Dictionary<long, TaskCompletionSource<byte[]>> _asked = [];
    private nuint _index;

    public RclClient(RclTransport transport, ServiceEnd end)
    {
        (_transport, End) = (transport, end);
        (_request, _response) = (TypeSupport.OfMessage(end.TypeName + "_Request"), TypeSupport.OfMessage(end.TypeName + "_Response"));
        var options = RclNative.rcl_client_get_default_options();
        var type = TypeSupport.OfService(end.TypeName).Handle;
        Rcl.Check(RclNative.rcl_client_init(_client, transport.Node, type, end.Name, &options), $"create a client of {end.Name}");
    }

    public ServiceEnd End { get; }

    public bool IsServed
    {
        get
        {
            byte isServed = 0;
            return !IsLeaving && RclNative.rcl_service_server_is_available(_transport.Node, _client, &isServed) == RclNative.Ok && isServed != 0;
        }
    }

    public Task<byte[]> Ask(ReadOnlySpan<byte> request)
    {
        ObjectDisposedException.ThrowIf(IsLeaving, this);
        TaskCompletionSource<byte[]> answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var message = _request.Create();
        try
        {
            _request.Fill(message, request);
            lock (_asked)
            {
                long number;
                Rcl.Check(RclNative.rcl_send_request(_client, message, &number), $"ask {End.Name}");
                _asked.Add(number, answered);
            }
        }
        finally { _request.Destroy(message); }
        return answered.Task;
    }

    public override void AddTo(RclNative.WaitSet* set)
    {
        nuint index;
        Rcl.Check(RclNative.rcl_wait_set_add_client(set, _client, &index), "wait for answers");
        _index = index;
    }

    public override bool IsReady(RclNative.WaitSet* set) => set->Clients[_index] != 0;

    public override void Take()
    {
        var message = _response.Create();
        try
        {
            RclNative.RequestId id;
            if (RclNative.rcl_take_response(_client, &id, message) != RclNative.Ok)
            {
                RclNative.rcutils_reset_error();
                return;
            }
            TaskCompletionSource<byte[]>? answered;
            lock (_asked) _asked.Remove(id.Sequence, out answered);
            answered?.TrySetResult(_response.CdrOf(message));
        }
        finally { _response.Destroy(message); }
    }

    public void Dispose() => Leave(_transport);

    protected override void Destroy()
    {
        lock (_asked)
            foreach (var answered in _asked.Values) answered.TrySetCanceled();
        RclNative.rcl_client_fini(_client, _transport.Node);
        Rcl.Free(_client);
    }
}

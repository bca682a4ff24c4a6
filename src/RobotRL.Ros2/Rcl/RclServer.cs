using RobotRL.Ros2.Transport;

namespace RobotRL.Ros2.Rcl;

/// <summary>Answers a service.</summary>
internal sealed unsafe class RclServer : RclSource, IDisposable
{
    private readonly RclTransport _transport;
    private readonly ServiceAsked _asked;
    private readonly nint* _service = Rcl.New<nint>();
    private readonly TypeSupport _request, _response;
    private nuint _index;

    public RclServer(RclTransport transport, ServiceEnd end, ServiceAsked asked)
    {
        (_transport, _asked) = (transport, asked);
        (_request, _response) = (TypeSupport.OfMessage(end.TypeName + "_Request"), TypeSupport.OfMessage(end.TypeName + "_Response"));
        var options = RclNative.rcl_service_get_default_options();
        var type = TypeSupport.OfService(end.TypeName).Handle;
        Rcl.Check(RclNative.rcl_service_init(_service, transport.Node, type, end.Name, &options), $"serve {end.Name}");
    }

    public override void AddTo(RclNative.WaitSet* set)
    {
        nuint index;
        Rcl.Check(RclNative.rcl_wait_set_add_service(set, _service, &index), "wait for requests");
        _index = index;
    }

    public override bool IsReady(RclNative.WaitSet* set) => set->Services[_index] != 0;

    public override void Take()
    {
        var (request, response) = (_request.Create(), _response.Create());
        try
        {
            RclNative.RequestId id;
            if (RclNative.rcl_take_request(_service, &id, request) == RclNative.Ok)
            {
                _response.Fill(response, _asked(_request.CdrOf(request)));
                if (RclNative.rcl_send_response(_service, &id, response) == RclNative.Ok) return;
            }
            RclNative.rcutils_reset_error();
        }
        // A request that is no message gets no answer, and must not end the thread that hears the robot.
        catch (Exception e) when (e is InvalidDataException or TransportException) { }
        finally
        {
            _request.Destroy(request);
            _response.Destroy(response);
        }
    }

    public void Dispose() => Leave(_transport);

    protected override void Destroy()
    {
        RclNative.rcl_service_fini(_service, _transport.Node);
        Rcl.Free(_service);
    }
}

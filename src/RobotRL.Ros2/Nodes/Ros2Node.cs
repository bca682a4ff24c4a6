using RobotRL.Model;
using RobotRL.Ros2.Cyclone;
using RobotRL.Ros2.Rcl;
using RobotRL.Ros2.Transport;
using RobotRL.Wire;

namespace RobotRL.Ros2.Nodes;

/// <summary>Takes a message, which is filled anew for the next one: copy what is to be kept.</summary>
public delegate void Received<in T>(T message, Arrival arrival);

/// <summary>A node that sends and receives typed messages.</summary>
public sealed class Ros2Node(ITransport transport) : IDisposable
{
    public ITransport Transport => transport;

    /// <exception cref="TransportException">The backend cannot be had.</exception>
    public static Ros2Node Open(TransportOptions options) => new(options.Backend switch
    {
        Ros2Backend.Rcl => new RclTransport(options),
        Ros2Backend.Rcldotnet => RcldotnetLibrary.Open(options),
        _ => new CycloneTransport(options),
    });

    public Publisher<T> Publish<T>(string topic, Qos qos) where T : IMessage => new(transport.CreateWriter(new(topic, T.TypeName, T.Definition, qos)));

    /// <param name="topic">Absolute name.</param>
    /// <param name="qos">What is asked for.</param>
    /// <param name="received">Runs on the transport's thread.</param>
    public ITopicReader Subscribe<T>(string topic, Qos qos, Received<T> received) where T : IMessage, new()
    {
        var message = new T();
        return transport.CreateReader(new(topic, T.TypeName, T.Definition, qos), (cdr, arrival) =>
        {
            var reader = new CdrReader(cdr);
            message.Read(ref reader);
            received(message, arrival);
        });
    }

    /// <param name="service">Absolute name.</param>
    /// <exception cref="TransportException">The backend carries no services, or the installation does not know the type.</exception>
    public ServiceClient<TRequest, TResponse> Ask<TRequest, TResponse>(string service) where TRequest : IMessage where TResponse : IMessage, new() =>
        new(Services(service).CreateClient(new(service, ServiceOf<TRequest>())));

    /// <inheritdoc cref="Ask"/>
    public IDisposable Serve<TRequest, TResponse>(string service, Func<TRequest, TResponse> answer)
        where TRequest : IMessage, new() where TResponse : IMessage =>
        Services(service).CreateServer(new(service, ServiceOf<TRequest>()), cdr =>
        {
            CdrReader reader = new(cdr);
            TRequest request = new();
            request.Read(ref reader);
            return new CdrWriter().Message(answer(request)).ToArray();
        });

    public void Dispose() => transport.Dispose();

    private IServices Services(string service) => transport.Services
        ?? throw new TransportException($"{service}: {transport.Description} carries no services; write ros2.backend: rcl, and source a ROS 2 installation.");

    /// <summary>The service whose request a type is.</summary>
    private static string ServiceOf<TRequest>() where TRequest : IMessage =>
        TRequest.TypeName[..TRequest.TypeName.LastIndexOf("_Request", StringComparison.Ordinal)];
}

/// <summary>Asks a service.</summary>
public sealed class ServiceClient<TRequest, TResponse>(IServiceClient client) : IDisposable where TRequest : IMessage where TResponse : IMessage, new()
{
    /// <summary>Whether somebody answers.</summary>
    public bool IsServed => client.IsServed;

    /// <summary>Asks, and waits for the answer. From any thread but the transport's.</summary>
    /// <exception cref="TransportException">Nobody answered in time, or the request could not be sent.</exception>
    public TResponse Ask(TRequest request, TimeSpan patience)
    {
        var answer = client.Ask(new CdrWriter().Message(request));
        // Waiting for the first of one does not throw where the node was closed meanwhile.
        if (Task.WaitAny([answer], patience) < 0 || !answer.IsCompletedSuccessfully)
            throw new TransportException($"{client.End.Name} did not answer within {patience.TotalSeconds} s.");
        CdrReader reader = new(answer.Result);
        TResponse response = new();
        response.Read(ref reader);
        return response;
    }

    public void Dispose() => client.Dispose();
}

/// <summary>Sends messages of one type to a topic. One thread at a time.</summary>
public sealed class Publisher<T>(ITopicWriter writer) : IDisposable where T : IMessage
{
    private readonly CdrWriter _cdr = new();

    public ITopicWriter Writer => writer;

    /// <inheritdoc cref="ITopicWriter.TrySend"/>
    public bool TrySend(T message) => writer.TrySend(_cdr.Message(message));

    public void Dispose() => writer.Dispose();
}

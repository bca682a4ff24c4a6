using RobotRL.Ros2.Cyclone;
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
    public static Ros2Node Open(TransportOptions options) => new(new CycloneTransport(options));

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

    public void Dispose() => transport.Dispose();
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

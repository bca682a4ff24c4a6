using RobotRL.Ros2.Rcl;
using RobotRL.Ros2.Transport;

namespace RobotRL.Ros2.Rcldotnet;

/// <summary>A message type as rcldotnet is told of it. Each has a class of its own, which is made when the type is first used and stays.</summary>
internal abstract class MessageType
{
    private static readonly Dictionary<string, MessageType> Known = [];
    private static Type _slot = typeof(First);

    /// <exception cref="TransportException">The installation that is sourced does not know the type.</exception>
    public static MessageType Of(string typeName)
    {
        lock (Known)
        {
            if (Known.TryGetValue(typeName, out var known)) return known;
            var support = TypeSupport.OfMessage(typeName);
            _slot = typeof(Next<>).MakeGenericType(_slot);
            return Known[typeName] = (MessageType)Activator.CreateInstance(typeof(MessageType<>).MakeGenericType(_slot), support)!;
        }
    }

    public abstract ITopicWriter CreateWriter(RcldotnetTransport transport, TopicEnd end);

    public abstract ITopicReader CreateReader(RcldotnetTransport transport, TopicEnd end, MessageReceived received);

    private sealed class First;

    private sealed class Next<TBefore>;
}

/// <inheritdoc/>
internal sealed class MessageType<TSlot> : MessageType
{
    private readonly TypeSupport _support;

    public MessageType(TypeSupport support) => CdrMessage<TSlot>.Type = _support = support;

    public override ITopicWriter CreateWriter(RcldotnetTransport transport, TopicEnd end) => new RcldotnetWriter<TSlot>(transport, end, _support);

    public override ITopicReader CreateReader(RcldotnetTransport transport, TopicEnd end, MessageReceived received) =>
        new RcldotnetReader<TSlot>(transport, end, received);
}

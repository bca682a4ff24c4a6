namespace RobotRL.Ros2.Transport;

/// <summary>One end of a topic.</summary>
/// <param name="Topic">Absolute name, such as <c>/joint_states</c>.</param>
/// <param name="TypeName">Such as <c>sensor_msgs/msg/JointState</c>.</param>
/// <param name="Definition">Text of the type, with those that it uses.</param>
/// <param name="Qos">What this end offers or asks for.</param>
public sealed record TopicEnd(string Topic, string TypeName, string Definition, Qos Qos);

/// <summary>How a message came.</summary>
/// <param name="SentNs">When it was sent by its sender's clock, ns since the epoch; 0 where the backend does not tell.</param>
/// <param name="Writer">Whose it is: differs between writers of a topic, and stays the same as long as the writer lives; 0 where that is not known yet.</param>
public readonly record struct Arrival(long SentNs, ulong Writer);

/// <summary>Takes a message as CDR, which is valid for the length of the call. Runs on the transport's thread.</summary>
public delegate void MessageReceived(ReadOnlySpan<byte> cdr, Arrival arrival);

/// <summary>Sends messages to a topic. One thread at a time.</summary>
public interface ITopicWriter : IDisposable
{
    TopicEnd End { get; }

    /// <summary>Readers that get what is sent.</summary>
    int ReaderCount { get; }

    /// <summary>
    /// Sends a message. It never waits for a slow reader and, after the first messages, allocates nothing: a control loop may call it. False where the message
    /// could not be handed to the network now.
    /// </summary>
    bool TrySend(ReadOnlySpan<byte> cdr);
}

/// <summary>Receives messages of a topic until it is disposed of.</summary>
public interface ITopicReader : IDisposable
{
    TopicEnd End { get; }

    /// <summary>Writers whose messages arrive here.</summary>
    int WriterCount { get; }

    /// <summary>Messages whose payload was not what the type says.</summary>
    long Malformed { get; }
}

/// <summary>An end of a topic as the network shows it, our own ones included.</summary>
/// <param name="Node">Name of the node with its namespace; an identifier where the other side tells no name.</param>
/// <param name="Id">Identifies it for as long as it lives.</param>
public sealed record RemoteEnd(string Topic, string TypeName, bool IsWriter, Qos Qos, string Node, ulong Id, bool IsOwn);

/// <summary>
/// A node on a ROS 2 network. All backends carry the same bytes: CDR of the message. Receiving runs on one thread of the transport.
/// </summary>
public interface ITransport : IDisposable
{
    /// <summary>Backend, library, domain and network interface, for a person.</summary>
    string Description { get; }

    /// <summary>With its namespace, such as <c>/robotrl/control</c>.</summary>
    string NodeName { get; }

    /// <summary>Services, where this backend carries them; null where it does not.</summary>
    IServices? Services => this as IServices;

    ITopicWriter CreateWriter(TopicEnd end);

    ITopicReader CreateReader(TopicEnd end, MessageReceived received);

    /// <summary>Counts what appeared on the network, went, or was told of it: who looks again and again looks only where it has changed.</summary>
    long Changes { get; }

    /// <summary>What is on the network now.</summary>
    IReadOnlyList<RemoteEnd> Ends();

    /// <summary>
    /// What keeps one of our ends from meeting its other side: a quality of service, a type of another name. Each is one line that names both sides.
    /// </summary>
    IReadOnlyList<string> Mismatches();
}

/// <summary>A transport that cannot be had or does not do what it is asked; the message says why, and what to do.</summary>
public sealed class TransportException(string message, Exception? inner = null) : Exception(message, inner);

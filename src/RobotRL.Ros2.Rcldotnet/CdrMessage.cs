using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using RobotRL.Ros2.Rcl;
using ROS2;

namespace RobotRL.Ros2.Rcldotnet;

/// <summary>
/// What rcldotnet takes for a generated message class, for one message type: it holds the message as CDR. The middleware turns that into the C message that
/// rcldotnet publishes, and back, in one call. A generated class makes a call for each element of an array.
/// </summary>
/// <typeparam name="TSlot">Tells this type from others: rcldotnet keeps what it knows of a message type by class.</typeparam>
[SuppressMessage("Naming", "CA1707", Justification = "rcldotnet looks for these names.")]
internal sealed unsafe class CdrMessage<TSlot> : IRosMessage
{
    [ThreadStatic] private static CMessage? _sending;

    private byte* _start;
    private int _length;

    /// <summary>Set before anything else of this class is used.</summary>
    public static TypeSupport Type { get; set; } = null!;

    public static nint __GetTypeSupport() => Type.Handle;

    /// <summary>The one that is sent from, or a new one to take into: what a broken message leaves unset must not be of the message before.</summary>
    public static SafeHandle __CreateMessageHandle()
    {
        if (_sending is { } by) return by;
        Taken.Expect();
        return new CMessage(Type, isKept: false);
    }

    public void __WriteToHandle(nint messageHandle) => Type.Fill(messageHandle, new(_start, _length));

    public void __ReadFromHandle(nint messageHandle) => Taken.OfThisThread.Put(Type, messageHandle);

    /// <summary>Publishes CDR by way of a C message that is used again and again.</summary>
    public void Send(Publisher<CdrMessage<TSlot>> publisher, CMessage by, ReadOnlySpan<byte> cdr)
    {
        fixed (byte* start = cdr)
        {
            _start = start;
            (_length, _sending) = (cdr.Length, by);
            try { publisher.Publish(this); }
            finally
            {
                _start = null;
                (_length, _sending) = (0, null);
            }
        }
    }
}

using System.Diagnostics;
using RobotRL.Model;
using RobotRL.Ros2.Nodes;
using RobotRL.Ros2.Transport;
using RobotRL.Teleop.Devices;
using RobotRL.Wire;
using RobotRL.Wire.GeometryMsgs;
using RobotRL.Wire.SensorMsgs;
using HandMessage = RobotRL.Wire.RobotrlMsgs.Intervention;
using Twist = RobotRL.Wire.GeometryMsgs.Twist;

namespace RobotRL.Teleop.Ros2;

/// <summary>
/// Hands on to a hand what a device sends over ROS 2, and watches who sends it: a topic that two nodes send to, or one of another type, is nobody's.
/// Messages are asked for best-effort, which any sender offers: what was lost on the way is not wanted later.
/// </summary>
public sealed class DeviceTopics : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(20);
    private static readonly Qos Newest = new(Reliability.BestEffort, Durability.Volatile, 5);

    private readonly Ros2Node _node;
    private readonly TeleopParameters _device;
    private readonly DeviceHand _hand;
    private readonly DeviceMapping _mapping;
    private readonly string _operator;
    private readonly List<FollowedTopic> _topics = [];
    private readonly Timer _timer;
    private string? _stranger;
    private long _changes = -1;

    /// <param name="node">Its own; it ends with this.</param>
    /// <param name="device">Where the device is heard, and what it means.</param>
    /// <param name="hand">Takes it.</param>
    /// <param name="operatorId">Whom the session names: a sender that names somebody else is refused.</param>
    public DeviceTopics(Ros2Node node, TeleopParameters device, DeviceHand hand, string operatorId)
    {
        (_node, _device, _hand, _operator, _mapping) = (node, device, hand, operatorId, new(device));
        switch (device.Device)
        {
            case TeleopDevice.Joy:
                Follow<Joy>(device.Topic, (joy, of) => Take(of, joy.Header.Stamp.Ns, [.. joy.Axes], [.. joy.Buttons]));
                break;
            case TeleopDevice.Twist:
                Follow<Twist>(device.Topic, (twist, of) => Take(of, of.SentNs, AxesOf(twist), null));
                break;
            case TeleopDevice.TwistStamped:
                Follow<TwistStamped>(device.Topic, (twist, of) => Take(of, twist.Header.Stamp.Ns, AxesOf(twist.Twist), null));
                break;
            default:
                Follow<HandMessage>(device.Topic, Take);
                break;
        }
        if (device.ButtonsTopic is { } buttons) Follow<Joy>(buttons, (joy, of) => Take(of, joy.Header.Stamp.Ns, null, [.. joy.Buttons]));
        _timer = new(_ => Look(), null, Period, Period);
    }

    /// <summary>The clock of the hand's messages: this machine's, which is never set.</summary>
    public static Stamp Now => new(Stopwatch.GetElapsedTime(0).Ticks * TimeSpan.NanosecondsPerTick);

    public void Dispose()
    {
        using (WaitHandle stopped = new ManualResetEvent(false))
            if (_timer.Dispose(stopped)) stopped.WaitOne();
        _node.Dispose();
    }

    private static float[] AxesOf(Twist twist)
    {
        var (v, w) = (twist.Linear, twist.Angular);
        return [(float)v.X, (float)v.Y, (float)v.Z, (float)w.X, (float)w.Y, (float)w.Z];
    }

    private void Follow<T>(string topic, Action<T, FollowedTopic> take) where T : IMessage, new()
    {
        FollowedTopic followed = new(topic);
        _topics.Add(followed);
        followed.Reader = _node.Subscribe<T>(topic, Newest, (message, arrival) =>
        {
            // A writer that takes another one's place is another device.
            if (followed.Saw(arrival)) _hand.Lose($"another node sends to {topic} now", Now);
            take(message, followed);
        });
    }

    private void Take(FollowedTopic of, long stampNs, float[]? axes, int[]? buttons)
    {
        var now = Now;
        var fault = axes is null ? null : _mapping.FaultOfAxes(axes);
        fault ??= buttons is null ? null : _mapping.FaultOfButtons(buttons);
        if (fault is not null)
        {
            _hand.Lose($"{of.Topic}: {fault}", now);
            return;
        }
        HandMotion? motion = axes is null ? null : new(_mapping.MotionOf(axes), _mapping.Deflection(axes), ContentOf(axes, buttons));
        TeleopButtons? pressed = buttons is null ? null : _mapping.PressedOf(buttons);
        Take(of, stampNs, motion, pressed, now);
    }

    private void Take(FollowedTopic of, long stampNs, HandMotion? motion, TeleopButtons? pressed, Stamp now)
    {
        if (of.TrySent(stampNs, now, _device, out var sent, out var why)) _hand.Take(motion, pressed, new(stampNs, sent, now));
        else _hand.Lose($"{of.Topic}: {why}", now);
    }

    private void Take(HandMessage told, FollowedTopic of)
    {
        var now = Now;
        Volatile.Write(ref _stranger, told.OperatorId == _operator ? null : told.OperatorId);
        if (_stranger is not null)
        {
            if (told.Request == HandMessage.Stop) _hand.Take(null, TeleopButtons.Stop, new(told.Header.Stamp.Ns, now, now));
            return;
        }
        var axes = AxesOf(told.Motion);
        NormalizedTwist motion = default;
        string? deflection = null;
        for (var i = 0; i < axes.Length; i++)
        {
            if (!(Math.Abs(axes[i]) <= 1))
            {
                _hand.Lose($"{of.Topic}: motion {i} reads {axes[i]:0.###}, and shares are from -1 to 1", now);
                return;
            }
            motion[i] = axes[i];
            if (axes[i] != 0) deflection ??= $"motion {i} at {axes[i]:0.##}";
        }
        var pressed = told.Request switch
        {
            HandMessage.Stop => TeleopButtons.Stop,
            HandMessage.Clear => TeleopButtons.Clear,
            HandMessage.Success => TeleopButtons.Success,
            HandMessage.Failure => TeleopButtons.Failure,
            HandMessage.Discard => TeleopButtons.Discard,
            HandMessage.NewScene => TeleopButtons.NewScene,
            HandMessage.Pause => TeleopButtons.Pause,
            _ => TeleopButtons.None,
        };
        if (told.Deadman) pressed |= TeleopButtons.Deadman;
        if (told.NextArm) pressed |= TeleopButtons.NextArm;
        if (told.Gripper != 0) pressed |= told.Gripper < 0 ? TeleopButtons.GripperClose : TeleopButtons.GripperOpen;
        Take(of, told.Header.Stamp.Ns, new HandMotion(motion, deflection, ContentOf(axes, [(int)pressed])), pressed, now);
    }

    private static int ContentOf(float[] axes, int[]? buttons)
    {
        HashCode content = default;
        foreach (var axis in axes) content.Add(BitConverter.SingleToInt32Bits(axis));
        foreach (var button in buttons ?? []) content.Add(button);
        return content.ToHashCode();
    }

    /// <summary>On the timer's thread: who sends, and whether anything came lately.</summary>
    private void Look()
    {
        lock (_topics)
        {
            var now = Now;
            if (_node.Transport.Changes is var changes && changes != _changes)
            {
                _changes = changes;
                LookAtSenders(now);
            }
            else if (Volatile.Read(ref _stranger) is not null) LookAtSenders(now);
            _hand.Look(now);
        }
    }

    private void LookAtSenders(Stamp now)
    {
        var ends = _node.Transport.Ends();
        string? refusal = null;
        foreach (var topic in _topics)
        {
            var senders = ends.Where(end => end.IsWriter && !end.IsOwn && end.Topic == topic.Topic).ToList();
            if (senders.Count > 1)
                refusal ??= $"{topic.Topic} has {senders.Count} senders, {string.Join(" and ", senders.Select(sender => sender.Node))}; "
                    + "end all but one (one that died counts until the network drops it, up to 20 s)";
            if (topic.Sender is { } node && senders.Count == 0) _hand.Lose($"{node} has ended", now);
            topic.Sender = senders.Count == 1 ? senders[0].Node : null;
        }
        if (_node.Transport.Mismatches() is [var mismatch, ..]) refusal ??= mismatch;
        if (Volatile.Read(ref _stranger) is { } stranger)
            refusal ??= $"{_device.Topic} comes from '{stranger}', and --operator-id says '{_operator}'; give both the same name";
        _hand.Refuse(refusal, now);
    }

    /// <summary>One topic: whose it is, and how its sender's clock runs.</summary>
    private sealed class FollowedTopic(string topic)
    {
        private readonly ClockMap _clock = new();
        private ulong _writer;

        public string Topic => topic;
        public ITopicReader? Reader { get; set; }

        /// <summary>Node of the only sender; null for none or several.</summary>
        public string? Sender { get; set; }

        /// <summary>When the last message was sent by the clock of its sender's network layer, ns since the epoch.</summary>
        public long SentNs { get; private set; }

        /// <returns>Whether it comes of another writer than the one before.</returns>
        public bool Saw(in Arrival arrival)
        {
            var isAnother = _writer != 0 && arrival.Writer != _writer;
            (_writer, SentNs) = (arrival.Writer, arrival.SentNs);
            return isAnother;
        }

        /// <summary>When a message was sent, by this machine's clock.</summary>
        public bool TrySent(long stampNs, Stamp now, TeleopParameters device, out Stamp sent, out string why)
        {
            (sent, why) = (now, "its messages bear no stamp; have its driver fill header.stamp in");
            if (stampNs == 0) return false;
            if (device.SharesClock)
            {
                var age = WallClock.NowNs - stampNs;
                sent = now.Plus(-Math.Max(0, age));
                why = $"its stamp is {-age * 1e-6:F0} ms ahead of this machine's clock; synchronize the clocks, or write teleop.clock: own";
                return age > -device.MaxAgeNs;
            }
            why = "its clock was set forward";
            if (!_clock.TryMap(stampNs, now.Ns, out var ns)) return false;
            sent = new(ns);
            return true;
        }
    }
}

using RobotRL.Model;
using RobotRL.Ros2.Nodes;
using RobotRL.Ros2.Transport;
using RobotRL.Wire.SensorMsgs;

namespace RobotRL.Ros2.Tests;

/// <summary>A pad's driver, which sends its state 50 times a second as a node of its own.</summary>
internal sealed class PlayedPad : IDisposable
{
    public const int Axes = 6, Buttons = 21;

    private readonly Ros2Node _node;
    private readonly Publisher<Joy> _topic;
    private readonly Thread _thread;
    private readonly Joy _joy;
    private volatile bool _ends;

    public PlayedPad(int domain, string name = "/joy_node", bool isHeld = false, Qos? qos = null)
    {
        _node = Ros2Node.Open(new() { NodeName = name, Domain = domain });
        _topic = _node.Publish<Joy>("/joy", qos ?? Qos.Default);
        _joy = At(0, 0, isHeld);
        _thread = new(() =>
        {
            for (var n = 0L; !_ends; n++, Thread.Sleep(20))
            {
                lock (_joy)
                {
                    if (!IsStampFrozen) _joy.Header.Stamp.Ns = WallClock.NowNs - DelayNs;
                    // A hand trembles.
                    _joy.Axes[0] = 1e-4f * (n % 7);
                    if (!IsSilent) _topic.TrySend(_joy);
                }
            }
        });
        _thread.Start();
    }

    public bool IsStampFrozen { get; set; }
    public bool IsSilent { get; set; }
    public long DelayNs { get; set; }

    /// <summary>The pad by the shipped file, with its left stick forward.</summary>
    public static Joy At(long stampNs, float forward, bool isHeld)
    {
        Joy joy = new() { Header = { Stamp = { Ns = stampNs }, FrameId = "joy" } };
        joy.Axes.AddRange(new float[Axes]);
        joy.Buttons.AddRange(new int[Buttons]);
        (joy.Axes[1], joy.Buttons[Deadman]) = (forward, isHeld ? 1 : 0);
        return joy;
    }

    /// <summary>Of the shipped pad.</summary>
    public const int Deadman = 9, Stop = 4, Clear = 6, Success = 3;

    public void Set(float forward, params int[] pressed) => Change(joy =>
    {
        joy.Axes[1] = forward;
        for (var i = 0; i < joy.Buttons.Count; i++) joy.Buttons[i] = pressed.Contains(i) ? 1 : 0;
    });

    public void Change(Action<Joy> change)
    {
        lock (_joy) change(_joy);
    }

    public void Dispose()
    {
        _ends = true;
        _thread.Join();
        _topic.Dispose();
        _node.Dispose();
    }
}

using System.Diagnostics;
using RobotRL.Configuration;
using RobotRL.Model;
using RobotRL.Ros2.Nodes;
using RobotRL.Ros2.Transport;
using RobotRL.Teleop;
using RobotRL.Teleop.Devices;
using RobotRL.Teleop.Ros2;
using RobotRL.Wire.GeometryMsgs;
using RobotRL.Wire.SensorMsgs;
using Twist = RobotRL.Wire.GeometryMsgs.Twist;

namespace RobotRL.Ros2.Tests;

/// <summary>Devices of operators over DDS, by the shipped files: who drives, and what takes the hand away.</summary>
public sealed class DeviceTopicsTests : IDisposable
{
    /// <summary>Above the shipped one: a machine that others keep busy holds a thread up for longer.</summary>
    private const int MaxAgeMs = 800;

    private readonly int _domain = Domains.Next();
    private readonly List<FaultCode> _stops = [];
    private DeviceHand? _hand;
    private DeviceTopics? _topics;

    [Fact]
    public void Pad_drives_while_its_deadman_is_held()
    {
        Listen("gamepad");
        using PlayedPad pad = new(_domain);
        Until(HandPhase.Open);
        pad.Set(1, PlayedPad.Deadman);
        Until(HandPhase.Driving);
        Until(() => Command.Action[0].Motion[0] == 1);
        pad.Set(1);
        Until(HandPhase.Open);
        Assert.Empty(_stops);
    }

    [Fact]
    public void Pad_that_offers_best_effort_is_heard_too()
    {
        Listen("gamepad");
        using PlayedPad pad = new(_domain, qos: Qos.SensorData);
        Until(HandPhase.Open);
    }

    [Theory]
    [InlineData("silent", "its newest message is")]
    [InlineData("frozen stamp", "its newest message is")]
    [InlineData("late", "its newest message is")]
    [InlineData("ahead", "ahead of this machine's clock")]
    [InlineData("NaN", "/joy: axis 5 is no number")]
    [InlineData("out of range", "/joy: axis 1 reads 1.5, beyond teleop.largest")]
    [InlineData("few axes", "/joy: its message has 3 axes")]
    [InlineData("few buttons", "/joy: its message has 2 buttons")]
    public void What_cannot_be_believed_takes_the_hand_away(string fault, string expected)
    {
        Listen("gamepad");
        using PlayedPad pad = new(_domain);
        Drive(pad);
        switch (fault)
        {
            case "silent": pad.IsSilent = true; break;
            case "frozen stamp": pad.IsStampFrozen = true; break;
            case "late": pad.DelayNs = 2 * MaxAgeMs * 1_000_000L; break;
            case "ahead": pad.DelayNs = -2 * MaxAgeMs * 1_000_000L; break;
            case "NaN": pad.Change(joy => joy.Axes[5] = float.NaN); break;
            case "out of range": pad.Change(joy => joy.Axes[1] = 1.5f); break;
            case "few axes": pad.Change(joy => joy.Axes.RemoveRange(3, 3)); break;
            default: pad.Change(joy => joy.Buttons.RemoveRange(2, 19)); break;
        }
        Until(() => Command.Phase is not HandPhase.Driving);
        // The word of the device's loss; by default it stops the robot.
        Assert.Contains(expected, _hand!.Status(DeviceTopics.Now), StringComparison.Ordinal);
        Until(() => _stops.Contains(FaultCode.DeadmanReleased));
        // All is well again, and the deadman still held: nothing drives before it was let go of.
        (pad.IsSilent, pad.IsStampFrozen, pad.DelayNs) = (false, false, 0);
        pad.Change(joy =>
        {
            var sound = PlayedPad.At(0, 0, isHeld: true);
            joy.Axes.Clear();
            joy.Axes.AddRange(sound.Axes);
            joy.Buttons.Clear();
            joy.Buttons.AddRange(sound.Buttons);
        });
        Until(HandPhase.Closed);
        pad.Set(0);
        Until(HandPhase.Open);
        Drive(pad);
    }

    [Fact]
    public void Two_pads_are_nobodys_and_are_named()
    {
        Listen("gamepad");
        using PlayedPad pad = new(_domain, "/left/joy_node");
        Drive(pad);
        using (new PlayedPad(_domain, "/right/joy_node"))
        {
            Until(() => _hand!.Status(DeviceTopics.Now).Contains("/joy has 2 senders", StringComparison.Ordinal));
            Until(() => _hand!.Status(DeviceTopics.Now) is var status && status.Contains("/left/joy_node", StringComparison.Ordinal)
                && status.Contains("/right/joy_node", StringComparison.Ordinal));
            pad.Set(0);
            Thread.Sleep(100); // a pad at rest is seen
            pad.Set(1, PlayedPad.Deadman);
            for (var watched = Stopwatch.StartNew(); watched.Elapsed.TotalSeconds < 0.5; Thread.Sleep(5)) Assert.NotEqual(HandPhase.Driving, Command.Phase);
            // A stop is heard from either.
            _stops.Clear();
            pad.Set(0, PlayedPad.Stop);
            Until(() => _stops.Contains(FaultCode.OperatorStop));
        }
        pad.Set(0);
        Until(HandPhase.Open);
        Drive(pad);
    }

    [Fact]
    public void Driver_that_ends_and_comes_again_is_another_device()
    {
        Listen("gamepad");
        using (PlayedPad pad = new(_domain)) Drive(pad);
        Until(HandPhase.Away);
        using PlayedPad again = new(_domain, isHeld: true);
        Until(HandPhase.Closed);
        again.Set(0);
        Until(HandPhase.Open);
    }

    [Fact]
    public void Topic_of_another_type_is_told()
    {
        Listen("spacemouse");
        using var node = Node("/spacenav");
        using var topic = node.Publish<TwistStamped>("/spacenav/twist", Qos.Default);
        Until(() => _hand!.Status(DeviceTopics.Now) is var status && status.Contains("/spacenav/twist: ", StringComparison.Ordinal)
            && status.Contains("they differ in type", StringComparison.Ordinal) && status.Contains("/spacenav", StringComparison.Ordinal));
    }

    /// <summary>A twist has no stamp, and is as old as its sender's network layer says.</summary>
    [Fact]
    public void SpaceMouse_drives_by_its_twist_while_a_button_of_the_other_topic_is_held()
    {
        Listen("spacemouse");
        using var node = Node("/spacenav");
        using var twists = node.Publish<Twist>("/spacenav/twist", Qos.Default);
        using var buttons = node.Publish<Joy>("/spacenav/joy", Qos.Default);
        Twist twist = new();
        Joy joy = new() { Buttons = { 0, 0 } };
        bool sendsTwist = true, sendsJoy = true;
        void Play(Func<bool> until)
        {
            for (var waited = Stopwatch.StartNew(); !until(); Thread.Sleep(10))
            {
                Assert.True(waited.Elapsed.TotalSeconds < 20, $"It did not come: {_hand!.Status(DeviceTopics.Now)}");
                joy.Header.Stamp.Ns = WallClock.NowNs;
                if (sendsTwist) twists.TrySend(twist);
                if (sendsJoy) buttons.TrySend(joy);
            }
        }
        Play(() => Command.Phase == HandPhase.Open);
        joy.Buttons[0] = 1;
        // Up and to the left, to the end of the puck's way.
        (twist.Linear.Z, twist.Linear.Y) = (0.7, 0.68);
        Play(() => Command.Phase == HandPhase.Driving && Command.Action[0].Motion[2] != 0);
        Assert.Equal((0f, -1f, -1f), (Command.Action[0].Motion[0], Command.Action[0].Motion[1], Command.Action[0].Motion[2]));
        sendsTwist = false;
        Play(() => Command.Phase == HandPhase.Away);
        (sendsTwist, joy.Buttons[0], twist.Linear.Z, twist.Linear.Y) = (true, 0, 0, 0);
        Play(() => Command.Phase == HandPhase.Open);
        joy.Buttons[0] = 1;
        Play(() => Command.Phase == HandPhase.Driving);
        sendsJoy = false;
        Play(() => Command.Phase == HandPhase.Away);
    }

    /// <summary>A program on Fast DDS that is killed says no farewell: its last message is what is left of it.</summary>
    [Fact]
    public void Peer_that_is_killed_is_lost_within_the_age_that_is_allowed()
    {
        Listen("gamepad", ("teleop.clock", "own")); // its stamps begin when the file was written
        using PadFile file = new(seconds: 60, secondOfPress: 1, pressForS: 60);
        using var peer = OtherProcess.Peer(_domain, "raw", "Joy", "/joy", "--file", file.Path, "--rate", "50", "--node", "/joy_node");
        Until(HandPhase.Driving);
        Until(() => Command.Action[0].Motion[0] != 0);
        peer.Kill();
        var killed = Stopwatch.StartNew();
        while (Command.Phase == HandPhase.Driving) Thread.Sleep(1);
        Assert.InRange(killed.ElapsedMilliseconds, 0, MaxAgeMs + 300);
        Assert.Equal(FaultCode.DeadmanReleased, Assert.Single(_stops));
    }

    [Fact]
    public void Keys_of_another_machine_drive_as_a_hand_here_does()
    {
        Listen("intervention");
        using HandPublisher keys = new(Node("/desk/teleop"), HandPublisher.Topic, "anna");
        var (wanted, pauses, clears) = (OperatorCommand.Watching, false, 0);
        void Play(Func<bool> until)
        {
            for (var waited = Stopwatch.StartNew(); !until(); Thread.Sleep(20))
            {
                Assert.True(waited.Elapsed.TotalSeconds < 20, $"It did not come: {_hand!.Status(DeviceTopics.Now)}");
                keys.Send(wanted, pauses, clears, DeviceTopics.Now);
                wanted = wanted with { Verdict = EpisodeVerdict.None };
            }
        }
        Play(() => Command.Phase == HandPhase.Open);
        PolicyAction action = default;
        (action[0].Motion[0], action[0].Motion[5], action[0].Gripper) = (0.5f, -0.5f, GripperCommand.Close);
        wanted = new(true, action, InterventionReason.Requested);
        HandCommand driven = default;
        Play(() => (driven = Command).Phase == HandPhase.Driving);
        Assert.Equal((0.5f, -0.5f), (driven.Action[0].Motion[0], driven.Action[0].Motion[5]));
        wanted = OperatorCommand.Watching with { Verdict = EpisodeVerdict.Success };
        Play(() => _hand!.TakeWords() == TeleopButtons.Success);
        pauses = true;
        Play(() => _hand!.TakeWords() == TeleopButtons.Pause);
        wanted = OperatorCommand.Watching with { StopRequested = true };
        Play(() => _stops.Contains(FaultCode.OperatorStop));
        Play(() => _hand!.TakeWords() == TeleopButtons.Stop);
        (wanted, clears) = (OperatorCommand.Watching, 1);
        Play(() => _hand!.TakeWords() == TeleopButtons.Clear);
        // Let go of before the word had been said: nothing of it is left.
        Play(() => Command.Phase == HandPhase.Open);
    }

    /// <summary>The command for the other machine, at a terminal: a key that is held down repeats.</summary>
    [Fact]
    public void Terminal_of_another_machine_drives_stops_and_clears()
    {
        Listen("intervention");
        using var keys = OtherProcess.AtTerminal("teleop", "--operator-id", "anna", "--domain", $"{_domain}");
        Until(HandPhase.Open);
        Until(() =>
        {
            keys.Press("w");
            return Command is { Phase: HandPhase.Driving } drives && drives.Action[0].Motion[0] == 0.5f;
        });
        Until(HandPhase.Open); // a second after the last key
        keys.Press("y");
        Until(() => _hand!.TakeWords() == TeleopButtons.Success);
        keys.Press("\r"); // whatever stopped the robot there
        Until(() => _hand!.TakeWords() == TeleopButtons.Clear);
        keys.Press("x");
        Until(() => _hand!.TakeWords() == TeleopButtons.Stop);
        Assert.Contains(FaultCode.OperatorStop, _stops);
        keys.Press("\r");
        Until(() => _hand!.TakeWords() == TeleopButtons.Clear);
        // The terminal is gone, and the hand with it.
        Until(HandPhase.Open);
        Until(() =>
        {
            keys.Press("w");
            return Command.Phase == HandPhase.Driving;
        });
        keys.Kill();
        Until(HandPhase.Away);
    }

    [Fact]
    public void Hand_of_somebody_else_is_refused_and_may_still_stop()
    {
        Listen("intervention");
        using HandPublisher keys = new(Node("/desk/teleop"), HandPublisher.Topic, "bert");
        var wanted = OperatorCommand.Watching;
        void Play(Func<bool> until)
        {
            for (var waited = Stopwatch.StartNew(); !until(); Thread.Sleep(20))
            {
                Assert.True(waited.Elapsed.TotalSeconds < 20, "It did not come.");
                keys.Send(wanted, false, 0, DeviceTopics.Now);
                Assert.Equal(HandPhase.Away, Command.Phase);
            }
        }
        Play(() => _hand!.Status(DeviceTopics.Now).Contains("comes from 'bert', and --operator-id says 'anna'", StringComparison.Ordinal));
        wanted = wanted with { StopRequested = true };
        Play(() => _stops.Contains(FaultCode.OperatorStop));
    }

    public void Dispose() => _topics?.Dispose();

    private HandCommand Command => _hand!.Command(DeviceTopics.Now);

    private void Listen(string device, params (string Key, string Value)[] values)
    {
        var root = Path.Combine(OtherProcess.Root, "robot-configs/teleop", device + ".yaml");
        var configuration = RunConfiguration.Load(OtherProcess.TaskFile("peg-insert"), [("teleop.max_age_ms", $"{MaxAgeMs}"), .. values], device: root);
        _hand = new(ActionLayout.Of(new([0, 1, 2, 5], 0.01, 0.1, true)), configuration.Teleop!, code =>
        {
            lock (_stops) _stops.Add(code);
        });
        _topics = new(Node("/robotrl/operator"), configuration.Teleop!, _hand, "anna");
    }

    private void Drive(PlayedPad pad)
    {
        Until(HandPhase.Open);
        pad.Set(1, PlayedPad.Deadman);
        Until(HandPhase.Driving);
    }

    private Ros2Node Node(string name) => Ros2Node.Open(new() { NodeName = name, Domain = _domain });

    private void Until(HandPhase phase) => Until(() => Command.Phase == phase);

    private void Until(Func<bool> holds)
    {
        for (var waited = Stopwatch.StartNew(); !holds(); Thread.Sleep(5))
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(20), $"It did not come: {_hand!.Status(DeviceTopics.Now)}");
    }
}

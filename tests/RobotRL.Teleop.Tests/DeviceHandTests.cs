using RobotRL.Model;
using RobotRL.Teleop.Devices;

namespace RobotRL.Teleop.Tests;

/// <summary>When a device drives and when it does not, in virtual time.</summary>
public sealed class DeviceHandTests
{
    private const TeleopButtons Deadman = TeleopButtons.Deadman;

    private readonly List<FaultCode> _stops = [];
    private readonly ActionLayout _layout = ActionLayout.Of(new([0, 1, 2], 0.03, 0.08, true));
    private DeviceHand _hand;
    private float _trembles;

    public DeviceHandTests() => _hand = Hand(Pads.Pad);

    //  t (s)    0     0.1   0.2   0.3   0.4
    //  stick    ─     ─     0.6   0.6   0.6
    //  deadman  ░     ░     ░     █     ░
    //  drives   ░     ░     ░     █     ░
    [Fact]
    public void Drives_while_the_deadman_is_held_and_not_otherwise()
    {
        Assert.Equal(HandPhase.Away, At(0).Phase);
        Send(0);
        Assert.Equal(HandPhase.Open, At(0).Phase);
        Send(0.1);
        Send(0.2, x: 0.6f);
        Rests(At(0.2));
        Send(0.3, x: 0.6f, held: Deadman);
        var drives = At(0.3);
        Assert.Equal((HandPhase.Driving, 0.6f), (drives.Phase, drives.Action[0].Motion[0]));
        Assert.Equal(0.3, drives.Since.Seconds, 1e-9);
        Send(0.4, x: 0.6f);
        Rests(At(0.4));
        Send(0.45, x: 0.6f, held: Deadman);
        Assert.Equal(HandPhase.Driving, At(0.45).Phase);
    }

    /// <summary>Neutral before drive: a device that appears deflected, or with a button down, must come to rest first.</summary>
    [Theory]
    [InlineData(0.6f, TeleopButtons.None)]
    [InlineData(0, TeleopButtons.Deadman)]
    [InlineData(0, TeleopButtons.GripperToggle)]
    public void Device_that_appears_in_use_does_not_drive(float x, TeleopButtons held)
    {
        Send(0, x, held);
        Send(0.1, x, Deadman);
        Rests(At(0.1));
        Assert.Equal(HandPhase.Closed, At(0.1).Phase);
        Send(0.2, 0.6f); // released, and the stick not at rest
        Send(0.3, 0.6f, Deadman);
        Rests(At(0.3));
        Send(0.4);
        Send(0.5, 0.6f, Deadman);
        Assert.Equal(HandPhase.Driving, At(0.5).Phase);
    }

    //  t (ms)   0    100        301
    //  message  ●    ●(deadman)
    //  drives        ███████████░
    [Fact]
    public void Old_message_is_no_hand()
    {
        Drive();
        Assert.Equal(HandPhase.Driving, At(0.3).Phase);
        Rests(At(0.301));
        Assert.Equal(HandPhase.Away, At(0.301).Phase);
        const string expected = "the device is lost while it drove, and the hand is neutral: its newest message is 201 ms old";
        Assert.StartsWith(expected, Notice(0.301), StringComparison.Ordinal);
        Assert.Empty(_stops);
        MustRestAnew(0.4);
    }

    /// <summary>On a timer's thread, between two decisions.</summary>
    [Fact]
    public void Device_that_is_lost_while_it_drives_stops_the_robot_where_that_is_configured()
    {
        _hand = Hand(Pads.Pad with { StopsWhenLost = true });
        Drive();
        _hand.Look(Stamp.FromSeconds(0.3));
        Assert.Empty(_stops);
        _hand.Look(Stamp.FromSeconds(0.31));
        Assert.Equal([FaultCode.DeadmanReleased], _stops);
        Assert.Equal(TeleopButtons.Stop, _hand.TakeWords());
        _hand.Look(Stamp.FromSeconds(0.5));
        Assert.Single(_stops);
        // Not while it rests.
        Send(0.6);
        _hand.Look(Stamp.FromSeconds(0.9));
        Assert.Single(_stops);
    }

    /// <summary>Also where the network layer, or a clock that is only guessed, says that the messages are young.</summary>
    [Theory, InlineData(true), InlineData(false)]
    public void Stamp_that_stands_still_is_as_old_as_its_first_message(bool seemsYoung)
    {
        Drive();
        for (var t = 0.15; t < 0.45; t += 0.05) Take(t, 0.6f, Deadman, stamp: 0.1, sent: seemsYoung ? t : 0.1);
        Rests(At(0.45));
        MustRestAnew(0.5);
    }

    /// <summary>A release is believed at once, whatever its stamp.</summary>
    [Fact]
    public void Release_with_an_old_stamp_counts()
    {
        Drive();
        Send(0.15, 0.6f, TeleopButtons.None, stamp: 0.1);
        Rests(At(0.15));
    }

    [Fact]
    public void Message_that_was_long_on_its_way_is_no_hand()
    {
        Drive();
        Take(0.15, 0.6f, Deadman, stamp: 0.15, sent: -0.1);
        Rests(At(0.15));
        MustRestAnew(0.2);
    }

    //  message  ●(deadman) · · · · · ●(deadman)      and nobody looked in between
    [Fact]
    public void Gap_that_nobody_saw_ends_the_hand()
    {
        Drive();
        Send(0.5, 0.6f, Deadman);
        Rests(At(0.5));
        MustRestAnew(0.55);
    }

    [Fact]
    public void Late_message_that_nobody_saw_ends_the_hand()
    {
        Drive();
        Take(0.15, 0.6f, Deadman, stamp: 0.15, sent: -0.1);
        Send(0.16, 0.6f, Deadman);
        Rests(At(0.16));
        MustRestAnew(0.2);
    }

    [Fact]
    public void What_cannot_be_believed_is_no_hand()
    {
        Drive();
        _hand.Lose("axis 2 is no number", Stamp.FromSeconds(0.15));
        Rests(At(0.15));
        Assert.Contains("axis 2 is no number", _hand.Status(Stamp.FromSeconds(0.15)), StringComparison.Ordinal);
        MustRestAnew(0.2);
    }

    /// <summary>Two senders: nobody drives for as long as that lasts, and who drives then must have come to rest.</summary>
    [Fact]
    public void Refusal_lasts_and_is_told()
    {
        Drive();
        _hand.Refuse("/joy has 2 senders, /a and /b", Stamp.FromSeconds(0.15));
        for (var t = 0.2; t < 0.5; t += 0.1)
        {
            Send(t);
            Send(t + 0.05, 0.6f, Deadman);
            Rests(At(t + 0.05));
        }
        Assert.EndsWith("/joy has 2 senders, /a and /b", Notice(0.5), StringComparison.Ordinal);
        _hand.Lose("another node sends to /joy now", Stamp.FromSeconds(0.5));
        Assert.Contains("/a and /b", _hand.Status(Stamp.FromSeconds(0.5)), StringComparison.Ordinal);
        _hand.Refuse(null, Stamp.FromSeconds(0.5));
        MustRestAnew(0.55);
    }

    [Fact]
    public void Episode_stop_and_hand_back_ask_for_rest()
    {
        Drive();
        _hand.BeginEpisode();
        Assert.False(_hand.HasMoved);
        MustRestAnew(0.2);
        Assert.True(_hand.HasMoved);
        _hand.Close("after a stop");
        MustRestAnew(1.0);
    }

    //  t (s)    0   0.1           2.2
    //  stick    ─   0.6 0.6 … 0.6     to the bit
    [Fact]
    public void Device_that_repeats_one_deflection_is_out_of_reach()
    {
        Drive(tremble: false);
        for (var t = 0.15; t <= 2.1; t += 0.05)
        {
            Assert.Equal(HandPhase.Driving, At(t).Phase);
            Send(t, 0.6f, Deadman);
        }
        Rests(At(2.15));
        Assert.Contains("out of reach", Notice(2.15), StringComparison.Ordinal);
        MustRestAnew(2.2);
    }

    [Fact]
    public void Hand_that_trembles_drives_on_and_one_that_rests_hands_back()
    {
        _hand = Hand(Pads.Pad with { StopsWhenLost = true });
        Drive();
        for (var t = 0.15; t < 5; t += 0.05) Send(t, 0.6f, Deadman, tremble: true);
        Assert.Equal(HandPhase.Driving, At(5).Phase);
        for (var t = 5.05; t < 7.3; t += 0.05)
        {
            Send(t, 0, Deadman);
            _hand.Look(Stamp.FromSeconds(t));
        }
        Assert.Equal(HandPhase.Closed, At(7.3).Phase);
        Assert.StartsWith("handed back", Notice(7.3), StringComparison.Ordinal);
        Assert.Empty(_stops);
    }

    [Fact]
    public void Stop_is_heard_at_once_from_a_device_that_nothing_else_is_believed_of()
    {
        _hand.Refuse("two senders", Stamp.Zero);
        Take(0, 0, TeleopButtons.Stop, stamp: 0, sent: -5);
        Assert.Equal([FaultCode.OperatorStop], _stops);
        Send(0.1, held: TeleopButtons.Stop);
        Assert.Single(_stops); // once, for as long as it is held
        Assert.Equal(TeleopButtons.Stop, _hand.TakeWords());
    }

    [Fact]
    public void Words_count_when_they_are_pressed_and_not_when_they_were_pressed_before()
    {
        Send(0, held: TeleopButtons.Success);
        Assert.Equal(TeleopButtons.None, _hand.TakeWords());
        Send(0.05);
        Send(0.1, held: TeleopButtons.Success);
        Send(0.15, held: TeleopButtons.Success);
        Assert.Equal(TeleopButtons.Success, _hand.TakeWords());
        Assert.Equal(TeleopButtons.None, _hand.TakeWords());
        Send(0.16);
        _hand.Lose("axis 2 is no number", Stamp.FromSeconds(0.17));
        Send(0.18, held: TeleopButtons.Success); // pressed while nothing was heard
        Assert.Equal(TeleopButtons.None, _hand.TakeWords());
        Send(0.19);
        Send(0.2, held: Deadman);
        Send(0.25, held: Deadman | TeleopButtons.Clear); // nobody clears a stop with a hand on the deadman
        Assert.Equal(TeleopButtons.None, _hand.TakeWords());
    }

    [Fact]
    public void Gripper_moves_once_a_press_and_only_while_the_hand_drives()
    {
        Send(0);
        Send(0.05, held: TeleopButtons.GripperToggle);
        Send(0.1);
        Send(0.15, 0.6f, Deadman);
        Assert.Equal(GripperCommand.Stay, At(0.15).Action[0].Gripper);
        Send(0.2, 0.6f, Deadman | TeleopButtons.GripperToggle);
        Send(0.25, 0.6f, Deadman | TeleopButtons.GripperToggle);
        Assert.Equal(GripperCommand.Close, At(0.25).Action[0].Gripper);
        Assert.Equal(GripperCommand.Stay, At(0.3).Action[0].Gripper);
        Send(0.3, 0.6f, Deadman);
        Send(0.35, 0.6f, Deadman | TeleopButtons.GripperToggle);
        Assert.Equal(GripperCommand.Open, At(0.35).Action[0].Gripper);
    }

    /// <summary>A twist and its buttons come on two topics: both must be young.</summary>
    [Theory, InlineData(true), InlineData(false)]
    public void Either_topic_that_falls_silent_is_a_device_that_is_lost(bool isMotion)
    {
        HandMotion rest = new(default, null, 0);
        _hand.Take(rest, null, Time(0));
        Assert.Equal(HandPhase.Away, At(0).Phase);
        _hand.Take(null, TeleopButtons.None, Time(0.01));
        _hand.Take(null, Deadman, Time(0.02));
        Assert.Equal(HandPhase.Driving, At(0.02).Phase);
        for (var t = 0.05; t <= 0.3; t += 0.05) _hand.Take(isMotion ? rest : null, isMotion ? null : Deadman, Time(t));
        Rests(At(0.3));
        Assert.Equal(HandPhase.Away, At(0.3).Phase);
    }

    [Fact]
    public void Other_arm_is_taken_at_rest()
    {
        _hand = new(new([("left", _layout.Arms[0]), ("right", _layout.Arms[0])]), Pads.Pad, _stops.Add);
        Drive();
        Send(0.15, 0.6f, Deadman | TeleopButtons.NextArm);
        Rests(At(0.15));
        MustRestAnew(0.2);
        Assert.Equal((0f, 0.6f), (At(0.46).Action[0].Motion[0], At(0.46).Action[1].Motion[0]));
    }

    [Fact]
    public void Loss_is_told_before_the_return()
    {
        Drive();
        Assert.StartsWith("the device is there", Notice(0.1), StringComparison.Ordinal);
        _hand.Lose("axis 2 is no number", Stamp.FromSeconds(0.15));
        Send(0.2);
        Assert.Null(Notice(1.0));
        Assert.EndsWith("axis 2 is no number", Notice(1.2), StringComparison.Ordinal);
        Assert.StartsWith("the device is there", Notice(2.3), StringComparison.Ordinal);
        Assert.Null(Notice(9));
    }

    [Fact]
    public void Notices_of_a_device_that_flickers_come_once_a_second()
    {
        var told = 0;
        for (var t = 0.0; t < 3; t += 0.05)
        {
            if ((int)(t / 0.05 + 0.5) % 2 == 0) Send(t);
            else _hand.Lose("axis 2 is no number", Stamp.FromSeconds(t));
            if (Notice(t) is not null) told++;
        }
        Assert.InRange(told, 2, 4);
    }

    private DeviceHand Hand(TeleopParameters device) => new(_layout, device, _stops.Add);

    /// <summary>Seen at rest, then driven from 0.1 s on.</summary>
    private void Drive(bool tremble = false)
    {
        Send(0);
        Send(0.1, 0.6f, Deadman, tremble: tremble);
        Assert.Equal(HandPhase.Driving, At(0.1).Phase);
    }

    /// <summary>With the deadman held on nothing drives; once seen at rest and pressed anew it does.</summary>
    private void MustRestAnew(double from)
    {
        Send(from, 0.6f, Deadman);
        Rests(At(from));
        Send(from + 0.05, 0, Deadman);
        Send(from + 0.1, 0.6f, Deadman);
        Rests(At(from + 0.1));
        Send(from + 0.15);
        Rests(At(from + 0.15));
        Send(from + 0.2, 0.6f, Deadman);
        Assert.Equal(HandPhase.Driving, At(from + 0.2).Phase);
    }

    private void Send(double at, float x = 0, TeleopButtons held = TeleopButtons.None, double? stamp = null, bool tremble = false)
    {
        if (tremble) _trembles += 1e-4f;
        Take(at, x == 0 ? 0 : x + _trembles, held, stamp ?? at, stamp ?? at);
    }

    private void Take(double at, float x, TeleopButtons held, double stamp, double sent)
    {
        NormalizedTwist motion = default;
        motion[0] = x;
        HandMotion moved = new(motion, x == 0 ? null : "axis 1", HashCode.Combine(x, held));
        _hand.Take(moved, held, new(Stamp.FromSeconds(stamp).Ns, Stamp.FromSeconds(sent), Stamp.FromSeconds(at)));
    }

    private static MessageTime Time(double at) => new(Stamp.FromSeconds(at).Ns, Stamp.FromSeconds(at), Stamp.FromSeconds(at));

    private HandCommand At(double seconds) => _hand.Command(Stamp.FromSeconds(seconds));

    private string? Notice(double seconds) => _hand.TakeNotice(Stamp.FromSeconds(seconds));

    private void Rests(in HandCommand command)
    {
        Assert.NotEqual(HandPhase.Driving, command.Phase);
        Assert.Equal(_layout.Rest, command.Action);
    }
}

using RobotRL.Control.Contract;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control.Tests;

/// <summary>
/// A memory that others write to, by accident or by a defect, while the arm moves: the loop goes on unharmed or stops safely. The channel is a real one,
/// the time is virtual.
/// <code>
/// tick   0 ──── 150 ──────────── 300 ─────────▶ end asked, the robot stands
///        moves       is written to     moves on
/// </code>
/// </summary>
public sealed class ChannelDamageTests
{
    private const int From = 150, To = 300, Last = 400, OwnStyle = 5;
    private static readonly string Hash = new('a', 64);
    private readonly string _name = $"test-{Guid.NewGuid():N}";

    public static TheoryData<ChannelDamage, FaultCode> Kinds => new()
    {
        { ChannelDamage.TargetNotANumber, FaultCode.ChannelCorrupt },
        { ChannelDamage.TargetSourceUndefined, FaultCode.ChannelCorrupt },
        { ChannelDamage.TargetFromTheFuture, FaultCode.ChannelCorrupt },
        { ChannelDamage.TargetNumberAgain, FaultCode.ChannelCorrupt },
        { ChannelDamage.BeatUndefined, FaultCode.ChannelCorrupt },
        { ChannelDamage.VersionBack, FaultCode.ChannelCorrupt },
        { ChannelDamage.VersionHuge, FaultCode.ChannelCorrupt },
        { ChannelDamage.LimitChangesHuge, FaultCode.ChannelCorrupt },
        { ChannelDamage.ResetsBack, FaultCode.ChannelCorrupt },
        { ChannelDamage.StopCauseUndefined, FaultCode.UnknownCause },
        { ChannelDamage.Magic, FaultCode.ChannelCorrupt },
        { ChannelDamage.Layout, FaultCode.ChannelCorrupt },
    };

    [Theory, MemberData(nameof(Kinds))]
    public void What_no_actor_can_mean_stops_the_robot_within_two_ticks_and_does_nothing_else(ChannelDamage kind, FaultCode expected)
    {
        using var run = new VirtualHost(_name, Hash);
        using var actor = new VirtualActor(_name, Hash);
        using ChannelProbe probe = new(_name);
        run.EachTick = tick =>
        {
            actor.Tick();
            if (tick == From) probe.Do(kind, new(1));
        };
        run.Until(Last);
        Assert.Equal(expected, run.FaultAt(Last - 1).Code);
        Assert.InRange(run.FirstFault, From, From + 2);
        Assert.Equal(0, run.Newest.RefusedLimitChanges);
        Assert.Equal(GateState.PowerRemoved, run.Newest.Gate);
    }

    // As long as no decision takes its place, a write that never ends is told from one under way by its time.
    [Fact]
    public void Write_that_never_ends_stops_the_robot_though_its_writer_shows_life()
    {
        using var run = new VirtualHost(_name, Hash);
        using var actor = new VirtualActor(_name, Hash);
        using ChannelProbe probe = new(_name);
        run.EachTick = tick =>
        {
            actor.End.Beat();
            actor.Heartbeats.Publish(new(run.Now, CommandingState.SignedOff));
            if (tick == From) probe.Do(ChannelDamage.VersionOddForever, new(1));
        };
        run.Until(1000);
        Assert.Equal(FaultCode.ChannelCorrupt, run.FaultAt(999).Code);
        var most = (int)(TestArm.Limits.HeartbeatMaxAgeNs / TestArm.Description.ControlPeriodNs);
        Assert.InRange(run.FirstFault, From + most, From + most + 3);
    }

    [Fact]
    public void Limit_changes_are_all_counted_in_one_step_and_each_is_refused()
    {
        using var run = new VirtualHost(_name, Hash);
        using var actor = new VirtualActor(_name, Hash);
        run.EachTick = tick =>
        {
            actor.Tick();
            for (var i = 0; tick == From && i < 700; i++) actor.End.RefuseLimitChange();
        };
        run.Until(Last);
        Assert.Equal((700, FaultCode.None), (run.Newest.RefusedLimitChanges, run.FaultAt(Last - 1).Code));
    }

    [Fact]
    public void Of_two_stops_in_one_tick_the_more_severe_decides_and_the_operator_s_is_remembered()
    {
        using var run = new VirtualHost(_name, Hash);
        using var actor = new VirtualActor(_name, Hash);
        run.EachTick = tick =>
        {
            actor.Tick();
            if (tick != From) return;
            actor.RequestStop(FaultCode.SensorError);
            actor.RequestStop(FaultCode.OperatorStop);
        };
        run.Until(Last);
        Assert.Equal(FaultCode.SensorError, run.FaultAt(Last - 1).Code);
        Assert.True(run.Newest.Causes.Contains(FaultCode.OperatorStop));
    }

    [Fact]
    public void Flood_of_scene_requests_sets_up_one_scene_a_tenth_of_a_second_and_none_while_commanded()
    {
        using var run = new VirtualHost(_name, Hash, hasWorld: true);
        using ActorEnd actor = new(ControlChannel.Attach(_name, Hash));
        const int commandedFrom = 1000, last = 1200;
        var before = 0;
        run.EachTick = tick =>
        {
            actor.Beat();
            if (tick == commandedFrom) before = run.Scenes;
            if (tick >= commandedFrom) actor.Heartbeats.Publish(new(run.Now, CommandingState.Commanding));
            for (var i = 0; i < 20; i++) actor.RequestScene(1);
        };
        run.Until(last);
        Assert.InRange(before, 2, commandedFrom / 100 + 1);
        Assert.Equal((FaultCode.None, before), (run.FaultAt(last - 1).Code, run.Scenes));
    }

    [Fact]
    public void Operator_resets_a_channel_that_was_corrupt_for_a_moment_and_the_arm_moves_on()
    {
        using var run = new VirtualHost(_name, Hash);
        using var actor = new VirtualActor(_name, Hash);
        using ChannelProbe probe = new(_name);
        run.EachTick = tick =>
        {
            if (tick is < 800 or > 1000) actor.Tick();
            else actor.End.Beat();
            if (tick == From) probe.Do(ChannelDamage.VersionHuge, new(1));
            if (tick == 900) actor.Heartbeats.Publish(new(run.Now, CommandingState.SignedOff));
            if (tick == 950) actor.RequestReset();
        };
        run.Until(1500);
        Assert.Equal(FaultCode.ChannelCorrupt, run.FaultAt(From + 2).Code);
        Assert.Equal(FaultCode.None, run.FaultAt(1499).Code);
    }

    // 504 runs of 200 writes each: bytes, words, and whole fields by every rule that can be broken.
    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(4)]
    public void Hundred_thousand_stray_writes_end_in_a_safe_stop_or_leave_the_robot_unharmed(int seed)
    {
        const int runs = 126, writesPerTick = 2, writes = writesPerTick * 100;
        var random = new Random(seed);
        Dictionary<FaultCode, int> answers = [];
        var total = 0;
        var kinds = Enum.GetValues<ChannelDamage>();
        for (var i = 0; i < runs; i++)
        {
            var name = $"{_name}-{i}";
            using var run = new VirtualHost(name, Hash, hasWorld: i % 2 == 0);
            using var actor = new VirtualActor(name, Hash);
            Envelope envelope = new(TestArm.Description, TestArm.Task.EndEffectorInFlange);
            var (done, refused, scenes) = (0, 0, 0);
            var cells = Places(run.Channel.Layout);
            run.EachTick = tick =>
            {
                envelope.Check(run.Newest);
                // The work of a tick is bounded: what is counted one by one rises by little, and scenes are set up one at a time.
                Assert.InRange(run.Newest.RefusedLimitChanges - refused, 0, 1000);
                Assert.InRange(run.Scenes - scenes, 0, 1);
                (refused, scenes) = (run.Newest.RefusedLimitChanges, run.Scenes);
                actor.Tick();
                for (var write = 0; tick >= From && done < writes && write < writesPerTick; write++, done++) Write(random, run.Channel, cells, kinds, i % 6);
            };
            run.Until(To);
            // The loop has ended: its last command left the robot without power.
            Assert.True(run.Robot.Command.IsSealed && run.Robot.Command.RemovePower, $"{run.Newest.Gate} {run.Newest.Fault}");
            total += done;
            var fault = run.FaultAt(Math.Min(run.Ticks, To) - 1).Code;
            if (i % 6 == OwnStyle) Assert.Equal(FaultCode.None, fault);
            answers[fault] = answers.GetValueOrDefault(fault) + 1;
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{total} writes, answers: {string.Join(", ", answers)}");
        Assert.InRange(total, runs * writes * 9 / 10, runs * writes);
        Assert.True(answers.GetValueOrDefault(FaultCode.ChannelCorrupt) > runs / 4, "the writes were tame");
    }

    [Fact]
    public void Examining_the_memory_allocates_nothing()
    {
        using var control = ControlChannel.Create(_name, Hash, 0);
        control.Open();
        using ActorEnd actor = new(ControlChannel.Attach(_name, Hash));
        ChannelIntake intake = new(control, 20, 250);
        CartesianTarget target = default;
        ControlRecord record = default;
        Assert.Equal(0, Allocation.Least(() =>
        {
            for (var i = 1; i <= 1000; i++)
            {
                actor.Beat();
                actor.Heartbeats.Publish(new(new(i), CommandingState.Commanding));
                actor.Targets.Publish(target with { Sequence = i });
                intake.Take(new(i));
                control.Latest.Publish(record);
            }
        }));
    }

    /// <summary>Where something lies that is read: header, and each cell's version, sum and first words.</summary>
    private static int[] Places(ChannelLayout layout) =>
    [
        .. Enumerable.Range(0, 9).Select(i => 8 * i),
        .. new[] { layout.Targets, layout.Heartbeats, layout.Link, layout.Requests, layout.Answers, layout.Latest, layout.World }
            .SelectMany(at => Enumerable.Range(0, 10).Select(i => at + 8 * i)),
    ];

    private static unsafe void Write(Random random, ControlChannel channel, int[] places, ChannelDamage[] kinds, int style)
    {
        var memory = channel.Memory;
        switch (style)
        {
            case 0: memory[random.Next(channel.Layout.Bytes)] = (byte)random.Next(256); return;
            case 1: memory[places[random.Next(places.Length)] + random.Next(8)] ^= (byte)(1 << random.Next(8)); return;
            case 2: *(long*)(memory + places[random.Next(places.Length)]) = random.NextInt64(long.MinValue, long.MaxValue); return;
            // What the control process has written itself it does not need to find again.
            case OwnStyle: memory[random.Next(channel.Layout.Answers, channel.Layout.Bytes)] = (byte)random.Next(256); return;
            case 3: *(long*)(memory + places[random.Next(places.Length)]) += random.Next(-4, 5); return;
            // Many times what changes nothing that lasts: else the first write is the last that matters.
            default:
                ChannelForgery.Do(random.Next(40) == 0 ? kinds[random.Next(kinds.Length)] : ChannelDamage.StrayByte, memory, channel.Layout, random);
                return;
        }
    }
}

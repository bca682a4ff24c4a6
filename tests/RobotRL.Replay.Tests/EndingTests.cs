using RobotRL.Episodes;
using RobotRL.Model;

namespace RobotRL.Replay.Tests;

/// <summary>Stops as a buffer learns of them, from the session and from the disk alike; and what of a human's driving shows anything.</summary>
public sealed class EndingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("robotrl-endings").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<FaultCode> Causes => [.. Enum.GetValues<FaultCode>()];

    [Theory]
    [MemberData(nameof(Causes))]
    public void A_stop_terminates_truncates_or_drops_its_step_alike_from_the_session_and_from_the_disk(FaultCode cause)
    {
        var end = EpisodeEnding.Of(cause).End;
        var steps = Marked.Episode(10, "ppp", terminated: end == EpisodeEnd.Terminates);
        steps[^1] = steps[^1] with { Stop = cause };
        var store = EpisodeStore.Open(_folder, TornEpisodes.Keep, _ => { });
        using (var writer = store.Begin(
            new() { Kind = EpisodeKind.Online, Seed = 1, Task = "t", ConfigHash = "", Cameras = ["a", "b"], WallClockOffsetNs = 1_000_000_000 }))
        {
            foreach (var step in steps) writer.Append(step, 0);
            writer.Complete(EpisodeOutcome.SafetyStop);
        }

        using ReplayBuffer lived = Buffer(), read = Buffer(), followed = Buffer();
        lived.AddAll(EpisodeKind.Online, steps);
        store.ReplayInto(read);
        using var tail = new EpisodeTail(_folder);
        foreach (var progress in tail.Poll()) followed.AddAll(EpisodeKind.Online, progress.Steps.Select(s => s.Transition));
        foreach (var buffer in (ReplayBuffer[])[lived, read, followed])
        {
            Assert.Equal(end == EpisodeEnd.Drops ? 2 : 3, buffer.Count(ReplaySet.Online));
            Assert.Equal(buffer.Count(ReplaySet.Online), buffer.Added);
            Assert.Equal(end == EpisodeEnd.Drops ? 3 : 4, buffer.FramesHeld);
            var batch = new Batch(128, StandardSize.Proprioception, 3, Marked.Layout.ImageShapes);
            new MixedSource(buffer, 0, new RandomStream(0)).Sample(batch);
            for (var row = 0; row < batch.Size; row++) Assert.Equal(batch.Rewards[row] == 12 && end == EpisodeEnd.Terminates ? 1 : 0, batch.Terminated[row]);
        }
        // On disk all of it stays.
        Assert.Equal((3, cause), (store.Episodes().Single().Steps.Count, store.Episodes().Single().Steps[^1].Transition.Stop));
    }

    // driver     p  h  h  h  p  h  h
    // altered       a  a  a        a
    // stopping                     s      an operator's stop has the human as its source
    // shown         -  x  x     x  -
    [Fact]
    public void Braking_and_a_first_step_after_a_takeover_that_is_not_the_humans_own_are_no_demonstration()
    {
        using var buffer = Buffer();
        var steps = Marked.Episode(0, "phhhphh");
        steps[5] = steps[5] with { Action = steps[5].Action with { Proposed = steps[5].Action.Executed } };
        steps[^1] = steps[^1] with { Action = steps[^1].Action with { Limits = LimitFlags.Stopping } };
        buffer.AddAll(EpisodeKind.Online, steps);
        Assert.Equal(7, buffer.Count(ReplaySet.Online));
        Assert.Equal([2, 3, 5], Marked.Pairs(buffer, 1).Keys);
        Assert.Equal([2, 3, 5], Shown(buffer, 0));
    }

    [Fact]
    public void A_human_who_drives_from_the_start_shows_the_first_step_too()
    {
        using var buffer = Buffer();
        buffer.AddAll(EpisodeKind.Online, Marked.Episode(0, "hhp"));
        buffer.AddAll(EpisodeKind.Online, Marked.Episode(10, "hp"));
        Assert.Equal([0, 1, 10], Marked.Pairs(buffer, 1).Keys);
    }

    [Theory]
    [InlineData(FaultCode.OperatorStop)]
    [InlineData(FaultCode.DeadmanReleased)]
    [InlineData(FaultCode.CollisionForce)]
    public void A_stopped_step_of_a_demonstration_is_not_shown(FaultCode cause)
    {
        using var buffer = Buffer();
        var steps = Marked.Episode(0, "hhh");
        steps[^1] = steps[^1] with { Stop = cause };
        buffer.AddAll(EpisodeKind.Demonstration, steps);
        Assert.Equal([0, 1], Marked.Pairs(buffer, 1).Keys);
    }

    [Fact]
    public void A_message_from_before_causes_were_recorded_is_read_as_it_was_written()
    {
        var messages = new RosMessages(0, []);
        var decision = new Decision(
            Time: new(5), Step: 3, Action: Marked.Action(7), Reward: 0, Terminated: true, Truncated: false, PolicyVersion: 9,
            Stop: FaultCode.CollisionForce, Grips: Grips.Of(GripperCommand.Close));
        var bytes = messages.Write(decision).ToArray();
        Assert.Equal((FaultCode.CollisionForce, GripperCommand.Close), Of(bytes));
        var stopAt = Array.LastIndexOf(bytes, (byte)FaultCode.CollisionForce, bytes.Length - 5);
        Assert.Equal((FaultCode.CollisionForce, GripperCommand.Close), Of(bytes[..(stopAt + 2)])); // from before there was a second arm
        Assert.Equal((FaultCode.None, GripperCommand.Stay), Of(bytes[..stopAt]));
        bytes[stopAt] = 250;
        Assert.Contains("250", Assert.Throws<InvalidDataException>(() => Of(bytes)).Message, StringComparison.Ordinal);

        (FaultCode, GripperCommand) Of(byte[] data)
        {
            var read = messages.ReadDecision(
                new(new(1, 0, "/action", "cdr", System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty), 0, 0, 0, data));
            Assert.Equal((true, 9L), (read.Terminated, read.PolicyVersion));
            return (read.Stop, read.Grips[0]);
        }
    }

    [Theory]
    [InlineData(FaultCode.OperatorStop, false)]
    [InlineData(FaultCode.CollisionForce, true)]
    [InlineData(FaultCode.None, true)]
    public void An_outcome_that_is_amended_to_a_stop_keeps_to_its_cause(FaultCode cause, bool terminates)
    {
        var store = EpisodeStore.Open(_folder, TornEpisodes.Keep, _ => { });
        using (var writer = store.Begin(
            new() { Kind = EpisodeKind.Online, Seed = 1, Task = "t", ConfigHash = "", Cameras = ["a", "b"], WallClockOffsetNs = 1_000_000_000 }))
        {
            foreach (var step in Marked.Episode(0, "pp")) writer.Append(step with { Stop = cause }, 0);
            writer.Complete(EpisodeOutcome.Success);
        }
        Amendments.Append(_folder, new(0, EpisodeOutcome.SafetyStop, null, "a", "b", DateTime.UnixEpoch));
        var last = store.Episodes().Single().Steps[^1].Transition;
        Assert.Equal((terminates, !terminates, 0f), (last.Terminated, last.Truncated, last.Reward));
    }

    // told before   open                       closed (though the fingers hold a part, and stand wide open)
    // commands      open stay close close stay open  |  open  close
    // changed        0    0    1     0     0    1    |    1     1
    [Fact]
    public void The_gripper_changes_when_a_command_reverses_the_last_one_whatever_its_width_is()
    {
        using var buffer = Buffer();
        Add(GripperCommand.Open, 0,
            [GripperCommand.Open, GripperCommand.Stay, GripperCommand.Close, GripperCommand.Close, GripperCommand.Stay, GripperCommand.Open]);
        Add(GripperCommand.Close, 1, [GripperCommand.Open, GripperCommand.Close]);
        Assert.Equal([0, 0, 1, 0, 0, 1, 1, 1], Changes());

        // Recorded before: what the gripper was doing at first is not known, and no change is charged for it.
        Add(GripperCommand.Stay, 1, [GripperCommand.Close, GripperCommand.Open]);
        Assert.Equal([0, 0, 1, 0, 0, 1, 1, 1, 0, 1], Changes());

        float[] Changes()
        {
            var batch = new Batch(512, StandardSize.Proprioception, 3, Marked.Layout.ImageShapes);
            new MixedSource(buffer, 0, new RandomStream(0)).Sample(batch);
            var changes = new float[buffer.Count(ReplaySet.Online)];
            for (var row = 0; row < batch.Size; row++) changes[(int)batch.Rewards[row]] = batch.GripperChanged[row];
            return changes;
        }
        void Add(GripperCommand before, int width, GripperCommand[] commands)
        {
            var observation = Marked.Observation(width);
            foreach (var command in commands)
            {
                var next = Marked.Observation(width);
                buffer.Add(EpisodeKind.Online,
                    new Transition(observation, Marked.Action(0, gripper: command), buffer.Added, next, false, false) { Grips = Grips.Of(before) });
                observation = next;
                if (before != GripperCommand.Stay && command != GripperCommand.Stay) before = command;
            }
        }
    }

    private static ReplayBuffer Buffer() => new(Marked.Layout, Marked.Actions, 100, 100);

    private static SortedSet<int> Shown(ReplayBuffer buffer, double share)
    {
        var batch = new Batch(512, StandardSize.Proprioception, 3, Marked.Layout.ImageShapes);
        new MixedSource(buffer, share, new RandomStream(0)).Sample(batch);
        return [.. Enumerable.Range(0, batch.Size).Where(row => batch.Shown[row] == 1).Select(row => (int)batch.Rewards[row])];
    }
}

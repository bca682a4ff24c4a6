using CsCheck;
using RobotRL.Episodes;
using RobotRL.Mcap;
using RobotRL.Mcap.Tests;
using RobotRL.Model;

namespace RobotRL.Replay.Tests;

public sealed class EpisodeStoreTests : IDisposable
{
    private static readonly EpisodeInfo Info = new()
    {
        Kind = EpisodeKind.Online,
        Seed = ulong.MaxValue,
        Task = "peg-insert",
        ConfigHash = "c0ffee",
        Cameras = ["wrist", "side"],
        WallClockOffsetNs = 1_700_000_000_123_456_789,
    };

    private readonly string _directory = Directory.CreateTempSubdirectory("robotrl-episodes-").FullName;
    private readonly List<string> _log = [];

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private EpisodeStore Open(TornEpisodes torn = TornEpisodes.Keep) => EpisodeStore.Open(_directory, torn, _log.Add);

    private static void Record(
        EpisodeStore store, List<Transition> steps, EpisodeKind kind = EpisodeKind.Online, EpisodeOutcome? outcome = EpisodeOutcome.Success)
    {
        using var writer = store.Begin(Info with { Kind = kind });
        for (var i = 0; i < steps.Count; i++) writer.Append(steps[i], 100 + i);
        if (outcome is { } end) writer.Complete(end);
    }

    [Fact]
    public void An_episode_comes_back_to_the_bit()
    {
        var gen = Gen.Select(Gen.Int.Array[19 + 3 * 7], Gen.Byte.Array[12], Gen.Long[0, 400_000_000_000_000_000], Gen.UInt, Gen.Bool).Array[1, 6];
        gen.Sample(parts =>
        {
            var steps = new List<Transition>();
            var observation = Observe(parts[0]);
            foreach (var part in parts)
            {
                var next = Observe(part);
                var reward = BitConverter.Int32BitsToSingle(part.Item1[3]);
                steps.Add(new Transition(observation, Act(part.Item1, part.Item4), reward, next, part.Item5, !part.Item5));
                observation = next;
            }
            var store = Open();
            Record(store, steps, outcome: EpisodeOutcome.TimedOut);

            var episode = EpisodeReader.Read(store.Files[^1]);

            Assert.Equal(EpisodeOutcome.TimedOut, episode.Outcome);
            Assert.Equal(Text(Info), Text(episode.Info with { Index = 0 }));
            Assert.Equal(steps.Select(Bits), episode.Transitions.Select(Bits));
            Assert.Equal(Enumerable.Range(100, steps.Count).Select(v => (long)v), episode.Steps.Select(s => s.PolicyVersion));
            for (var i = 1; i < steps.Count; i++) Assert.Same(episode.Steps[i - 1].Transition.Next, episode.Steps[i].Transition.Observation);
        }, iter: 30, threads: 1);

        static Observation Observe((int[] Bits, byte[] Rgb, long Time, uint, bool) part) => new(
            new Stamp(part.Time), [.. part.Bits.Take(19).Select(BitConverter.Int32BitsToSingle)],
            [
                new PolicyImage(new Stamp(part.Time / 2), ImageShape.Square(2), part.Rgb),
                new PolicyImage(new Stamp(part.Time / 3), new(1, 3, ImageShape.Gray), part.Rgb[..3]),
            ]);

        static ExecutedAction Act(int[] bits, uint limits)
        {
            var action = new ExecutedAction { Source = ActionSource.Reflex, Limits = (LimitFlags)limits };
            for (var i = 0; i < 6; i++)
            {
                action.Policy[0].Motion[i] = BitConverter.Int32BitsToSingle(bits[19 + i]);
                action.Proposed[0].Motion[i] = BitConverter.Int32BitsToSingle(bits[26 + i]);
                action.Executed[0].Motion[i] = BitConverter.Int32BitsToSingle(bits[33 + i]);
            }
            (action.Policy[0].Stiffness, action.Proposed[0].Stiffness, action.Executed[0].Stiffness) =
                (action.Policy[0].Motion[5], action.Proposed[0].Motion[4], action.Executed[0].Motion[3]);
            (action.Policy[0].Damping, action.Proposed[0].Damping, action.Executed[0].Damping) =
                (action.Policy[0].Motion[2], action.Proposed[0].Motion[1], action.Executed[0].Motion[0]);
            (action.Policy[0].Gripper, action.Executed[0].Gripper) = (GripperCommand.Close, GripperCommand.Open);
            return action;
        }
    }

    [Fact]
    public void Decision_from_before_impedance_was_part_of_it_is_read_without()
    {
        var messages = new RosMessages(Info.WallClockOffsetNs, []);
        var action = Marked.Action(3);
        (action.Proposed[0].Stiffness, action.Executed[0].Stiffness, action.Executed[0].Damping) = (1, 0.5f, -0.25f);
        var decision = new Decision(Time: new(5), Step: 7, Action: action, Reward: 0.5f, Terminated: true, Truncated: false, PolicyVersion: 11);
        var bytes = messages.Write(decision).ToArray();
        Assert.Equal(decision, Read(bytes));

        (action.Proposed[0].Stiffness, action.Executed[0].Stiffness, action.Executed[0].Damping) = (0, 0, 0);
        Assert.Equal(decision with { Action = action }, Read(bytes[..^(6 * sizeof(float) + 2 + 6)]));

        Decision Read(byte[] data)
        {
            var nothing = System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty;
            return messages.ReadDecision(new McapMessage(new McapChannel(1, 1, RosMessages.DecisionTopic, "cdr", nothing), 0, 0, 0, data));
        }
    }

    [Fact]
    public void Every_step_can_be_read_by_others_as_soon_as_it_is_appended()
    {
        var steps = Marked.Episode(0, "pphp");
        var store = Open();
        using var writer = store.Begin(Info);
        for (var i = 0; i < steps.Count; i++)
        {
            writer.Append(steps[i], 0);
            var seen = EpisodeReader.Read(writer.ActivePath);
            Assert.Equal(steps.Take(i + 1).Select(Bits), seen.Transitions.Select(Bits));
            Assert.Equal(EpisodeOutcome.Interrupted, seen.Outcome);
        }
        Assert.Empty(store.Files);
        writer.Complete(EpisodeOutcome.Success);
        Assert.Single(store.Files);
        Assert.False(File.Exists(writer.ActivePath));
    }

    [Fact]
    public void Cut_off_anywhere_an_episode_keeps_a_prefix_of_whole_steps()
    {
        var steps = Marked.Episode(0, "pphp");
        Record(Open(), steps, outcome: null);
        var active = Path.Combine(_directory, "000000.mcap.active");
        var bytes = File.ReadAllBytes(active);
        File.Delete(active);

        var kept = 0;
        for (var length = 0; length <= bytes.Length; length += length < bytes.Length - 7 ? 7 : 1)
        {
            File.WriteAllBytes(active, bytes[..length]);
            var store = Open();
            var episode = store.Episodes().SingleOrDefault();
            var count = episode?.Steps.Count ?? 0;
            Assert.Equal(steps.Take(count).Select(Bits), episode?.Transitions.Select(Bits) ?? []);
            Assert.True(count >= kept);
            kept = count;
            Assert.Equal(1, store.NextIndex);
            foreach (var file in Directory.EnumerateFiles(_directory))
            {
                Assert.EndsWith(count > 0 ? ".mcap" : ".mcap.unreadable", file, StringComparison.Ordinal);
                File.Delete(file);
            }
        }
        Assert.Equal(4, kept);
    }

    [Fact]
    public void Interrupted_episodes_are_kept_or_discarded_or_left_as_asked()
    {
        Record(Open(), Marked.Episode(0, "pp"));
        Record(Open(), Marked.Episode(10, "ppp"), outcome: null);

        Assert.Single(Open(TornEpisodes.Leave).Files);
        Assert.Empty(_log);
        Assert.True(File.Exists(Path.Combine(_directory, "000001.mcap.active")));

        var store = Open(TornEpisodes.Keep);
        Assert.Equal([EpisodeOutcome.Success, EpisodeOutcome.Interrupted], store.Episodes().Select(e => e.Outcome));
        Assert.Contains("3 whole steps are kept", Assert.Single(_log), StringComparison.Ordinal);
        Assert.Equal(2, store.NextIndex);

        Record(store, Marked.Episode(20, "p"), outcome: null);
        _log.Clear();
        Assert.Equal(2, Open(TornEpisodes.Discard).Files.Count);
        Assert.Contains("discarded", Assert.Single(_log), StringComparison.Ordinal);
        Assert.Equal(2, Directory.EnumerateFiles(_directory).Count());
    }

    [Theory]
    [InlineData(TornEpisodes.Keep)]
    [InlineData(TornEpisodes.Discard)]
    public void An_episode_killed_between_its_last_byte_and_its_name_is_whole(TornEpisodes torn)
    {
        Record(Open(), Marked.Episode(0, "pp"));
        File.Move(Path.Combine(_directory, "000000.mcap"), Path.Combine(_directory, "000000.mcap.active"));
        Assert.Equal(EpisodeOutcome.Success, Assert.Single(Open(torn).Episodes()).Outcome);
    }

    [Fact]
    public void A_recovery_that_was_itself_killed_starts_over_without_duplicates()
    {
        var steps = Marked.Episode(0, "pp");
        Record(Open(), steps, outcome: null);
        var active = Path.Combine(_directory, "000000.mcap.active");
        var torn = File.ReadAllBytes(active);

        // Killed while it copied.
        File.WriteAllBytes(Path.Combine(_directory, "000000.mcap.recovering"), torn[..200]);
        Assert.Equal(2, Assert.Single(Open().Episodes()).Steps.Count);
        // Killed before it deleted the original.
        File.WriteAllBytes(active, torn);
        Assert.Equal(2, Assert.Single(Open().Episodes()).Steps.Count);
        Assert.Single(Directory.EnumerateFiles(_directory));
    }

    [Fact]
    public void Buffers_are_rebuilt_in_order_and_without_evaluation()
    {
        var store = Open();
        using var live = new ReplayBuffer(Marked.Layout, Marked.Actions, 5, 5);
        foreach (var (kind, steps) in new[]
        {
            (EpisodeKind.Demonstration, Marked.Episode(0, "hhh")), (EpisodeKind.Online, Marked.Episode(10, "pphh")),
            (EpisodeKind.Evaluation, Marked.Episode(20, "pp")), (EpisodeKind.Online, Marked.Episode(30, "php", terminated: true)),
        })
        {
            live.AddAll(kind, steps);
            Record(store, steps, kind);
        }

        using var rebuilt = new ReplayBuffer(Marked.Layout, Marked.Actions, 5, 5);
        Open().ReplayInto(rebuilt);

        var expected = new Batch(64, StandardSize.Proprioception, 3, Marked.Layout.ImageShapes);
        var actual = new Batch(64, StandardSize.Proprioception, 3, Marked.Layout.ImageShapes);
        new MixedSource(live, 0.5, new RandomStream(4)).Sample(expected);
        new MixedSource(rebuilt, 0.5, new RandomStream(4)).Sample(actual);
        Assert.Equal(expected.Rewards, actual.Rewards);
        Assert.Equal(expected.NextImages[0], actual.NextImages[0]);
        Assert.Equal(expected.Terminated, actual.Terminated);
        Assert.Equal(live.FramesHeld, rebuilt.FramesHeld);
    }

    [Fact]
    public void Episodes_without_images_are_stored_too()
    {
        var (first, second) = (Marked.Observation(1) with { Images = [] }, Marked.Observation(2) with { Images = [] });
        var store = Open();
        using (var writer = store.Begin(Info with { Cameras = [] }))
        {
            writer.Append(new Transition(first, default, 1, second, true, false), 0);
            writer.Complete(EpisodeOutcome.Success);
        }
        var step = Assert.Single(Assert.Single(store.Episodes()).Transitions);
        Assert.Equal(second.Proprioception, step.Next.Proprioception);
        Assert.Empty(step.Observation.Images);
    }

    [Fact]
    public void A_step_that_does_not_follow_the_one_before_is_refused()
    {
        using var writer = Open().Begin(Info);
        writer.Append(Marked.Episode(0, "p")[0], 0);
        Assert.Throws<ArgumentException>(() => writer.Append(Marked.Episode(5, "p")[0], 0));
    }

    [Fact]
    public void An_episode_without_a_step_leaves_no_file()
    {
        using (var writer = Open().Begin(Info)) writer.Complete(EpisodeOutcome.SafetyStop);
        Assert.Empty(Directory.EnumerateFiles(_directory));
    }

    [Fact]
    public void Other_files_in_the_directory_are_passed_over()
    {
        File.WriteAllText(Path.Combine(_directory, "notes.mcap"), "mine");
        File.WriteAllText(Path.Combine(_directory, ".mcap"), "");
        Assert.Empty(Open().Files);
        Assert.Equal(0, Open().NextIndex);
    }

    [Fact]
    public void The_public_reader_decodes_every_message_of_an_episode()
    {
        var steps = Marked.Episode(3, "ph", terminated: true);
        var store = Open();
        Record(store, steps);

        var read = NpmReader.Read(store.Files[0]);

        var messages = read.GetProperty("messages").EnumerateArray().ToArray();
        string[] observation = ["/observation/images/wrist", "/observation/images/side", "/observation/proprioception"];
        Assert.Equal([.. observation, "/action", .. observation, "/action", .. observation], messages.Select(m => m.GetProperty("topic").GetString()));
        Assert.Equal(["sensor_msgs/msg/Image", "sensor_msgs/msg/Image", "robotrl_msgs/msg/Proprioception", "robotrl_msgs/msg/Decision"],
            messages[..4].Select(m => m.GetProperty("schema").GetString()));

        var image = messages[1].GetProperty("data");
        Assert.Equal(2 * Marked.Side, image.GetProperty("height").GetInt32());
        Assert.Equal(3 * Marked.Side, image.GetProperty("width").GetInt32());
        Assert.Equal("mono8", image.GetProperty("encoding").GetString());
        Assert.Equal("rgb8", messages[0].GetProperty("data").GetProperty("encoding").GetString());
        Assert.Equal("side", image.GetProperty("header").GetProperty("frame_id").GetString());
        Assert.Equal(3 * Marked.Side, image.GetProperty("step").GetInt32());
        Assert.Equal(steps[0].Observation.Images[1].Pixels.Length, image.GetProperty("data").GetProperty("length").GetInt32());
        Assert.Equal(steps[0].Observation.Proprioception, messages[2].GetProperty("data").GetProperty("values").EnumerateArray().Select(v => v.GetSingle()));

        var decision = messages[7].GetProperty("data");
        Assert.Equal(1, decision.GetProperty("source").GetInt32());
        Assert.Equal([4f, 4.125f, 4.25f, 4.375f, 4.5f, 4.625f],
            decision.GetProperty("executed").GetProperty("motion").EnumerateArray().Select(v => v.GetSingle()));
        Assert.Equal(4, decision.GetProperty("reward").GetSingle());
        Assert.True(decision.GetProperty("terminated").GetBoolean());
        Assert.False(decision.GetProperty("truncated").GetBoolean());
        Assert.Equal("101", decision.GetProperty("policy_version").GetString());
        var stamp = decision.GetProperty("header").GetProperty("stamp");
        Assert.Equal(Info.WallClockOffsetNs + 4, stamp.GetProperty("sec").GetInt64() * 1_000_000_000 + stamp.GetProperty("nanosec").GetInt64());

        Assert.Equal(["robotrl.episode", "robotrl.outcome"], read.GetProperty("metadata").EnumerateArray().Select(m => m.GetProperty("name").GetString()));
    }

    private static string Text(EpisodeInfo info) => $"{info with { Cameras = [] }} {string.Join(',', info.Cameras)}";

    /// <summary>Every value of a transition, floats by their bits.</summary>
    private static string Bits(Transition t)
    {
        return $"{Of(t.Observation)} | {Act(t.Action.Policy)} {Act(t.Action.Proposed)} {Act(t.Action.Executed)} {t.Action.Source} {(uint)t.Action.Limits}"
            + $" | {BitConverter.SingleToInt32Bits(t.Reward)} {t.Terminated} {t.Truncated} | {Of(t.Next)}";

        static string Of(Observation o) =>
            $"{o.Time.Ns} {Floats(o.Proprioception)} {string.Join(' ', o.Images.Select(i => $"{i.CaptureTime.Ns} {i.Shape} {Convert.ToHexString(i.Pixels)}"))}";
        static string Act(PolicyAction a) => string.Join(' ', ((ReadOnlySpan<ArmAction>)a).ToArray()
            .Select(arm => $"{Floats(arm.Motion)} {Floats([arm.Stiffness, arm.Damping])} {arm.Gripper}"));
        static string Floats(ReadOnlySpan<float> values) => string.Join(',', values.ToArray().Select(BitConverter.SingleToInt32Bits));
    }
}

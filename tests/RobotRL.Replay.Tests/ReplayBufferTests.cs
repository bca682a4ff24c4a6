using CsCheck;
using RobotRL.Episodes;
using RobotRL.Model;

namespace RobotRL.Replay.Tests;

public sealed class ReplayBufferTests
{
    private static ReplayBuffer NewBuffer(int online = 100, int demonstrations = 100) => new(Marked.Layout, Marked.Actions, online, demonstrations);

    // steps         p  h  h  h  p  h  h  h  p
    // frames      0  1  2  3  4  5  6  7  8  9
    // demo set          2→3→4     6→7→8
    [Fact]
    public void An_intervention_after_a_gap_does_not_continue_the_one_before()
    {
        using var buffer = NewBuffer();
        buffer.AddAll(EpisodeKind.Online, Marked.Episode(0, "phhhphhhp"));

        var pairs = Marked.Pairs(buffer, demonstrationShare: 1);

        Assert.Equal([2, 3, 6, 7], pairs.Keys);
        Assert.Equal([3, 4, 7, 8], pairs.Values);
    }

    [Fact]
    public void The_last_step_of_an_episode_bootstraps_from_its_own_last_frame()
    {
        using var buffer = NewBuffer();
        buffer.AddAll(EpisodeKind.Online, Marked.Episode(10, "ppp"));
        buffer.AddAll(EpisodeKind.Online, Marked.Episode(20, "pp", terminated: true));
        buffer.AddAll(EpisodeKind.Online, Marked.Episode(30, "p"));

        var pairs = Marked.Pairs(buffer, 0);

        Assert.Equal([10, 11, 12, 20, 21, 30], pairs.Keys);
        Assert.All(pairs, pair => Assert.Equal(pair.Key + 1, pair.Value));
    }

    [Fact]
    public void A_truncated_step_still_bootstraps_and_a_terminated_one_does_not()
    {
        using var buffer = NewBuffer();
        buffer.AddAll(EpisodeKind.Online, Marked.Episode(10, "pp"));
        buffer.AddAll(EpisodeKind.Online, Marked.Episode(20, "pp", terminated: true));
        var batch = new Batch(256, StandardSize.Proprioception, 3, Marked.Layout.ImageShapes);

        new MixedSource(buffer, 0, new RandomStream(3)).Sample(batch);

        for (var row = 0; row < batch.Size; row++) Assert.Equal(batch.Rewards[row] == 21 ? 1 : 0, batch.Terminated[row]);
    }

    [Fact]
    public void Each_frame_is_stored_once_whatever_sets_it_is_in()
    {
        using var buffer = NewBuffer();
        buffer.AddAll(EpisodeKind.Online, Marked.Episode(0, "phhhp"));
        Assert.Equal(6, buffer.FramesHeld);
        buffer.AddAll(EpisodeKind.Demonstration, Marked.Episode(100, "hhh"));
        Assert.Equal(10, buffer.FramesHeld);
        Assert.Equal(5, buffer.Count(ReplaySet.Online));
        Assert.Equal(5, buffer.Count(ReplaySet.Demonstration));
    }

    [Fact]
    public void Demonstrations_outlive_the_online_steps_around_them()
    {
        using var buffer = NewBuffer(online: 4);
        buffer.AddAll(EpisodeKind.Demonstration, Marked.Episode(0, "hh"));
        buffer.AddAll(EpisodeKind.Online, Marked.Episode(10, "hhhp"));
        buffer.AddAll(EpisodeKind.Online, Marked.Episode(50, "pppppp"));

        Assert.Equal([0, 1, 10, 11, 12], Marked.Pairs(buffer, 1).Keys);
        Assert.Equal([52, 53, 54, 55], Marked.Pairs(buffer, 0).Keys);
        Assert.Equal(3 + 4 + 5, buffer.FramesHeld);
    }

    [Fact]
    public void Evaluation_is_never_stored()
    {
        using var buffer = NewBuffer();
        buffer.AddAll(EpisodeKind.Evaluation, Marked.Episode(0, "pp"));
        Assert.Equal(0, buffer.Count(ReplaySet.Online) + buffer.Count(ReplaySet.Demonstration) + buffer.FramesHeld);
    }

    [Fact]
    public void The_executed_action_is_what_is_sampled()
    {
        using var buffer = NewBuffer();
        buffer.AddAll(EpisodeKind.Online, Marked.Episode(7, "p"));
        var batch = new Batch(2, StandardSize.Proprioception, 3, Marked.Layout.ImageShapes);
        new MixedSource(buffer, 0, new RandomStream(0)).Sample(batch);
        Assert.Equal([7f, 7.25f, 7.625f], batch.Actions[..3]);
    }

    // A reflex is a part of the policy's world: the proposal that it replaces leads to the outcome that followed.
    // A hand's row shows what to do, so it holds the action that was done.
    [Theory]
    [InlineData(ActionSource.Policy, LimitFlags.Critic, 2)]
    [InlineData(ActionSource.Policy, LimitFlags.Critic | LimitFlags.Stopping, 2)]
    [InlineData(ActionSource.Policy, LimitFlags.ContactForce, 1)]
    [InlineData(ActionSource.Human, LimitFlags.Critic, 1)]
    public void A_proposal_that_the_reflex_replaced_is_learned_from_beside_what_was_executed(ActionSource source, LimitFlags limits, int rows)
    {
        using var buffer = NewBuffer();
        var step = Marked.Episode(7, "p", terminated: true)[0];
        buffer.Add(EpisodeKind.Online, step with { Action = step.Action with { Source = source, Limits = limits } });

        Assert.Equal(rows, buffer.Count(ReplaySet.Online));
        Assert.Equal(2, buffer.FramesHeld);
        Assert.Equal(source == ActionSource.Human ? 1 : 0, buffer.Count(ReplaySet.Demonstration));
        var batch = new Batch(64, StandardSize.Proprioception, 3, Marked.Layout.ImageShapes);
        new MixedSource(buffer, 0, new RandomStream(0)).Sample(batch);
        var actions = Enumerable.Range(0, batch.Size)
            .Select(row => (batch.Actions[3 * row], batch.Actions[3 * row + 1], batch.Actions[3 * row + 2])).Distinct().Order();
        Assert.Equal(rows == 2 ? [(1f, 1f, 1f), (7f, 7.25f, 7.625f)] : [(7f, 7.25f, 7.625f)], actions);
        for (var row = 0; row < batch.Size; row++)
            Assert.Equal((7, 8, 7f, 1f), (Marked.MarkOf(batch, row, false), Marked.MarkOf(batch, row, true), batch.Rewards[row], batch.Terminated[row]));
    }

    [Fact]
    public void Only_the_replaced_proposal_pays_for_the_reflex()
    {
        using var buffer = new ReplayBuffer(Marked.Layout, Marked.Actions, 100, 100) { ReflexPenalty = -0.25f };
        var step = Marked.Episode(7, "p")[0];
        buffer.Add(EpisodeKind.Online, step with { Action = step.Action with { Limits = LimitFlags.Critic } });
        buffer.Add(EpisodeKind.Online, step);
        var batch = new Batch(64, StandardSize.Proprioception, 3, Marked.Layout.ImageShapes);
        new MixedSource(buffer, 0, new RandomStream(0)).Sample(batch);
        var rewards = Enumerable.Range(0, batch.Size).Select(row => (batch.Actions[3 * row], batch.Rewards[row])).Distinct().Order();
        Assert.Equal([(1f, 6.75f), (7f, 7f)], rewards);
    }

    [Fact]
    public void What_the_reflex_let_through_unchanged_is_stored_once()
    {
        using var buffer = NewBuffer();
        var step = Marked.Episode(7, "p")[0];
        buffer.Add(EpisodeKind.Online, step with { Action = step.Action with { Limits = LimitFlags.Critic, Proposed = step.Action.Executed } });
        Assert.Equal(1, buffer.Count(ReplaySet.Online));
    }

    [Fact]
    public void Interventions_are_marked_in_both_sets()
    {
        using var buffer = NewBuffer();
        buffer.AddAll(EpisodeKind.Online, Marked.Episode(0, "phhp"));
        var batch = new Batch(128, StandardSize.Proprioception, 3, Marked.Layout.ImageShapes);
        new MixedSource(buffer, 0.5, new RandomStream(0)).Sample(batch);
        for (var row = 0; row < batch.Size; row++) Assert.Equal(batch.Rewards[row] == 2 ? 1 : 0, batch.Shown[row]);
    }

    [Fact]
    public void An_observation_of_another_shape_is_refused_and_leaves_nothing_behind()
    {
        using var buffer = NewBuffer();
        var good = Marked.Observation(0);
        var bad = good with { Images = [good.Images[0]] };
        var error = Assert.Throws<ArgumentException>(() => buffer.Add(EpisodeKind.Online, new Transition(good, default, 0, bad, false, false)));
        Assert.Contains("1 images", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, buffer.FramesHeld);
    }

    /// <summary>
    /// Any mixture of episodes goes through any capacities: the newest transitions are drawn, each with its own successor, and no frame leaks.
    /// </summary>
    [Fact]
    public void Whatever_is_overwritten_no_transition_is_joined_across_a_boundary()
    {
        var episode = Gen.Select(Gen.Enum<EpisodeKind>(), Gen.Char["ph"].Array[1, 12], Gen.Bool);
        Gen.Select(episode.Array[1, 20], Gen.Int[1, 30], Gen.Int[1, 30]).Sample((episodes, onlineCapacity, demonstrationCapacity) =>
        {
            using var buffer = NewBuffer(onlineCapacity, demonstrationCapacity);
            List<int> online = [], demonstrations = [];
            var tip = -1;
            for (var e = 0; e < episodes.Length; e++)
            {
                var (kind, drivers, terminated) = episodes[e];
                var steps = Marked.Episode(e * 100, new string(drivers), terminated);
                buffer.AddAll(kind, steps);
                if (kind == EpisodeKind.Evaluation) continue;
                tip = e * 100 + steps.Count;
                for (var i = 0; i < steps.Count; i++)
                {
                    if (kind == EpisodeKind.Online) online.Add(e * 100 + i);
                    if (kind == EpisodeKind.Demonstration || (drivers[i] == 'h' && (i == 0 || drivers[i - 1] == 'h'))) demonstrations.Add(e * 100 + i);
                }
            }
            online = [.. online.TakeLast(onlineCapacity)];
            demonstrations = [.. demonstrations.TakeLast(demonstrationCapacity)];

            if (online.Count > 0) Check(0, online);
            if (demonstrations.Count > 0) Check(1, demonstrations);
            var frames = online.Concat(demonstrations).SelectMany(mark => new[] { mark, mark + 1 }).Append(tip).Where(mark => mark >= 0).Distinct();
            return buffer.FramesHeld == frames.Count();

            void Check(double share, List<int> marks)
            {
                var pairs = Marked.Pairs(buffer, share);
                Assert.Equal(marks, pairs.Keys);
                Assert.All(pairs, pair => Assert.Equal(pair.Key + 1, pair.Value));
            }
        }, iter: 100);
    }

    // The buffer is small and the batch large, so that what is being copied is evicted many times over meanwhile.
    [Fact]
    public async Task A_frame_that_is_being_copied_is_not_overwritten()
    {
        using var buffer = NewBuffer(online: 4, demonstrations: 2);
        buffer.AddAll(EpisodeKind.Online, Marked.Episode(0, "phh"));
        using var stop = new CancellationTokenSource();
        var writer = Task.Run(() =>
        {
            for (var e = 1; !stop.IsCancellationRequested; e++) buffer.AddAll(EpisodeKind.Online, Marked.Episode(e % 10_000 * 20, "pphhpph"));
        });
        var batch = new Batch(4096, StandardSize.Proprioception, 3, Marked.Layout.ImageShapes);
        var source = new MixedSource(buffer, 0.5, new RandomStream(5));
        try
        {
            for (var draw = 0; draw < 40; draw++)
            {
                source.Sample(batch);
                for (var row = 0; row < batch.Size; row++) Assert.Equal(Marked.MarkOf(batch, row, false) + 1, Marked.MarkOf(batch, row, true));
            }
        }
        finally
        {
            await stop.CancelAsync();
            await writer;
        }
        Assert.Equal(4, buffer.Count(ReplaySet.Online));
    }

    [Fact]
    public void Two_hundred_thousand_two_camera_transitions_fit_in_twenty_gigabytes()
    {
        FrameLayout layout = new(StandardSize.Proprioception, [ImageShape.Square(128), ImageShape.Square(128)]);
        using var buffer = new ReplayBuffer(layout, Marked.Actions, 200_000, 1);
        // Episodes of 50 steps, each with one frame more than it has transitions.
        Assert.True(buffer.BytesPerTransition * 200_000L * 51 / 50 < 20.2e9, $"{buffer.BytesPerTransition} bytes a transition");
    }
}

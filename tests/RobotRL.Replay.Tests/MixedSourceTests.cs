using RobotRL.Episodes;
using RobotRL.Model;

namespace RobotRL.Replay.Tests;

public sealed class MixedSourceTests
{
    private static ReplayBuffer Filled()
    {
        var buffer = new ReplayBuffer(Marked.Layout, Marked.Actions, 100, 100);
        buffer.AddAll(EpisodeKind.Demonstration, Marked.Episode(0, "hhhhh"));
        buffer.AddAll(EpisodeKind.Online, Marked.Episode(100, "ppppppp"));
        return buffer;
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.25, 16)]
    [InlineData(0.5, 32)]
    [InlineData(1, 64)]
    public void The_share_of_demonstrations_is_exact(double share, int expected)
    {
        using var buffer = Filled();
        var batch = new Batch(64, StandardSize.Proprioception, 3, Marked.Layout.ImageShapes);
        new MixedSource(buffer, share, new RandomStream(1)).Sample(batch);
        Assert.Equal(expected, batch.Rewards.Count(mark => mark < 100));
    }

    [Theory]
    [InlineData(EpisodeKind.Demonstration)]
    [InlineData(EpisodeKind.Online)]
    public void All_rows_come_from_the_set_that_is_not_empty(EpisodeKind kind)
    {
        using var buffer = new ReplayBuffer(Marked.Layout, Marked.Actions, 100, 100);
        buffer.AddAll(kind, Marked.Episode(40, "ppp"));
        var batch = new Batch(64, StandardSize.Proprioception, 3, Marked.Layout.ImageShapes);
        new MixedSource(buffer, 0.5, new RandomStream(1)).Sample(batch);
        Assert.All(batch.Rewards, mark => Assert.InRange(mark, 40, 42));
    }

    [Fact]
    public void An_empty_buffer_says_so()
    {
        using var buffer = new ReplayBuffer(Marked.Layout, Marked.Actions, 1, 1);
        Assert.Throws<InvalidOperationException>(() =>
            new MixedSource(buffer, 0.5, new RandomStream(1)).Sample(new Batch(2, StandardSize.Proprioception, 3, Marked.Layout.ImageShapes)));
    }

    [Fact]
    public void A_batch_of_another_shape_is_refused()
    {
        using var buffer = Filled();
        var source = new MixedSource(buffer, 0.5, new RandomStream(1));
        Assert.Throws<ArgumentException>(() => source.Sample(new Batch(2, StandardSize.Proprioception, 3, [ImageShape.Square(Marked.Side)])));
        Assert.Throws<ArgumentException>(() => source.Sample(new Batch(2, StandardSize.Proprioception, 6, Marked.Layout.ImageShapes)));
    }

    [Fact]
    public void A_restored_generator_draws_what_the_interrupted_one_would_have_drawn()
    {
        using var buffer = Filled();
        var source = new MixedSource(buffer, 0.5, new RandomStream(9));
        var expected = new Batch(32, StandardSize.Proprioception, 3, Marked.Layout.ImageShapes);
        var actual = new Batch(32, StandardSize.Proprioception, 3, Marked.Layout.ImageShapes);
        source.Sample(expected);
        var state = source.Random.State;
        source.Sample(expected);

        // Rebuilt in the same order, as on resume.
        using var rebuilt = Filled();
        var resumed = new MixedSource(rebuilt, 0.5, new RandomStream(0) { State = state });
        resumed.Sample(actual);

        Assert.Equal(expected.Rewards, actual.Rewards);
        Assert.Equal(expected.Images[1], actual.Images[1]);
    }

    [Fact]
    public void Every_transition_is_equally_likely()
    {
        using var buffer = Filled();
        var batch = new Batch(70_000, StandardSize.Proprioception, 3, Marked.Layout.ImageShapes);
        new MixedSource(buffer, 0, new RandomStream(2)).Sample(batch);
        // 10,000 expected of each of seven, standard deviation 93: five of them.
        foreach (var count in batch.Rewards.CountBy(mark => mark)) Assert.InRange(count.Value, 9_535, 10_465);
        Assert.Equal(7, batch.Rewards.Distinct().Count());
    }
}

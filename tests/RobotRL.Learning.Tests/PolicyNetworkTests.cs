using RobotRL.Model;
using RobotRL.Policy;
using static TorchSharp.torch;

namespace RobotRL.Learning.Tests;

public sealed class PolicyNetworkTests
{
    private static readonly LearnerParameters Parameters = Given.Parameters();
    private static readonly NetworkShape Shape = Given.Shape(Parameters);

    private static Observation Seen(int seed, int size = 16)
    {
        var random = new Random(seed);
        PolicyImage Image() { var rgb = new byte[size * size * 3]; random.NextBytes(rgb); return new(Stamp.Zero, ImageShape.Square(size), rgb); }
        return new(Stamp.Zero, [.. Enumerable.Range(0, StandardSize.Proprioception).Select(_ => random.NextSingle())], [Image(), Image()]);
    }

    [Fact]
    public void A_deterministic_action_draws_nothing_and_a_sample_follows_the_noise_state()
    {
        using var learner = Given.Learner(Parameters);
        using var policy = new PolicyNetwork(Shape);
        policy.Load(learner.Snapshot());
        var (noise, action, again) = (new RandomStream(1), new float[2], new float[2]);
        var state = noise.State;
        policy.Act(Seen(1), deterministic: true, noise, action);
        Assert.Equal(state, noise.State);

        policy.Act(Seen(1), deterministic: false, noise, action);
        Assert.NotEqual(state, noise.State);
        policy.Act(Seen(1), deterministic: false, noise, again);
        Assert.NotEqual(action, again);
        noise.State = state;
        policy.Act(Seen(1), deterministic: false, noise, again);
        Assert.Equal(action, again);
        Assert.All(action, a => Assert.InRange(a, -1, 1));
    }

    /// <summary>On a processor that NNPACK does not know, each question to it writes a line to the terminal: whoever acts must not put one.</summary>
    [Fact]
    public void Acting_never_asks_the_library_that_writes_to_the_terminal()
    {
        if (SmallConvolutions.MayAskNnpack is null) Assert.Skip("libtorch has no NNPACK on this system");
        using var learner = Given.Learner(Parameters);
        using var policy = new PolicyNetwork(Shape);
        policy.Load(learner.Snapshot());
        policy.Act(Seen(1), deterministic: true, new RandomStream(1), new float[2]);
        Assert.False(SmallConvolutions.MayAskNnpack);
    }

    [Fact]
    public void Every_part_of_the_observation_matters()
    {
        using var learner = Given.Learner(Parameters);
        using var policy = new PolicyNetwork(Shape);
        policy.Load(learner.Snapshot());
        float[] Act(Observation o) { var a = new float[2]; policy.Act(o, true, new RandomStream(1), a); return a; }
        var (one, other) = (Seen(1), Seen(2));
        var reference = Act(one);
        Assert.Equal(reference, Act(one));
        Assert.NotEqual(reference, Act(one with { Proprioception = other.Proprioception }));
        Assert.NotEqual(reference, Act(one with { Images = [other.Images[0], one.Images[1]] }));
        Assert.NotEqual(reference, Act(one with { Images = [one.Images[0], other.Images[1]] }));
    }

    [Fact]
    public void Acting_agrees_with_training_on_the_same_weights()
    {
        using var scope = NewDisposeScope();
        using var learner = Given.Learner(Parameters);
        learner.Step(new NoiseBatches(1));
        using var policy = new PolicyNetwork(Shape);
        policy.Load(learner.Snapshot());
        var training = learner.Training;
        new NoiseBatches(2).Sample(training.Batch.Host);
        training.Batch.Upload(training.Batch.Host, 0, training.Noise);
        using var untracked = no_grad();
        var (features, _) = training.Features(withNext: false);
        var expected = training.ActorNetwork.Forward(training.Actor.Frozen, features, training.Batch.Proprioception).Mean.tanh().data<float>().ToArray();
        var grips = training.GraspNetwork!.Forward(training.Grasp!.Frozen, features, training.Batch.Proprioception).argmax(1).data<long>().ToArray();
        var batch = training.Batch.Host;
        var action = new float[2];
        for (var b = 0; b < batch.Size; b++)
        {
            var image = 16 * 16 * 3;
            var seen = new Observation(Stamp.Zero, batch.Proprioception[(b * 19)..(b * 19 + 19)],
                [.. batch.Images.Select(i => new PolicyImage(Stamp.Zero, ImageShape.Square(16), i[(b * image)..((b + 1) * image)]))]);
            Assert.Equal(grips[b], (long)policy.Act(seen, true, new RandomStream(1), action));
            for (var a = 0; a < 2; a++) Assert.Equal(expected[b * 2 + a], action[a], 1e-4f);
        }
    }

    [Fact]
    public void An_observation_of_another_shape_is_refused()
    {
        using var learner = Given.Learner(Parameters);
        using var policy = new PolicyNetwork(Shape);
        Assert.Throws<InvalidOperationException>(() => policy.Act(Seen(1), true, new RandomStream(1), new float[2]));
        policy.Load(learner.Snapshot());
        Assert.Contains("8×8",
            Assert.Throws<ArgumentException>(() => policy.Act(Seen(1, 8), true, new RandomStream(1), new float[2])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => policy.Act(Seen(1) with { Images = [] }, true, new RandomStream(1), new float[2]));
        Assert.Throws<ArgumentException>(() => policy.Act(Seen(1) with { Proprioception = new float[3] }, true, new RandomStream(1), new float[2]));
    }

    [Fact]
    public void Pixels_are_scaled_alike_at_every_length()
    {
        foreach (var length in (int[])[0, 1, 31, 64, 100, 768])
        {
            byte[] pixels = [.. Enumerable.Range(0, length).Select(i => (byte)(i * 37))];
            var scaled = new float[length];
            PixelScaling.Scale(pixels, scaled);
            for (var i = 0; i < length; i++) Assert.Equal(pixels[i] / 255.0 - 0.5, scaled[i], 1e-6);
        }
    }

    /// <summary>log π by the density of the squashed Gaussian, computed apart in double precision.</summary>
    [Fact]
    public void The_log_probability_accounts_for_the_squashing()
    {
        using var scope = NewDisposeScope();
        var (action, log) = ActorNetwork.Sample(tensor(new float[,] { { 0.3f, -6 } }), tensor(new float[,] { { 0.5f, 0.1f } }),
            tensor(new float[,] { { 1.2f, -0.4f } }));
        double Term(double mean, double sigma, double e)
        {
            var u = mean + sigma * e;
            return -0.5 * e * e - Math.Log(sigma) - 0.5 * Math.Log(2 * Math.PI) - Math.Log(1 - Math.Tanh(u) * Math.Tanh(u));
        }
        Assert.Equal(Term(0.3, 0.5, 1.2) + Term(-6, 0.1, -0.4), log.item<float>(), 1e-3);
        Assert.Equal(Math.Tanh(0.9), action[0, 0].item<float>(), 1e-6);
    }

    [Fact]
    public void ResNet10_gives_maps_of_512_channels_and_heads_learn_from_given_maps()
    {
        var path = Path.GetTempFileName();
        try
        {
            ResNet10.WriteRandom(path, 3);
            Assert.InRange(ResNet10.Parameters.Sum(p => p.Count), 4_850_000, 4_950_000);
            Assert.Equal(4, ResNet10.MapEdge(128));
            var parameters = Given.Parameters(p => p with { Encoder = EncoderKind.ResNet10, EncoderWeightsPath = path, BatchSize = 2 });
            var shape = Given.Shape(parameters, 6, true, ImageShape.Square(64), new(64, 64, ImageShape.Gray));
            using var learner = new RlpdLearner(shape, parameters, 1);
            var batch = Given.Batch(shape, 2);
            new NoiseBatches(1).Sample(batch);
            var (maps, next) = learner.FrozenMaps(batch);
            Assert.All([.. maps, .. next], m => Assert.Equal([2, 512, 2, 2], m.shape));
            var before = RlpdUpdateTests.Values(learner.Training.Encoder);
            Assert.True(double.IsFinite(learner.UpdateFromMaps(batch, maps, next, full: true).ActorLoss));
            Assert.NotEqual(before, RlpdUpdateTests.Values(learner.Training.Encoder));
            Assert.Throws<ArgumentException>(() => learner.UpdateFromMaps(batch, next, [maps[0], ones(2, 3, 2, 2)], full: true));
            foreach (var m in (Tensor[])[.. maps, .. next]) m.Dispose();
            Assert.True(double.IsFinite(learner.Step(new NoiseBatches(2)).CriticLoss));
        }
        finally
        {
            File.Delete(path);
        }
    }
}

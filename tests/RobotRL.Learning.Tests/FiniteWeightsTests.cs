using System.Security.Cryptography;
using RobotRL.Critic;
using RobotRL.Model;
using RobotRL.Policy;
using RobotRL.Replay;

namespace RobotRL.Learning.Tests;

/// <summary>Weights that are not finite go nowhere: not to the actor, not to the disk, and a checkpoint that is damaged gives way to the one before.</summary>
public sealed class FiniteWeightsTests : IDisposable
{
    private static readonly LearnerParameters Parameters =
        Given.Parameters(p => p with { Encoder = EncoderKind.None, PublishEvery = 3, CheckpointEvery = 5, PretrainSteps = 0 });
    private readonly string _root = Directory.CreateTempSubdirectory("robotrl-finite").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void Neither_exchange_nor_policy_nor_file_takes_them(float bad)
    {
        using var learner = Given.Learner(Parameters);
        var good = learner.Snapshot();
        var spoilt = good with { Version = 9, Actor = [.. good.Actor.Select((v, i) => i == 17 ? bad : v)] };

        var exchange = new WeightExchange();
        exchange.Publish(good);
        Assert.Throws<InvalidDataException>(() => exchange.Publish(spoilt));
        Assert.Same(good, exchange.Latest);

        using var network = new PolicyNetwork(Given.Shape(Parameters));
        network.Load(good);
        Assert.Throws<InvalidDataException>(() => network.Load(spoilt));
        Assert.Equal(good.Version, network.Version);

        var files = new WeightFiles(_root);
        files.Write(good);
        Assert.Throws<InvalidDataException>(() => files.Write(spoilt));
        Assert.Equal(good.Sha256, files.Read()!.Sha256);
        Assert.Throws<InvalidDataException>(() => new WeightVersions(_root).Keep(spoilt));
    }

    [Fact]
    public void A_loss_that_is_not_finite_leaves_the_weights_as_they_were()
    {
        using var learner = Given.Learner(Parameters);
        learner.Step(new NoiseBatches(1));
        var before = learner.Snapshot().Sha256;
        Assert.Throws<LearningDivergedException>(() => learner.Step(new Diverging()));
        Assert.Equal(before, learner.Snapshot().Sha256);
        using var cloning = new BehaviourCloningLearner(Given.Shape(Parameters), Parameters, 1);
        before = cloning.Snapshot().Sha256;
        Assert.Throws<LearningDivergedException>(() => cloning.Step(new Diverging()));
        Assert.Equal(before, cloning.Snapshot().Sha256);
    }

    /// <summary>A gradient may be what no loss was.</summary>
    [Fact]
    public void Weights_that_became_so_behind_finite_losses_are_neither_published_nor_kept()
    {
        using var learner = Given.Learner(Parameters);
        learner.Step(new NoiseBatches(1));
        var kept = Checkpoint.Write(_root, learner);
        var exchange = new WeightExchange();
        var loop = new LearnerLoop(new Spoilt(learner), new NoiseBatches(1), new NoiseBatches(2), Parameters, new UtdGovernor(Parameters), exchange);
        var published = exchange.Latest;
        Assert.Contains("diverged",
            Assert.Throws<LearningDivergedException>(() => { for (var i = 0; i < 3; i++) loop.StepOnce(); }).Message, StringComparison.Ordinal);
        Assert.Same(published, exchange.Latest);

        learner.Training.Actor.Write([.. Enumerable.Repeat(float.NaN, (int)learner.Training.Actor.Layout.Count)]);
        Assert.Contains("actor", Assert.Throws<LearningDivergedException>(() => Checkpoint.Write(_root, learner)).Message, StringComparison.Ordinal);
        Assert.Equal([kept], Directory.GetDirectories(_root));
    }

    [Fact]
    public void A_safety_critic_s_loss_that_is_not_finite_leaves_its_weights_as_they_were()
    {
        using var critic = new SafetyCriticLearner(SafetyFeatureLayout.Navigation, new() { RiskDiscount = 0.5, BatchSize = 4 }, 1);
        float[] x = [1, 2, 0, 0];
        critic.Update([new(x, -1, false, x)]);
        var before = critic.Query([x]);
        Assert.Throws<LearningDivergedException>(() => critic.Update([new(x, float.NaN, false, x)]));
        Assert.Equal(before, critic.Query([x]));
    }

    [Theory]
    [InlineData("tensors.safetensors", "cut")]
    [InlineData("tensors.safetensors", "flip")]
    [InlineData("tensors.safetensors", "delete")]
    [InlineData("tensors.safetensors", "not finite")]
    [InlineData("state.json", "cut")]
    [InlineData("state.json", "flip")]
    [InlineData("state.json", "delete")]
    [InlineData("more.bin", "flip")]
    [InlineData("more.bin", "delete")]
    [InlineData("SHA256SUMS", "flip")]
    [InlineData("SHA256SUMS", "delete")]
    public void A_damaged_checkpoint_gives_way_to_the_one_before_and_says_so_in_one_line(string file, string how)
    {
        using var learner = Given.Learner(Parameters);
        var (older, hash) = ("", "");
        for (var step = 1; step <= 2; step++)
        {
            learner.Step(new NoiseBatches(1));
            var written = Checkpoint.Write(_root, learner, more: d => File.WriteAllBytes(Path.Combine(d, "more.bin"), [1, 2, 3]));
            if (step == 1) (older, hash) = (written, learner.Snapshot().Sha256);
        }
        Damage(Path.Combine(_root, "step-2"), file, how);

        using var resumed = Given.Learner(Parameters);
        List<string> said = [];
        Assert.Equal(older, Checkpoint.ReadNewest(_root, resumed, said.Add));
        Assert.Equal((1, hash), (resumed.Steps, resumed.Snapshot().Sha256));
        var line = Assert.Single(said);
        Assert.Contains("step-2", line, StringComparison.Ordinal);
        Assert.Contains("going on from step-1", line, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', line);

        // Out of the way, so that what is written next is not crowded out by it.
        Checkpoint.SetAsideNewerThan(_root, older);
        Assert.Equal(["step-1"], Checkpoint.All(_root).Select(Path.GetFileName));
        for (var i = 0; i < 2; i++)
        {
            resumed.Step(new NoiseBatches(1));
            Checkpoint.Write(_root, resumed);
        }
        Assert.Equal(["step-3", "step-2"], Checkpoint.All(_root).Select(Path.GetFileName));
    }

    /// <summary>Its sums are right and every value is finite, but what the policy makes of them is not; or its tensors are no such file.</summary>
    [Theory, InlineData("actor"), InlineData("critic"), InlineData("twice"), InlineData("far")]
    public void A_checkpoint_that_says_of_itself_that_it_is_whole_gives_way_as_well(string how)
    {
        using var learner = Given.Learner(Parameters);
        learner.Step(new NoiseBatches(1));
        var (older, hash) = (Checkpoint.Write(_root, learner), learner.Snapshot().Sha256);
        learner.Step(new NoiseBatches(1));
        var large = how == "actor" ? learner.Training.Actor : how == "critic" ? learner.Critic : null;
        large?.Write([.. Enumerable.Repeat(1e38f, (int)large.Layout.Count)]);
        var newest = Checkpoint.Write(_root, learner);
        if (large is null) Forge(newest, how == "twice" ? "[0,4]" : "[9223372036854775800,9223372036854775804]");

        using var resumed = Given.Learner(Parameters);
        List<string> said = [];
        Assert.Equal(older, Checkpoint.ReadNewest(_root, resumed, said.Add));
        Assert.Equal((1, hash), (resumed.Steps, resumed.Snapshot().Sha256));
        Assert.Contains("step-2", Assert.Single(said), StringComparison.Ordinal);
    }

    /// <summary>Other tensors under right sums.</summary>
    private static void Forge(string checkpoint, string offsets)
    {
        var tensor = $$"""{"dtype":"F32","shape":[1],"data_offsets":{{offsets}}}""";
        var header = System.Text.Encoding.UTF8.GetBytes($$"""{"a":{{tensor}},"a":{{tensor}}}""");
        var file = Path.Combine(checkpoint, "tensors.safetensors");
        File.WriteAllBytes(file, [.. BitConverter.GetBytes((long)header.Length), .. header, 0, 0, 0, 0]);
        var sums = Path.Combine(checkpoint, "SHA256SUMS");
        var hash = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)));
        File.WriteAllLines(sums, File.ReadAllLines(sums)
            .Select(line => line.EndsWith("tensors.safetensors", StringComparison.Ordinal) ? hash + line[64..] : line));
    }

    [Fact]
    public void Where_none_is_whole_the_newest_is_named()
    {
        using var learner = Given.Learner(Parameters);
        Assert.Null(Checkpoint.ReadNewest(_root, learner, _ => { }));
        for (var i = 0; i < 2; i++)
        {
            learner.Step(new NoiseBatches(1));
            Damage(Checkpoint.Write(_root, learner), "tensors.safetensors", "cut");
        }
        Assert.Contains("step-2", Assert.Throws<InvalidDataException>(() => Checkpoint.ReadNewest(_root, learner, _ => { })).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Checkpoint.Write(_root, learner, keep: 1));
    }

    [Fact]
    public void A_checkpoint_from_before_there_were_sums_is_taken_up()
    {
        using var learner = Given.Learner(Parameters);
        learner.Step(new NoiseBatches(1));
        var directory = Checkpoint.Write(_root, learner);
        File.Delete(Path.Combine(directory, "SHA256SUMS"));
        var (state, tensors) = (Path.Combine(directory, "state.json"), Path.Combine(directory, "tensors.safetensors"));
        var hash = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(tensors)));
        File.WriteAllText(state, File.ReadAllText(state).Replace("\"format\": 2", "\"format\": 1", StringComparison.Ordinal)
            .Replace("\"tensors_sha256\": null", $"\"tensors_sha256\": \"{hash}\"", StringComparison.Ordinal));
        using var resumed = Given.Learner(Parameters);
        Checkpoint.Read(directory, resumed);
        Assert.Equal(learner.Snapshot().Sha256, resumed.Snapshot().Sha256);
    }

    private static void Damage(string directory, string file, string how)
    {
        var path = Path.Combine(directory, file);
        var bytes = File.ReadAllBytes(path);
        if (how == "delete") File.Delete(path);
        else if (how == "cut") File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]);
        else
        {
            if (how == "not finite") BitConverter.GetBytes(float.NaN).CopyTo(bytes, bytes.Length - 4);
            // A digit becomes another digit: still JSON, and still a number.
            else bytes[file == "state.json" ? bytes.AsSpan().LastIndexOfAnyInRange((byte)'0', (byte)'9') : bytes.Length / 2] ^= 1;
            File.WriteAllBytes(path, bytes);
        }
        if (how != "not finite") return;
        var sums = Path.Combine(directory, "SHA256SUMS");
        File.WriteAllLines(sums, File.ReadAllLines(sums)
            .Select(line => line.EndsWith(file, StringComparison.Ordinal) ? $"{Convert.ToHexStringLower(SHA256.HashData(bytes))}  {file}" : line));
    }

    private sealed class Diverging : IBatchSource
    {
        public void Sample(Batch batch) => Array.Fill(batch.Proprioception, float.NaN);
    }

    /// <summary>Says that all is well while its weights are not.</summary>
    private sealed class Spoilt(RlpdLearner learner) : ILearner
    {
        private int _taken;

        public long Steps => learner.Steps;
        public long PretrainedSteps => learner.PretrainedSteps;
        public LearnerMetrics Step(IBatchSource source) => learner.Step(source);
        public LearnerMetrics Pretrain(IBatchSource demonstrations) => learner.Pretrain(demonstrations);
        public WeightSnapshot Snapshot() =>
            learner.Snapshot() is var good && _taken++ == 0 ? good : good with { Actor = [.. good.Actor.Select(_ => float.NaN)] };
        public LearnerState Save(Safetensors tensors) => learner.Save(tensors);
        public void Load(Safetensors tensors, LearnerState state) => learner.Load(tensors, state);
        public void Dispose() { }
    }
}

using RobotRL.Model;
using RobotRL.Policy;

namespace RobotRL.Learning.Tests;

public sealed class RepeatabilityTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("robotrl-checkpoint-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void The_same_seed_gives_the_same_weights()
    {
        WeightSnapshot Trained(ulong seed)
        {
            using var learner = Given.Learner(Given.Parameters(), seed);
            var source = new NoiseBatches(11);
            for (var i = 0; i < 5; i++) learner.Step(source);
            return learner.Snapshot();
        }
        var (a, b, c) = (Trained(1), Trained(1), Trained(2));
        Assert.Equal(a.Encoder, b.Encoder);
        Assert.Equal(a.Actor, b.Actor);
        Assert.Equal(a.Grasp, b.Grasp);
        Assert.NotEqual(a.Actor, c.Actor);
    }

    [Theory]
    [InlineData(LearningMethod.Rlpd)]
    [InlineData(LearningMethod.BehaviourCloning)]
    public void A_resumed_learner_continues_as_the_uninterrupted_one(LearningMethod method)
    {
        var parameters = Given.Parameters(p => p with { EnsembleSize = 3, EnsembleSubset = 2, PolicyAverageRate = 0.1 });
        ILearner Make(ulong seed) => method == LearningMethod.Rlpd
            ? new RlpdLearner(Given.Shape(parameters), parameters, seed)
            : new BehaviourCloningLearner(Given.Shape(parameters), parameters, seed);
        var source = new NoiseBatches(12);
        using var uninterrupted = Make(1);
        uninterrupted.Pretrain(source);
        for (var i = 0; i < 3; i++) uninterrupted.Step(source);
        Checkpoint.Write(_root, uninterrupted);

        using var resumed = Make(77);
        Checkpoint.Read(Checkpoint.All(_root)[0], resumed);
        Assert.Equal((uninterrupted.Steps, uninterrupted.PretrainedSteps), (resumed.Steps, resumed.PretrainedSteps));
        var (one, other) = (new NoiseBatches(13), new NoiseBatches(13));
        for (var i = 0; i < 3; i++) Assert.Equal(uninterrupted.Step(one), resumed.Step(other));

        var (a, b) = (new Safetensors(), new Safetensors());
        Assert.Equivalent(uninterrupted.Save(a), resumed.Save(b));
        var (first, second) = (Path.Combine(_root, "a"), Path.Combine(_root, "b"));
        a.Write(first);
        b.Write(second);
        Assert.Equal(File.ReadAllBytes(first), File.ReadAllBytes(second));
    }

    [Fact]
    public void An_interrupted_write_is_never_taken_for_a_checkpoint()
    {
        using var learner = Given.Learner(Given.Parameters());
        learner.Step(new NoiseBatches(1));
        var finished = Checkpoint.Write(_root, learner);
        learner.Step(new NoiseBatches(1));
        Assert.Throws<IOException>(() => Checkpoint.Write(_root, learner, _ => throw new IOException("the disk is gone")));
        Assert.Equal([finished], Checkpoint.All(_root));
        Assert.True(Directory.Exists(Path.Combine(_root, "step-2.tmp")));
        Checkpoint.Read(finished, learner);
        Assert.Equal(1, learner.Steps);
    }

    [Fact]
    public void Only_the_newest_checkpoints_stay()
    {
        using var learner = Given.Learner(Given.Parameters());
        for (var i = 0; i < 4; i++)
        {
            learner.Step(new NoiseBatches(1));
            Checkpoint.Write(_root, learner, keep: 2);
        }
        Assert.Equal(["step-4", "step-3"], Checkpoint.All(_root).Select(Path.GetFileName));
    }

    [Fact]
    public void A_damaged_or_foreign_checkpoint_is_refused_with_its_name()
    {
        var parameters = Given.Parameters();
        using var learner = Given.Learner(parameters);
        var directory = Checkpoint.Write(_root, learner);
        using (var cloning = new BehaviourCloningLearner(Given.Shape(parameters), parameters, 1))
            Assert.Contains("rlpd", Assert.Throws<InvalidDataException>(() => Checkpoint.Read(directory, cloning)).Message, StringComparison.Ordinal);
        var wider = Given.Parameters(p => p with { HiddenSizes = [48, 32] });
        using (var other = Given.Learner(wider))
            Assert.Contains("trunk.0.weight", Assert.Throws<InvalidDataException>(() => Checkpoint.Read(directory, other)).Message, StringComparison.Ordinal);

        var path = Path.Combine(directory, "tensors.safetensors");
        var bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.Contains(path, Assert.Throws<InvalidDataException>(() => Checkpoint.Read(directory, learner)).Message, StringComparison.Ordinal);
        File.Delete(path);
        Assert.Contains(directory, Assert.Throws<InvalidDataException>(() => Checkpoint.Read(directory, learner)).Message, StringComparison.Ordinal);
    }
}

using RobotRL.Model;
using RobotRL.Policy;
using RobotRL.Replay;
using TorchSharp;
using static TorchSharp.torch;

namespace RobotRL.Learning.Tests;

public sealed class RlpdUpdateTests
{
    [Fact]
    public void A_step_gives_finite_losses()
    {
        using var learner = Given.Learner(Given.Parameters());
        var metrics = learner.Step(new NoiseBatches(1));
        Assert.All([metrics.CriticLoss, metrics.GraspLoss, metrics.ActorLoss, metrics.Entropy, metrics.Temperature], v => Assert.True(double.IsFinite(v)));
        Assert.Equal(1, metrics.Step);
    }

    /// <summary>An untrained robot expects to earn nothing, whatever it sees or does: no ridge is there to be found.</summary>
    [Fact]
    public void Untrained_critics_expect_nothing()
    {
        using var scope = NewDisposeScope();
        using var learner = Given.Learner(Given.Parameters());
        var batch = Given.Batch(learner.Training.Shape, 8);
        new NoiseBatches(3).Sample(batch);
        Array.Clear(batch.Rewards);
        var first = learner.Update(batch, full: false);
        Assert.Equal((0.0, 0.0, 0.0), (first.QMean, first.TargetMean, first.CriticLoss));
    }

    /// <summary>Only termination stops bootstrapping: with terminated = 0, as a time-out has it, the next state's value counts.</summary>
    [Fact]
    public void A_timeout_bootstraps_and_a_termination_does_not()
    {
        using var scope = NewDisposeScope();
        using var learner = Given.Learner(Given.Parameters());
        var (target, next) = TargetOf(learner, b => { Array.Fill(b.Rewards, 0.25f); Array.Clear(b.Terminated); b.Terminated[0] = 1; });
        using var untracked = no_grad();
        var values = Floats(learner.CriticTarget(next));
        Assert.Equal(0.25f, values[0]);
        Assert.All(values[1..], v => Assert.NotEqual(0.25f, v));
        Assert.Equal(0.25f - 0.02f * target.GripperChanged[0], Floats(learner.GraspTarget(next))[0], 1e-6f);
    }

    /// <summary>y = r + γ (1 − d) min_i Q̄_i(s′, a′) with every factor computed apart.</summary>
    [Fact]
    public void The_critic_target_is_the_minimum_over_the_ensemble()
    {
        using var scope = NewDisposeScope();
        var parameters = Given.Parameters(p => p with { EnsembleSize = 4, EnsembleSubset = 4 });
        using var learner = Given.Learner(parameters);
        var (batch, next) = TargetOf(learner, _ => { });
        using var untracked = no_grad();
        var y = Floats(learner.CriticTarget(next));
        var q = TargetValues(learner, next);
        for (var b = 0; b < y.Length; b++)
        {
            var minimum = Enumerable.Range(0, 4).Min(i => q[i, b]);
            Assert.Equal(batch.Rewards[b] + 0.97f * (1 - batch.Terminated[b]) * minimum, y[b], 1e-5f);
        }
    }

    [Fact]
    public void A_subset_of_the_ensemble_is_drawn_anew_for_each_target()
    {
        using var scope = NewDisposeScope();
        using var learner = Given.Learner(Given.Parameters(p => p with { EnsembleSize = 5, EnsembleSubset = 2 }));
        var (batch, next) = TargetOf(learner, b => Array.Clear(b.Terminated));
        using var untracked = no_grad();
        var q = TargetValues(learner, next);
        var pairs = new HashSet<(int, int)>();
        for (var draw = 0; draw < 60; draw++)
        {
            var y = Floats(learner.CriticTarget(next));
            var matching = from i in Enumerable.Range(0, 5)
                           from j in Enumerable.Range(i + 1, 4 - i)
                           where Enumerable.Range(0, y.Length).All(b => Math.Abs(batch.Rewards[b] + 0.97f * Math.Min(q[i, b], q[j, b]) - y[b]) < 1e-5f)
                           select (i, j);
            pairs.Add(Assert.Single(matching.Take(1)));
        }
        Assert.True(pairs.Count > 4, $"60 draws gave {pairs.Count} different pairs of 10.");
    }

    [Fact]
    public void Entropy_enters_the_target_only_where_asked()
    {
        float[] Target(bool backup)
        {
            using var scope = NewDisposeScope();
            using var learner = Given.Learner(Given.Parameters(p => p with { EntropyBackup = backup, InitialTemperature = 1 }));
            var (_, next) = TargetOf(learner, b => Array.Clear(b.Terminated));
            using var untracked = no_grad();
            return Floats(learner.CriticTarget(next));
        }
        Assert.All(Target(false).Zip(Target(true)), pair => Assert.NotEqual(pair.First, pair.Second));
    }

    /// <summary>y = r + penalty · changed + γ (1 − d) Q̄(s′, argmax Q(s′)): online chooses, target values.</summary>
    [Fact]
    public void The_grasp_target_is_double_and_pays_for_changes()
    {
        using var scope = NewDisposeScope();
        using var learner = Given.Learner(Given.Parameters(p => p with { GripperPenalty = -0.5 }));
        // A different target network, so that the two roles can be told apart.
        learner.TargetGrasp!.Initialize(new RandomStream(99));
        var (batch, next) = TargetOf(learner, _ => { });
        using var untracked = no_grad();
        var y = Floats(learner.GraspTarget(next));
        var training = learner.Training;
        var online = Floats(training.GraspNetwork!.Forward(training.Grasp!.Frozen, next, training.Batch.NextProprioception));
        var target = Floats(training.GraspNetwork.Forward(learner.TargetGrasp.Frozen, next, training.Batch.NextProprioception));
        for (var b = 0; b < y.Length; b++)
        {
            var best = Enumerable.Range(0, 3).MaxBy(g => online[b * 3 + g]);
            var expected = batch.Rewards[b] - 0.5f * batch.GripperChanged[b] + 0.97f * (1 - batch.Terminated[b]) * target[b * 3 + best];
            Assert.Equal(expected, y[b], 1e-5f);
        }
    }

    [Fact]
    public void The_actor_loss_reaches_the_actor_and_nothing_else()
    {
        using var scope = NewDisposeScope();
        using var learner = Given.Learner(Given.Parameters());
        var training = learner.Training;
        new NoiseBatches(3).Sample(training.Batch.Host);
        training.Batch.Upload(training.Batch.Host, 0, training.Noise);
        var (features, _) = training.Features(withNext: false);
        learner.ActorLoss(features!.detach()).Loss.backward();
        Assert.NotEqual(0, training.Actor.Gradient!.abs().max().item<float>());
        Assert.Equal(0, training.Encoder.Gradient!.abs().max().item<float>());
        Assert.Equal(0, learner.Critic.Gradient!.abs().max().item<float>());
        Assert.Equal(0, training.Grasp!.Gradient!.abs().max().item<float>());
    }

    /// <summary>A critic update after full ones: momentum of earlier steps must not move what the update does not select.</summary>
    [Fact]
    public void An_update_of_the_critics_leaves_the_actor_bit_identical()
    {
        using var learner = Given.Learner(Given.Parameters());
        var source = new NoiseBatches(4);
        for (var i = 0; i < 3; i++) learner.Step(source);
        var (before, temperature, encoder) = (Values(learner.Training.Actor), learner.Temperature.Value, Values(learner.Training.Encoder));
        var batch = Given.Batch(learner.Training.Shape, 8);
        source.Sample(batch);
        learner.Update(batch, full: false);
        Assert.Equal(before, Values(learner.Training.Actor));
        Assert.Equal(temperature, learner.Temperature.Value);
        Assert.NotEqual(encoder, Values(learner.Training.Encoder));
        Assert.Equal(0, learner.Training.Actor.Gradient!.abs().max().item<float>());
    }

    [Fact]
    public void Each_optimizer_owns_its_own_block()
    {
        using var learner = Given.Learner(Given.Parameters());
        var source = new NoiseBatches(4);
        for (var i = 0; i < 3; i++) learner.Step(source);
        ParameterBlock[] blocks = [learner.Training.Encoder, learner.Critic, learner.Training.Grasp!, learner.Training.Actor];
        foreach (var stepped in blocks)
        {
            var before = blocks.Select(Values).ToArray();
            learner.Training.Apply(stepped);
            foreach (var (block, old) in blocks.Zip(before))
                if (block == stepped) Assert.NotEqual(old, Values(block));
                else Assert.Equal(old, Values(block));
        }
    }

    [Fact]
    public void Targets_follow_by_the_polyak_rate_after_every_critic_update()
    {
        using var learner = Given.Learner(Given.Parameters(p => p with { TargetRate = 0.1 }));
        var batch = Given.Batch(learner.Training.Shape, 8);
        new NoiseBatches(5).Sample(batch);
        foreach (var full in (bool[])[false, true])
        {
            var old = Values(learner.TargetCritic);
            learner.Update(batch, full);
            var (critic, target) = (Values(learner.Critic), Values(learner.TargetCritic));
            for (var i = 0; i < old.Length; i++) Assert.Equal(old[i] + 0.1f * (critic[i] - old[i]), target[i], 1e-6f);
        }
    }

    [Fact]
    public void Averaged_weights_act_and_the_trained_ones_learn()
    {
        using var plain = Given.Learner(Given.Parameters());
        using var averaged = Given.Learner(Given.Parameters(p => p with { PolicyAverageRate = 0.1 }));
        var start = averaged.Snapshot().Actor;
        plain.Step(new NoiseBatches(5));
        averaged.Step(new NoiseBatches(5));
        var trained = plain.Snapshot();
        Assert.Equal(trained.Actor, Values(averaged.Training.Actor));
        Assert.Equal(trained.Encoder, Values(averaged.Training.Encoder));
        var acting = averaged.Snapshot().Actor;
        for (var i = 0; i < start.Length; i++) Assert.Equal(start[i] + 0.1f * (trained.Actor[i] - start[i]), acting[i], 1e-6f);
        Assert.NotEqual(start, acting);
    }

    [Theory]
    [InlineData(-10.0, true)]
    [InlineData(10.0, false)]
    public void Temperature_moves_entropy_toward_its_target(double entropy, bool rises)
    {
        var temperature = new Temperature(0.1, targetEntropy: -2, rate: 1e-2);
        Assert.Equal(0.1, temperature.Value, 1e-12);
        for (var i = 0; i < 50; i++) temperature.Step(entropy);
        Assert.Equal(rises, temperature.Value > 0.1);
        Assert.True(temperature.Value > 0);
    }

    [Fact]
    public void A_learner_overfits_one_batch()
    {
        using var learner = Given.Learner(Given.Parameters(p => p with { LearningRate = 3e-3, CropPadding = 0, Discount = 0 }));
        var source = new NoiseBatches(6) { Repeat = true };
        var first = learner.Step(source);
        var last = first;
        for (var i = 0; i < 150; i++) last = learner.Step(source);
        Assert.True(last.CriticLoss < 0.02 * first.CriticLoss, $"critic {first.CriticLoss} → {last.CriticLoss}");
        Assert.True(last.GraspLoss < 0.05 * first.GraspLoss, $"grasp {first.GraspLoss} → {last.GraspLoss}");
    }

    [Fact]
    public void A_batch_of_another_shape_is_refused_before_any_tensor_work()
    {
        using var learner = Given.Learner(Given.Parameters());
        var other = new Batch(8, StandardSize.Proprioception, 3, [ImageShape.Square(16), ImageShape.Square(16)]);
        var error = Assert.Throws<ArgumentException>(() => learner.Update(other, full: true));
        Assert.Contains("does not fit the learner", error.Message, StringComparison.Ordinal);
    }

    internal static float[] Values(ParameterBlock block)
    {
        var values = new float[block.Layout.Count];
        block.Read(values);
        return values;
    }

    private static (Batch Batch, Tensor Next) TargetOf(RlpdLearner learner, Action<Batch> change)
    {
        // Critics start at zero: give the targets something to say.
        var values = Values(learner.TargetCritic);
        var noise = new float[values.Length];
        new RandomStream(7).FillUniform(noise, 0.2);
        for (var i = 0; i < values.Length; i++) values[i] += noise[i];
        learner.TargetCritic.Write(values);
        var training = learner.Training;
        new NoiseBatches(2).Sample(training.Batch.Host);
        change(training.Batch.Host);
        training.Batch.Upload(training.Batch.Host, 0, training.Noise);
        return (training.Batch.Host, training.Features(withNext: true).Next!);
    }

    /// <summary>Q̄_i(s′, a′) of every member for the noise of the batch at hand.</summary>
    private static float[,] TargetValues(RlpdLearner learner, Tensor next)
    {
        var training = learner.Training;
        var (mean, deviation) = training.ActorNetwork.Forward(training.Actor.Frozen, next, training.Batch.NextProprioception);
        var action = (mean + deviation * training.Batch.NextNoise).tanh();
        var q = Floats(learner.Critics.Forward(learner.TargetCritic.Frozen, next, training.Batch.NextProprioception, action));
        var result = new float[learner.Critics.Members, training.Batch.Size];
        Buffer.BlockCopy(q, 0, result, 0, q.Length * 4);
        return result;
    }

    private static float[] Floats(Tensor tensor) => tensor.contiguous().data<float>().ToArray();
}

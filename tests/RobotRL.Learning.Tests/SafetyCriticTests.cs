using System.Security.Cryptography;
using System.Text.Json;
using RobotRL.Critic;
using RobotRL.Model;
using RobotRL.Policy;
using RobotRL.Safety;
using TorchSharp;
using static TorchSharp.torch;

namespace RobotRL.Learning.Tests;

/// <summary>The safety critic's targets against hand-computed ones, and what it learns where the answer is known.</summary>
public class SafetyCriticTests
{
    private static SafetyCriticParameters Parameters(double rate = 1e-3, double tau = 0.05) =>
        new() { RiskDiscount = 0.8, FeasibilityDiscount = 0.9, LearningRate = rate, TargetRate = tau, BatchSize = 32 };

    private static SafetyCriticLearner Learner(SafetyFeatureLayout? layout = null, ulong seed = 1) =>
        new(layout ?? SafetyFeatureLayout.Navigation, Parameters(), seed);

    private static Tensor Floats(params float[] values) => tensor(values);

    private static void Zero(ParameterBlock block) => block.Write(new float[block.Layout.Count]);

    [Fact]
    public void Risk_target_is_one_at_a_violation_nothing_at_an_end_and_discounted_in_between()
    {
        using var learner = Learner();
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        float[][] next = [[0.1f, 0.2f, 0.3f, 0.4f], [1, -1, 0.5f, 0], [-0.3f, 0, 1, 1]];
        var ahead = learner.Query(next);
        var y = learner.RiskTarget(Floats([.. next.SelectMany(v => v)]).view(3, 4), Floats(1f, 0, 0), Floats(1f, 1, 0)).data<float>().ToArray();
        Assert.Equal(1, y[0]);
        Assert.Equal(0.8 * ahead[1].Risk, y[1], 1e-6);
        Assert.Equal(0, y[2]);

        Zero(learner.Blocks[1]); // the target networks alone: σ(0) = ½
        Assert.Equal(0.8 * 0.5, learner.RiskTarget(Floats(next[1]).view(1, 4), Floats(0f), Floats(1f)).item<float>(), 1e-6);
    }

    [Fact]
    public void Feasibility_target_takes_the_worse_of_now_and_later()
    {
        using var learner = Learner();
        Zero(learner.Blocks[4]); // V_h = 0 everywhere
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        var y = learner.FeasibilityTarget(zeros(4, 4), Floats(-50f, 5, -50, 0.7f), Floats(0f, 0, 0, 1), Floats(1f, 1, 0, 0)).data<float>().ToArray();
        Assert.Equal(0.1 * -50 + 0.9 * 0, y[0], 1e-4); // later is worse
        Assert.Equal(5, y[1], 1e-4); // now is worse
        Assert.Equal(-50, y[2], 1e-4); // nothing follows
        Assert.Equal(0.7, y[3], 1e-4); // it ended in harm
    }

    [Fact]
    public void Risk_falls_by_the_discount_with_every_step_away_from_harm()
    {
        // A corridor with a cliff at its end: forward from cell k comes to harm after 4 − k steps, backward is always safe.
        using var learner = Learner();
        float[] At(int cell, float move) => [cell / 2f - 1, 0, move, 0];
        var buffer = new SafetyBuffer(100);
        for (var cell = 0; cell < 4; cell++)
        {
            buffer.Add(new(At(cell, 1), cell == 3 ? 1 : -1, cell == 3, cell == 3 ? null : At(cell + 1, 1)));
            buffer.Add(new(At(cell, -1), -1, false, null));
        }
        for (var i = 0; i < 700; i++) learner.Step(buffer);
        for (var cell = 0; cell < 4; cell++)
        {
            var (forward, backward) = (learner.Query([At(cell, 1)])[0], learner.Query([At(cell, -1)])[0]);
            Assert.InRange(forward.Risk, Math.Pow(0.8, 3 - cell) - 0.12, Math.Pow(0.8, 3 - cell) + 0.12);
            Assert.InRange(backward.Risk, 0, 0.15);
            Assert.True(backward.Feasibility < -0.6, $"cell {cell}: {backward.Feasibility}");
            Assert.True(learner.Recover([At(cell, 0)])[0][0] < -0.3, "the recovery goes the other way");
        }
        Assert.InRange(learner.Query([At(3, 1)])[0].Feasibility, 0.7, 1.3);
    }

    [Fact]
    public void Learner_goes_on_from_what_it_saved()
    {
        using var learner = Learner();
        SafetyTransition[] harm = [new([0.3f, 0, 1, 0], 1, true, null), new([0.3f, 0, -1, 0], -1, false, [0, 0, -1, 0])];
        for (var i = 0; i < 20; i++) learner.Update(harm);
        var saved = new Safetensors();
        learner.Save(saved);
        using var other = Learner(seed: 2);
        other.Load(saved, learner.Steps);
        Assert.Equal(20, other.Steps);
        Assert.All(learner.Blocks.Zip(other.Blocks), pair => Assert.True(pair.First.Flat.Equals(pair.Second.Flat)));

        using var arm = Learner(SafetyFeatureLayout.Arm([0]));
        var before = arm.Query([new float[27]])[0];
        Assert.Throws<InvalidDataException>(() => arm.Load(saved, 20));
        Assert.Equal(before, arm.Query([new float[27]])[0]);
    }

    [Fact]
    public void Oversampled_violations_leave_the_risk_unbiased()
    {
        // One situation that ends badly in one of ten cases.
        using var learner = Learner();
        var buffer = new SafetyBuffer(100);
        for (var i = 0; i < 50; i++) buffer.Add(new([0.5f, 0, 0, 0], 0, i % 10 == 0, null));
        for (var i = 0; i < 300; i++) learner.Step(buffer);
        Assert.InRange(learner.Query([[0.5f, 0, 0, 0]])[0].Risk, 0.06, 0.16);
    }

    [Fact]
    public void Feasibility_value_leans_to_the_best_action()
    {
        // From one state, one action ends at margin −1 and another at +1: an expectile of 0.9 lies at −0.8.
        using var learner = Learner();
        SafetyTransition[] batch =
            [.. Enumerable.Range(0, 32).Select(i => new SafetyTransition([0.5f, -0.5f, i % 2 * 2 - 1, 0], i % 2 * 2 - 1, i % 2 == 1, null))];
        for (var i = 0; i < 500; i++) learner.Update(batch);
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        var y = learner.FeasibilityTarget(Floats(0.5f, -0.5f, 0, 0).view(1, 4), Floats(-50f), Floats(0f), Floats(1f)).item<float>();
        Assert.InRange((y + 5) / 0.9, -0.95, -0.55);
    }

    [Fact]
    public void Recovery_leaves_undriven_axes_alone()
    {
        using var learner = new SafetyCriticLearner(SafetyFeatureLayout.Arm([0, 1]), Parameters(), 3);
        var action = learner.Recover([[.. Enumerable.Range(0, 27).Select(i => i / 10f)]])[0];
        Assert.All(action[2..], a => Assert.Equal(0, a));
        Assert.Contains(action[..2], a => a != 0);
    }

    [Fact]
    public void Written_weights_become_the_loops_critic_with_the_same_answers()
    {
        var folder = Directory.CreateTempSubdirectory("robotrl-").FullName;
        try
        {
            using var learner = new SafetyCriticLearner(SafetyFeatureLayout.Arm([0, 1, 2, 5]), Parameters(), 5);
            var noise = new RandomStream(9);
            float[][] x = [.. Enumerable.Range(0, 50).Select(_ => { var v = new float[27]; noise.FillNormal(v); return v; })];
            learner.Update([.. x.Select((v, i) => new SafetyTransition(v, i % 3 - 1, i % 3 == 2, null))]);
            SafetyWeightsFile.Write(folder, learner, new(0.25, 0.1, 0, 0), "a test", DateTimeOffset.UnixEpoch);

            Assert.Equal(["critic.json", "critic.safetensors"], Directory.GetFiles(folder).Select(Path.GetFileName).Order());
            using var manifest = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, SafetyWeightsFile.Manifest)));
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder, SafetyWeightsFile.Tensors)))),
                manifest.RootElement.GetProperty("sha256").GetString());
            Assert.Equal(0.25, manifest.RootElement.GetProperty("risk_threshold").GetDouble());
            Assert.Equal("arm-27", manifest.RootElement.GetProperty("features").GetString());

            var critic = new SafetyCritic(Weights(Safetensors.Read(Path.Combine(folder, SafetyWeightsFile.Tensors))));
            var (answers, actions, action) = (learner.Query(x), learner.Recover(x), new float[6]);
            for (var i = 0; i < x.Length; i++)
            {
                var (risk, feasibility) = critic.Query(x[i]);
                Assert.Equal(answers[i].Risk, risk, 1e-4);
                Assert.Equal(answers[i].Feasibility, feasibility, 1e-4);
                critic.Recover(x[i].AsSpan(0, 18), action);
                for (var axis = 0; axis < 6; axis++) Assert.Equal(actions[i][axis], action[axis], 1e-4);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static CriticWeights Weights(Safetensors tensors)
    {
        PerceptronWeights Network(string name, int inputs, int outputs) => new(
            tensors.Get(name + ".w0", 256, inputs), tensors.Get(name + ".b0", 256), tensors.Get(name + ".w1", 256, 256), tensors.Get(name + ".b1", 256),
            tensors.Get(name + ".w2", outputs, 256), tensors.Get(name + ".b2", outputs));
        return new()
        {
            Inputs = 27,
            Version = 1,
            RiskThreshold = 0.25,
            FeasibilityThreshold = 0.1,
            Risk1 = Network("risk1", 27, 1),
            Risk2 = Network("risk2", 27, 1),
            Feasibility1 = Network("feasibility1", 27, 1),
            Feasibility2 = Network("feasibility2", 27, 1),
            Recovery = Network("recovery", 18, 6),
            RecoveryInputs = 18,
            RecoveryOutputs = 6,
            Canary = new(tensors.Get("canary.inputs", 16, 27), tensors.Get("canary.risk", 16), tensors.Get("canary.feasibility", 16)),
        };
    }
}

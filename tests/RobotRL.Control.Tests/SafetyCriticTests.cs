using RobotRL.Control.Contract;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control.Tests;

public class SafetyCriticTests
{
    private const int Inputs = SafetyFeatures.Count;

    /// <summary>Finite weights whose sums overflow: ∞ − ∞ in the second layer. A rectifier that made 0 of it would make a broken network look calm.</summary>
    [Fact]
    public void Overflow_inside_a_network_comes_out_as_not_a_number()
    {
        var network = Network(0);
        Array.Fill(network.W0, 3e38f);
        for (var i = 0; i < network.W1.Length; i++) network.W1[i] = i % 2 == 0 ? 1 : -1;
        Array.Fill(network.W2, 1e-3f);
        var critic = Critic(network, Network(0));
        var features = new float[Inputs];
        Assert.True(critic.Query(features).IsFinite);
        Array.Fill(features, 1);
        Assert.False(float.IsFinite(critic.Query(features).Risk));
    }

    [Fact]
    public void Larger_of_the_twins_counts()
    {
        var critic = Critic(Network(2), Network(-1));
        Assert.Equal(0.8808, critic.Query(new float[Inputs]).Risk, 1e-4);
    }

    [Fact]
    public void Question_allocates_nothing()
    {
        var critic = Critic(Network(1), Network(0));
        var features = new float[Inputs];
        Assert.Equal(0, Allocation.Least(() =>
        {
            for (var i = 0; i < 1000; i++) critic.Query(features);
        }));
    }

    [Fact]
    public void Canary_that_comes_out_differently_is_refused() =>
        Assert.Contains("canary batch, row 0",
            Assert.Throws<InvalidDataException>(() => Critic(Network(1), Network(0), canaryRisk: 0.6f)).Message, StringComparison.Ordinal);

    /// <summary>The loop's features of a state and training's of the observation of that state are the same numbers.</summary>
    [Fact]
    public void Features_are_in_the_order_and_frames_that_are_documented()
    {
        var features = new SafetyFeatures(TestArm.Task, TestArm.Limits.Stiffness);
        var turn = Rotation.AboutZ(Math.PI / 2);
        var pose = new Pose(new(0.5, 0.2, 0.3), turn);
        var x = new float[Inputs];
        features.WriteState(x, new(new(2, 4, 6), new(0.2, 0.4, 0.6)), pose, new(new(0, 0.1, 0), new(0, 0, 0.5)), new(new(0.5, 0.1, 0.3), Rotation.Identity));
        features.WriteAction(x, pose, new(new(0.5, 0.205, 0.3), turn * Rotation.AboutZ(1)));
        features.WriteStiffness(x, new(1000, 75, 0.6));
        float[] expected =
        [
            0.1f, 0.2f, 0.3f, 0.1f, 0.2f, 0.3f, 0.5f, 0, 0, 0, 0, 0.5f, 0, 1, 0, 0, 0, (float)(Math.PI / 2 / 0.3),
            0.5f, 0, 0, 0, 0, 2, 0.5f, 0.5f, 0.5f,
        ];
        for (var i = 0; i < Inputs; i++) Assert.Equal(expected[i], x[i], 1e-5f);

        float[] proprioception = [.. expected[12..18], .. expected[6..12], .. expected[..6], 1];
        var again = new float[Inputs];
        SafetyFeatures.WriteState(again, proprioception, new([("", Joints.Max)], ObservationLayout.Standard));
        Assert.Equal(expected[..SafetyFeatures.StateCount], again[..SafetyFeatures.StateCount]);
    }

    private static SafetyCritic Critic(PerceptronWeights risk1, PerceptronWeights risk2, float? canaryRisk = null) => new(new()
    {
        Inputs = Inputs,
        Version = 1,
        RiskThreshold = 0.5,
        FeasibilityThreshold = 0,
        Risk1 = risk1,
        Risk2 = risk2,
        Feasibility1 = Network(-1),
        Feasibility2 = Network(-2),
        Canary = new(new float[Inputs], [canaryRisk ?? 1 / (1 + MathF.Exp(-Math.Max(risk1.B2[0], risk2.B2[0])))], [-1]),
    });

    /// <summary>Says one number of everything.</summary>
    private static PerceptronWeights Network(float says) =>
        new(new float[256 * Inputs], new float[256], new float[256 * 256], new float[256], new float[256], [says]);
}

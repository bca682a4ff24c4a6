using RobotRL.Model;
using RobotRL.Safety;
using TorchSharp;
using static TorchSharp.torch;

namespace RobotRL.Lab.Bench;

/// <summary>A safety critic of random weights, for timing: the cost of an answer does not depend on training.</summary>
internal sealed class RandomCritic : IDisposable
{
    private const int Hidden = 256, CanaryRows = 16;
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor[][] _networks;

    /// <param name="seed">Of the weights.</param>
    /// <param name="riskThreshold">Above 0.5, a random network's answer is rarely risky.</param>
    public RandomCritic(ulong seed = 1, double riskThreshold = 0.999)
    {
        using var noGradient = no_grad();
        var noise = new RandomStream(seed);
        var networks = Enumerable.Range(0, 4).Select(_ => Network(noise)).ToArray();
        _networks = [.. networks.Select(Tensors)];
        var inputs = Normal(noise, CanaryRows * SafetyFeatures.Count, 1);
        using var batch = tensor(inputs).reshape(CanaryRows, SafetyFeatures.Count);
        var (risk, feasibility) = Query(batch);
        Critic = new(new()
        {
            Inputs = SafetyFeatures.Count,
            Version = 1,
            RiskThreshold = riskThreshold,
            FeasibilityThreshold = 1000,
            Risk1 = networks[0],
            Risk2 = networks[1],
            Feasibility1 = networks[2],
            Feasibility2 = networks[3],
            Canary = new(inputs, risk.data<float>().ToArray(), feasibility.data<float>().ToArray()),
        });
    }

    public SafetyCritic Critic { get; }

    /// <summary>The same by TorchSharp, [B, in] → [B] and [B].</summary>
    public (Tensor Risk, Tensor Feasibility) Query(Tensor features) => (
        maximum(Forward(_networks[0], features), Forward(_networks[1], features)).sigmoid().flatten(),
        maximum(Forward(_networks[2], features), Forward(_networks[3], features)).flatten());

    public void Dispose() => _scope.Dispose();

    private static Tensor Forward(Tensor[] w, Tensor x)
    {
        x = nn.functional.linear(x, w[0], w[1]).relu();
        x = nn.functional.linear(x, w[2], w[3]).relu();
        return nn.functional.linear(x, w[4], w[5]);
    }

    private static Tensor[] Tensors(PerceptronWeights w) =>
    [
        tensor(w.W0).reshape(Hidden, -1), tensor(w.B0), tensor(w.W1).reshape(Hidden, Hidden), tensor(w.B1), tensor(w.W2).reshape(1, Hidden), tensor(w.B2),
    ];

    private static PerceptronWeights Network(RandomStream noise) => new(
        Normal(noise, Hidden * SafetyFeatures.Count, 0.2f), Normal(noise, Hidden, 0.1f), Normal(noise, Hidden * Hidden, 0.08f), Normal(noise, Hidden, 0.1f),
        Normal(noise, Hidden, 0.05f), Normal(noise, 1, 0.1f));

    private static float[] Normal(RandomStream noise, int count, float deviation)
    {
        var values = new float[count];
        noise.FillNormal(values);
        for (var i = 0; i < count; i++) values[i] *= deviation;
        return values;
    }
}

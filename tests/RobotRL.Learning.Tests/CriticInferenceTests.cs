using RobotRL.Safety;
using TorchSharp;
using static TorchSharp.torch;

namespace RobotRL.Learning.Tests;

/// <summary>The control loop's own inference beside TorchSharp's, on networks of the size that runs and on inputs from the mild to the absurd.</summary>
public class CriticInferenceTests
{
    private const int Inputs = SafetyFeatures.Count, Rows = 400;

    [Fact]
    public void Hand_written_inference_equals_torch_to_a_hundred_thousandth()
    {
        var random = new Random(1);
        PerceptronWeights[] nets = [.. Enumerable.Range(0, 4).Select(_ => Network(random, Inputs, 1))];
        var recovery = Network(random, SafetyFeatures.StateCount, 6);
        var inputs = Draw(random, Rows * Inputs, 1);
        for (var i = 0; i < inputs.Length; i++) inputs[i] *= i / Inputs % 4 == 0 ? 10 : 1;

        var risk = Torch(nets[0], inputs, Inputs, 1, (x, y) => maximum(x, y).sigmoid(), nets[1]);
        var feasibility = Torch(nets[2], inputs, Inputs, 1, maximum, nets[3]);
        float[] states = [.. Enumerable.Range(0, Rows).SelectMany(r => inputs.AsSpan(r * Inputs, SafetyFeatures.StateCount).ToArray())];
        var actions = Torch(recovery, states, SafetyFeatures.StateCount, 6, (x, _) => x.tanh(), recovery);

        var critic = new SafetyCritic(new()
        {
            Inputs = Inputs,
            Version = 1,
            RiskThreshold = 0.5,
            FeasibilityThreshold = 0,
            Risk1 = nets[0],
            Risk2 = nets[1],
            Feasibility1 = nets[2],
            Feasibility2 = nets[3],
            Recovery = recovery,
            RecoveryInputs = SafetyFeatures.StateCount,
            RecoveryOutputs = 6,
            Canary = new(inputs[..(16 * Inputs)], risk[..16], feasibility[..16]),
        });
        var (worst, action) = (0.0, new float[6]);
        for (var row = 0; row < Rows; row++)
        {
            var said = critic.Query(inputs.AsSpan(row * Inputs, Inputs));
            critic.Recover(states.AsSpan(row * SafetyFeatures.StateCount, SafetyFeatures.StateCount), action);
            Compare(said.Risk, risk[row]);
            Compare(said.Feasibility, feasibility[row]);
            for (var i = 0; i < action.Length; i++) Compare(action[i], actions[row * 6 + i]);
        }
        Assert.InRange(worst, 0, 1e-5);
        Assert.True(risk.Max() - risk.Min() > 0.1, "the networks say the same of everything");

        void Compare(double here, double there) => worst = Math.Max(worst, Math.Abs(here - there) / Math.Max(1, Math.Abs(there)));
    }

    private static PerceptronWeights Network(Random random, int inputs, int outputs) => new(
        Draw(random, 256 * inputs, Math.Sqrt(2.0 / inputs)), Draw(random, 256, 0.1), Draw(random, 256 * 256, Math.Sqrt(2.0 / 256)), Draw(random, 256, 0.1),
        Draw(random, outputs * 256, Math.Sqrt(1.0 / 256)), Draw(random, outputs, 0.1));

    private static float[] Draw(Random random, int count, double scale) =>
        [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() * 2 - 1) * scale))];

    private static float[] Torch(PerceptronWeights first, float[] inputs, int width, int outputs, Func<Tensor, Tensor, Tensor> join, PerceptronWeights second)
    {
        using var scope = NewDisposeScope();
        return join(Forward(first), Forward(second)).data<float>().ToArray();

        Tensor Forward(PerceptronWeights w)
        {
            var x = tensor(inputs).reshape(-1, width);
            x = nn.functional.linear(x, tensor(w.W0).reshape(256, width), tensor(w.B0)).relu();
            x = nn.functional.linear(x, tensor(w.W1).reshape(256, 256), tensor(w.B1)).relu();
            return nn.functional.linear(x, tensor(w.W2).reshape(outputs, 256), tensor(w.B2));
        }
    }
}

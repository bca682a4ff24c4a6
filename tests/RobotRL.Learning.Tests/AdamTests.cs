using RobotRL.Model;
using RobotRL.Policy;

namespace RobotRL.Learning.Tests;

public sealed class AdamTests
{
    /// <summary>Against the update rule as published, written out in double precision; 13 values leave a rest after full vectors.</summary>
    [Fact]
    public void Steps_follow_the_published_rule()
    {
        var layout = new ParameterLayout();
        layout.Add("x", Initialization.LeCun, 1, 1, 13);
        using var block = new ParameterBlock(layout, TorchSharp.torch.CPU, trainable: true);
        block.Initialize(new RandomStream(1));
        using var adam = new Adam(block, 1e-2);
        var (random, expected) = (new Random(1), Array.ConvertAll(RlpdUpdateTests.Values(block), v => (double)v));
        var (first, second, gradient) = (new double[13], new double[13], new float[13]);
        for (var step = 1; step <= 20; step++)
        {
            for (var i = 0; i < 13; i++)
            {
                gradient[i] = random.NextSingle() - 0.5f;
                first[i] = 0.9 * first[i] + 0.1 * gradient[i];
                second[i] = 0.999 * second[i] + 0.001 * gradient[i] * gradient[i];
                expected[i] -= 1e-2 * (first[i] / (1 - Math.Pow(0.9, step))) / (Math.Sqrt(second[i] / (1 - Math.Pow(0.999, step))) + 1e-8);
            }
            ParameterBlock.WriteFlat(block.Gradient!, gradient);
            adam.Step();
            Assert.All(RlpdUpdateTests.Values(block).Zip(expected), p => Assert.Equal(p.Second, p.First, 1e-5));
            Assert.Equal(0, block.Gradient!.abs().max().item<float>());
        }
    }
}

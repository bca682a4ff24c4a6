using TorchSharp;

namespace RobotRL.Learning.Tests;

/// <summary>Counts of a whole process: nothing else may run beside them.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

[Collection(nameof(Alone))]
public sealed class MemoryTests
{
    /// <summary>Native memory is freed by scopes, so a step that leaks shows as growth of the resident set.</summary>
    [Fact]
    public void Memory_stays_flat()
    {
        using var learner = Given.Learner(Given.Parameters(p => p with { BatchSize = 16 }));
        var source = new NoiseBatches(9);
        long Resident(int steps)
        {
            for (var i = 0; i < steps; i++) learner.Step(source);
            Collect();
            return Environment.WorkingSet;
        }
        var warm = Resident(150);
        var grown = Resident(600) - warm;
        // One float32 batch of images kept a step would be 600 × 200 kB.
        Assert.True(grown < 30_000_000, $"grew by {grown / 1e6:F1} MB in 600 steps");

        var before = torch.Tensor.TotalCount;
        for (var i = 0; i < 20; i++) learner.Step(source);
        Collect();
        Assert.Equal(before, torch.Tensor.TotalCount);
    }

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }
}

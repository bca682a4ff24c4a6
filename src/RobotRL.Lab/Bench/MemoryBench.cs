using RobotRL.Configuration;
using RobotRL.Learning;
using RobotRL.Model;
using RobotRL.Policy;
using RobotRL.Replay;
using RobotRL.Sensing;
using TorchSharp;

namespace RobotRL.Lab.Bench;

/// <summary>Memory of a learner over many steps. A step's native tensors are freed by scopes; one that escaped would show in both counts.</summary>
/// <param name="Steps">Learner steps: two critic updates and one of everything, with two cameras, a gripper and published weights.</param>
/// <param name="ResidentMb">Resident set after each tenth of the steps, MB.</param>
/// <param name="GrowthMb">From the first tenth, when caches are warm, to the end, MB.</param>
/// <param name="LiveTensorsAtStart">Native tensors alive after the first step.</param>
/// <param name="LiveTensorsAtEnd">And after the last.</param>
public sealed record MemoryFigures(int Steps, double[] ResidentMb, double GrowthMb, long LiveTensorsAtStart, long LiveTensorsAtEnd, double StepMs);

public static class MemoryBench
{
    private const int ImageSize = 32, BatchSize = 8, Tenths = 10;

    public static MemoryFigures Measure(bool brief)
    {
        // The losses, networks and optimizers of the shipped task; small images and batches, or the steps would take hours.
        var shipped = BenchShapes.PegInsert().Learner with { BatchSize = BatchSize, PolicyAverageRate = 0.005 };
        NetworkShape shape = new()
        {
            Proprioception = BenchShapes.Proprioception,
            Actions = ActionSpace.Axes,
            GripperChoices = ActionLayout.CommandsOfOne,
            ImageShapes = [ImageShape.Square(ImageSize), ImageShape.Square(ImageSize)],
            Encoder = shipped.Encoder,
            EncoderChannels = shipped.EncoderChannels,
            ImageLatent = shipped.ImageLatent,
            ProprioceptionLatent = shipped.ProprioceptionLatent,
            HiddenSizes = shipped.HiddenSizes,
        };
        using var learner = new RlpdLearner(shape, shipped, seed: 1);
        var source = new RandomRows(BatchSize, ActionSpace.Axes, ImageSize);
        var steps = brief ? 100 : 100_000;
        learner.Step(source);
        var tensors = LiveTensors();
        var resident = new double[Tenths];
        var watch = System.Diagnostics.Stopwatch.StartNew();
        for (var tenth = 0; tenth < Tenths; tenth++)
        {
            for (var i = 1; i <= steps / Tenths; i++)
            {
                learner.Step(source);
                if (i % shipped.PublishEvery == 0) learner.Snapshot();
            }
            GC.Collect();
            resident[tenth] = Environment.WorkingSet / 1e6;
            if (!brief) Console.Error.WriteLine($"{(tenth + 1) * steps / Tenths} steps: {resident[tenth]:F0} MB");
        }
        return new(steps, resident, resident[^1] - resident[0], tensors, LiveTensors(), watch.Elapsed.TotalMilliseconds / steps);
    }

    private static long LiveTensors()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return torch.Tensor.TotalCount;
    }

    /// <summary>Rows drawn once and sampled as a buffer's are: every batch another choice of them.</summary>
    private sealed class RandomRows : IBatchSource
    {
        private readonly RandomStream _noise = new(1);

        public RandomRows(int size, int actions, int image) =>
            UpdateBench.Noise(_values = new(size, BenchShapes.Proprioception, actions, [ImageShape.Square(image), ImageShape.Square(image)]));

        private readonly Batch _values;

        public void Sample(Batch batch)
        {
            UpdateBench.Copy(_values, batch);
            _noise.FillNormal(batch.Proprioception);
            for (var i = 0; i < batch.Size; i++) batch.Rewards[i] = _noise.NextByOneDraw(20) == 0 ? 1 : 0;
        }
    }
}

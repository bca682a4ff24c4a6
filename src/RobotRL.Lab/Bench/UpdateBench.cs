using RobotRL.Configuration;
using RobotRL.Learning;
using RobotRL.Model;
using RobotRL.Replay;
using RobotRL.Sensing;
using RobotRL.Sessions.Acting;
using TorchSharp;

namespace RobotRL.Lab.Bench;

/// <summary>CPU time of the process for one update, median of rounds in which the three take turns.</summary>
/// <param name="FullUpdateCpuMs">
/// Crops, frozen ResNet-10 on both observations of two 128² cameras, critics, grasp critic, actor, temperature, targets.
/// </param>
/// <param name="HeadsUpdateCpuMs">The same from given feature maps.</param>
/// <param name="FullOverHeads">Their ratio.</param>
/// <param name="Batch">Transitions a batch, of both.</param>
/// <param name="StepCpuMs">One learner step of the shipped peg insertion, sampling included.</param>
/// <param name="StepBatch">Its batch.</param>
/// <param name="StepUpdates">Its critic updates.</param>
public sealed record UpdateFigures(
    double FullUpdateCpuMs, double HeadsUpdateCpuMs, double FullOverHeads, int Batch, double StepCpuMs, int StepBatch,
    int StepUpdates, int Rounds, int Threads);

public static class UpdateBench
{
    private const int BatchSize = 64;

    public static UpdateFigures Measure(bool brief) => BenchShapes.WithRandomWeights(weights => Measure(weights, brief));

    private static UpdateFigures Measure(string weights, bool brief)
    {
        var shipped = BenchShapes.PegInsert();
        var batchSize = brief ? 4 : BatchSize;
        var parameters = shipped.Learner with { BatchSize = batchSize, Threads = 1 };
        using var learner = new RlpdLearner(BenchShapes.ResNet10(parameters, weights), parameters, seed: 1);
        using var step = Learners.Create(shipped, seed: 1);

        var batch = Noise(new Batch(batchSize, BenchShapes.Proprioception, ActionSpace.Axes, [ImageShape.Square(128), ImageShape.Square(128)]));
        var (maps, nextMaps) = learner.FrozenMaps(batch);
        ConstantSource source = new(shipped);
        var (full, heads, steps) = (new Durations(), new Durations(), new Durations());
        var rounds = brief ? 1 : 5;
        for (var round = -1; round < rounds; round++)
        {
            // The first round warms up: compilation, libtorch's choice of kernels, its heap.
            if (round == 0) (full, heads, steps) = (new(), new(), new());
            full.MeasureCpu(1, () => learner.Update(batch, full: true));
            heads.MeasureCpu(brief ? 1 : 8, () => learner.UpdateFromMaps(batch, maps, nextMaps, full: true));
            steps.MeasureCpu(brief ? 1 : 4, () => step.Step(source));
        }
        foreach (var map in (torch.Tensor[])[.. maps, .. nextMaps]) map.Dispose();
        return new(
            FullUpdateCpuMs: full.P50Us / 1e3, HeadsUpdateCpuMs: heads.P50Us / 1e3, FullOverHeads: full.P50Us / heads.P50Us, Batch: batchSize,
            StepCpuMs: steps.P50Us / 1e3, StepBatch: shipped.Learner.BatchSize, StepUpdates: shipped.Learner.CriticUpdatesPerActorUpdate,
            Rounds: rounds, Threads: torch.get_num_threads());
    }

    /// <summary>Fills a batch with values that cost as much as real data.</summary>
    public static Batch Noise(Batch batch)
    {
        RandomStream noise = new(1);
        foreach (var values in (float[][])[batch.Proprioception, batch.NextProprioception]) noise.FillNormal(values);
        noise.FillUniform(batch.Actions, 1);
        foreach (var image in batch.Images.Concat(batch.NextImages))
            for (var i = 0; i < image.Length; i++) image[i] = (byte)noise.Next();
        for (var i = 0; i < batch.Size; i++) batch.Gripper[i] = noise.NextByOneDraw(3);
        return batch;
    }

    /// <summary>Copies a batch into another's place, at the cost of sampling from a buffer.</summary>
    public static void Copy(Batch values, Batch batch)
    {
        values.Proprioception.CopyTo(batch.Proprioception, 0);
        values.NextProprioception.CopyTo(batch.NextProprioception, 0);
        values.Actions.CopyTo(batch.Actions, 0);
        values.Gripper.CopyTo(batch.Gripper, 0);
        for (var i = 0; i < batch.Images.Count; i++)
        {
            values.Images[i].CopyTo(batch.Images[i], 0);
            values.NextImages[i].CopyTo(batch.NextImages[i], 0);
        }
    }

    /// <summary>A batch source with the sampling cost of a buffer: everything is copied into place.</summary>
    private sealed class ConstantSource(Configuration.RunConfiguration configuration) : IBatchSource
    {
        private readonly Batch _values = Noise(new(
            configuration.Learner.BatchSize, BenchShapes.Proprioception, configuration.Task.Actions.Dimensions,
            [.. configuration.Task.Cameras.Select(c => c.Image)]));

        public void Sample(Batch batch) => Copy(_values, batch);
    }
}

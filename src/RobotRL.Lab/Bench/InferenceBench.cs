using RobotRL.Learning;
using RobotRL.Model;
using RobotRL.Policy;
using RobotRL.Sensing;
using TorchSharp;

namespace RobotRL.Lab.Bench;

/// <summary>Time from observation to action on one thread, images already cropped.</summary>
/// <param name="P50Us">The shipped peg insertion: two cameras of <see cref="ImageSize"/> pixels, convolutional encoder. So the quantiles that follow.</param>
/// <param name="AllocatedBytes">Managed bytes a decision.</param>
/// <param name="Resnet10P50Us">Two 128² cameras through the frozen ResNet-10.</param>
public sealed record InferenceFigures(
    double P50Us, double P99Us, double P999Us, double MaxUs, double AllocatedBytes, int Cameras, int ImageSize, int Decisions,
    double Resnet10P50Us, double Resnet10P99Us, double Resnet10MaxUs, double Resnet10AllocatedBytes, int Resnet10Decisions, int Threads);

public static class InferenceBench
{
    public static InferenceFigures Measure(bool brief) => BenchShapes.WithRandomWeights(weights => Measure(weights, brief));

    private static InferenceFigures Measure(string weights, bool brief)
    {
        torch.set_num_threads(1);
        var shipped = BenchShapes.PegInsert();
        var shape = NetworkShape.Of(shipped.Task, shipped.Learner);
        var resNetShape = BenchShapes.ResNet10(shipped.Learner, weights);
        // A batch of two: these learners only give the networks their weights.
        var parameters = shipped.Learner with { BatchSize = 2 };
        using var small = Policy(shape, parameters);
        using var large = Policy(resNetShape, parameters);

        var rounds = brief ? 2 : 20;
        var (conv, resNet) = (new Durations(), new Durations());
        var (smallSeen, largeSeen) = (Observation(shape), Observation(resNetShape));
        var noise = new RandomStream(1);
        var (smallAction, largeAction) = (new float[shape.Actions], new float[resNetShape.Actions]);
        for (var round = -1; round < rounds; round++)
        {
            if (round == 0) (conv, resNet) = (new(), new());
            conv.Measure(brief ? 5 : 100, () => small.Act(smallSeen, deterministic: false, noise, smallAction));
            resNet.Measure(brief ? 2 : 10, () => large.Act(largeSeen, deterministic: false, noise, largeAction));
        }
        return new(
            P50Us: conv.P50Us, P99Us: conv.P99Us, P999Us: conv.P999Us, MaxUs: conv.MaxUs, AllocatedBytes: conv.AllocatedBytes,
            Cameras: shape.ImageShapes.Count, ImageSize: shape.ImageShapes[0].Width, Decisions: conv.Count,
            Resnet10P50Us: resNet.P50Us, Resnet10P99Us: resNet.P99Us, Resnet10MaxUs: resNet.MaxUs,
            Resnet10AllocatedBytes: resNet.AllocatedBytes, Resnet10Decisions: resNet.Count, Threads: torch.get_num_threads());
    }

    private static PolicyNetwork Policy(NetworkShape shape, LearnerParameters parameters)
    {
        using var learner = new RlpdLearner(shape, parameters, seed: 1);
        var policy = new PolicyNetwork(shape);
        policy.Load(learner.Snapshot());
        return policy;
    }

    private static Observation Observation(NetworkShape shape)
    {
        RandomStream noise = new(2);
        var proprioception = new float[shape.Proprioception];
        noise.FillNormal(proprioception);
        return new(Stamp.Zero, proprioception, [.. shape.ImageShapes.Select(image =>
        {
            var pixels = new byte[image.Bytes];
            for (var i = 0; i < pixels.Length; i++) pixels[i] = (byte)noise.Next();
            return new PolicyImage(Stamp.Zero, image, pixels);
        })]);
    }
}

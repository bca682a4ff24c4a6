using System.Diagnostics;
using RobotRL.Model;
using RobotRL.Replay;

namespace RobotRL.Lab.Bench;

/// <summary>Cost of the buffer with two 128-pixel cameras.</summary>
/// <param name="InsertUs">Storing one step, median, µs.</param>
/// <param name="InsertMeanUs">Its mean while the buffer fills, when the system must find and clear memory for each new block, µs.</param>
/// <param name="SampleUs">Filling one batch, median, µs.</param>
/// <param name="Batch">Transitions in a batch.</param>
/// <param name="BytesPerTransition">Memory of a stored transition.</param>
public sealed record ReplayFigures(double InsertUs, double InsertMeanUs, double SampleUs, int Batch, int BytesPerTransition)
{
    /// <summary>Measures on this machine, in about three seconds and 700 MB.</summary>
    public static ReplayFigures Measure(int batchSize = 256, int transitions = 5_000, int batches = 60)
    {
        var actions = ActionLayout.Of(new([0, 1, 2, 3, 4, 5], 0.01, 0.1, HasGripper: true));
        FrameLayout layout = new(BenchShapes.Proprioception, [ImageShape.Square(128), ImageShape.Square(128)]);
        using var buffer = new ReplayBuffer(layout, actions, transitions, transitions);
        var random = new RandomStream(1);
        var observations = Enumerable.Range(0, 64).Select(_ => Noise(random)).ToArray();

        var insert = Time(transitions, i => buffer.Add(
            i < transitions / 4 ? EpisodeKind.Demonstration : EpisodeKind.Online,
            new Transition(observations[i % 64], default, 0, observations[(i + 1) % 64], false, false)));

        var source = new MixedSource(buffer, 0.5, random);
        var batch = new Batch(batchSize, BenchShapes.Proprioception, actions.Dimensions, buffer.Layout.ImageShapes);
        source.Sample(batch);
        var sample = Time(batches, _ => source.Sample(batch));
        return new ReplayFigures(insert[transitions / 2], insert.Average(), sample[batches / 2], batchSize, buffer.BytesPerTransition);
    }

    /// <summary>Times of single calls, shortest first, µs.</summary>
    private static double[] Time(int calls, Action<int> call)
    {
        var micros = new double[calls];
        for (var i = 0; i < calls; i++)
        {
            var start = Stopwatch.GetTimestamp();
            call(i);
            micros[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }
        Array.Sort(micros);
        return micros;
    }

    private static Observation Noise(RandomStream random)
    {
        var images = new PolicyImage[2];
        for (var camera = 0; camera < 2; camera++)
        {
            var rgb = new byte[128 * 128 * 3];
            for (var i = 0; i < rgb.Length; i++) rgb[i] = (byte)random.Next();
            images[camera] = new PolicyImage(Stamp.Zero, ImageShape.Square(128), rgb);
        }
        return new Observation(Stamp.Zero, new float[BenchShapes.Proprioception], images);
    }
}

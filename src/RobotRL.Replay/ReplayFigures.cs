using System.Diagnostics;
using RobotRL.Model;

namespace RobotRL.Replay;

/// <summary>Cost of the buffer with two 128-pixel cameras: means over many calls, memory that is touched for the first time included.</summary>
/// <param name="InsertUs">Storing one step, µs.</param>
/// <param name="SampleUs">Filling one batch, µs.</param>
/// <param name="Batch">Transitions in a batch.</param>
/// <param name="BytesPerTransition">Memory of a stored transition.</param>
public sealed record ReplayFigures(double InsertUs, double SampleUs, int Batch, int BytesPerTransition)
{
    /// <summary>Measures on this machine, in about three seconds and 700 MB.</summary>
    public static ReplayFigures Measure(int batchSize = 256, int transitions = 5_000, int batches = 60)
    {
        var actions = new ActionSpace([0, 1, 2, 3, 4, 5], 0.01, 0.1, true);
        using var buffer = new ReplayBuffer(new FrameLayout([128, 128]), actions, transitions, transitions);
        var random = new RandomStream(1);
        var observations = Enumerable.Range(0, 64).Select(_ => Noise(random)).ToArray();

        var insert = Mean(transitions, i => buffer.Add(
            i < transitions / 4 ? EpisodeKind.Demonstration : EpisodeKind.Online,
            new Transition(observations[i % 64], default, 0, observations[(i + 1) % 64], false, false)));

        var source = new MixedSource(buffer, 0.5, random);
        var batch = new Batch(batchSize, actions.Dimensions, buffer.Layout.ImageSizes);
        source.Sample(batch);
        return new ReplayFigures(insert, Mean(batches, _ => source.Sample(batch)), batchSize, buffer.BytesPerTransition);
    }

    private static double Mean(int calls, Action<int> call)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < calls; i++) call(i);
        return Stopwatch.GetElapsedTime(start).TotalMicroseconds / calls;
    }

    private static Observation Noise(RandomStream random)
    {
        var images = new PolicyImage[2];
        for (var camera = 0; camera < 2; camera++)
        {
            var rgb = new byte[128 * 128 * 3];
            for (var i = 0; i < rgb.Length; i++) rgb[i] = (byte)random.Next();
            images[camera] = new PolicyImage(Stamp.Zero, 128, rgb);
        }
        return new Observation(Stamp.Zero, new float[Observation.ProprioceptionSize], images);
    }
}

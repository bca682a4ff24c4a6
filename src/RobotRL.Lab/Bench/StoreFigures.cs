using System.Diagnostics;
using RobotRL.Episodes;
using RobotRL.Mcap;
using RobotRL.Model;
using RobotRL.Replay;

namespace RobotRL.Lab.Bench;

/// <summary>The trace of the step that was decided last.</summary>
public delegate ReadOnlyMemory<byte> StepTrace();

/// <summary>Steps with traces, for a measurement.</summary>
/// <param name="Format">Of the traces.</param>
/// <param name="Decide">Makes a step, which is not measured.</param>
/// <param name="Trace">Of that step; making it is measured.</param>
public sealed record TracedSteps(TraceFormat Format, Action Decide, StepTrace Trace);

/// <summary>Cost of recording an episode, with two 128-pixel cameras whose images have the noise of a sensor.</summary>
/// <param name="StepUs">Median time in <see cref="EpisodeWriter.Append"/>, on the caller's thread, µs.</param>
/// <param name="StepP99Us">99th percentile of the same, µs.</param>
/// <param name="WriteMbPerS">Observation data recorded a second, before compression, MB/s.</param>
/// <param name="BytesPerStep">On disk.</param>
/// <param name="RawBytesPerStep">Before compression.</param>
/// <param name="ActorOverheadFraction">Share of a 10 Hz decision period.</param>
public sealed record StoreFigures(double StepUs, double StepP99Us, double WriteMbPerS, double BytesPerStep, int RawBytesPerStep, double ActorOverheadFraction)
{
    /// <summary>Measures on this machine, in files under <paramref name="directory"/> that are deleted again.</summary>
    public static StoreFigures Measure(string directory, int steps = 400, TracedSteps? traced = null)
    {
        var info = new EpisodeInfo { Kind = EpisodeKind.Online, Seed = 1, Task = "bench", ConfigHash = "", Cameras = ["wrist", "side"], WallClockOffsetNs = 0 };
        var random = new RandomStream(1);
        var observations = Enumerable.Range(0, 50).Select(i => Scene(random, i)).ToArray();
        var folder = Directory.CreateDirectory(Path.Combine(directory, $"bench-{Guid.NewGuid():N}")).FullName;
        try
        {
            var store = EpisodeStore.Open(folder, TornEpisodes.Discard, _ => { });
            Record(store, info, observations, new double[50], traced);
            var micros = new double[steps];
            Record(store, info, observations, micros, traced);
            var bytes = (double)new FileInfo(store.Files[^1]).Length / steps;
            var raw = new FrameLayout(BenchShapes.Proprioception, [ImageShape.Square(128), ImageShape.Square(128)]).Bytes;
            Array.Sort(micros);
            var median = micros[steps / 2];
            return new StoreFigures(median, micros[steps * 99 / 100], raw / median, bytes, raw, median / 100_000);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Record(EpisodeStore store, EpisodeInfo info, Observation[] observations, double[] micros, TracedSteps? traced)
    {
        using var writer = store.Begin(info, traced?.Format);
        for (var i = 0; i < micros.Length; i++)
        {
            var transition = new Transition(observations[i % observations.Length], default, 0, observations[(i + 1) % observations.Length], false, false);
            traced?.Decide();
            var start = Stopwatch.GetTimestamp();
            if (traced is null) writer.Append(transition, i);
            else writer.Append(transition, i, traced.Trace());
            micros[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }
        writer.Complete(EpisodeOutcome.TimedOut);
    }

    /// <summary>A shaded background, a box that moves, and two bits of noise.</summary>
    private static Observation Scene(RandomStream random, int step)
    {
        var images = new PolicyImage[2];
        for (var camera = 0; camera < 2; camera++)
        {
            var rgb = new byte[128 * 128 * 3];
            for (var i = 0; i < rgb.Length; i++)
            {
                var (x, y) = (i / 3 % 128, i / 3 / 128);
                var box = x > step && x < step + 40 && y > 40 && y < 90;
                rgb[i] = (byte)((box ? 180 : x / 2 + y / 3) + random.Next(4));
            }
            images[camera] = new PolicyImage(new Stamp(step), ImageShape.Square(128), rgb);
        }
        return new Observation(new Stamp(step), new float[BenchShapes.Proprioception], images);
    }
}

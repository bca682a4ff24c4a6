using RobotRL.Episodes;
using RobotRL.Mcap;
using RobotRL.Model;

namespace RobotRL.Replay.Tests;

/// <summary>Traces stand beside the steps, outlast a kill with them, and trouble nobody who reads steps alone.</summary>
public sealed class EpisodeTraceTests : IDisposable
{
    private static readonly EpisodeInfo Info =
        new() { Kind = EpisodeKind.Online, Seed = 1, Task = "test", ConfigHash = "", Cameras = ["wrist", "side"], WallClockOffsetNs = 1_000_000_000 };
    private static readonly TraceFormat Format = new("test_msgs/msg/Trace", "uint8[] data\n");

    private readonly string _directory = Directory.CreateTempSubdirectory("robotrl-traces-").FullName;
    private readonly List<string> _log = [];
    private readonly List<Transition> _steps = Marked.Episode(0, "pphp");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Traces_come_back_in_order_and_the_steps_are_those_of_an_episode_without()
    {
        var store = Open();
        Record(store, Format);
        Record(store, null);
        Assert.Equal(_steps.Select((_, i) => Trace(i)), EpisodeTraces.Read(store.Files[0]).Select(t => t.ToArray()));
        Assert.Empty(EpisodeTraces.Read(store.Files[1]));
        var (with, without) = (EpisodeReader.Read(store.Files[0]), EpisodeReader.Read(store.Files[1]));
        Assert.Equal(without.Transitions.Select(t => t.Action), with.Transitions.Select(t => t.Action));
        Assert.Equal(without.Transitions.SelectMany(t => t.Next.Proprioception), with.Transitions.SelectMany(t => t.Next.Proprioception));
        using var tail = new EpisodeTail(_directory);
        Assert.Equal(2 * _steps.Count, tail.Poll().Sum(p => p.Steps.Count));
    }

    [Fact]
    public void Why_there_are_none_is_in_the_file()
    {
        var store = Open();
        using (var writer = store.Begin(Info with { Untraced = "asked not to" }))
        {
            writer.Append(_steps[0], 0);
            writer.Complete(EpisodeOutcome.Success);
        }
        Record(store, Format);
        Assert.Equal(["asked not to", null], store.Episodes().Select(e => e.Info.Untraced));
    }

    /// <summary>Cut off anywhere, each step that is kept has its trace.</summary>
    [Fact]
    public void Recovery_keeps_the_traces_of_the_steps_that_it_keeps()
    {
        var store = Open();
        Record(store, Format, complete: false);
        var active = Path.Combine(_directory, "000000.mcap.active");
        var bytes = File.ReadAllBytes(active);
        File.Delete(active);
        var kept = 0;
        for (var length = 0; length <= bytes.Length; length += 37)
        {
            File.WriteAllBytes(active, bytes[..length]);
            store = Open();
            if (store.Files is not [var file]) continue;
            var steps = EpisodeReader.Read(file).Steps.Count;
            Assert.Equal(Enumerable.Range(0, steps).Select(Trace), EpisodeTraces.Read(file).Select(t => t.ToArray()));
            kept = Math.Max(kept, steps);
            File.Delete(file);
        }
        Assert.InRange(kept, _steps.Count - 1, _steps.Count);
    }

    [Fact]
    public void A_step_without_its_trace_is_refused_and_a_trace_without_its_channel_too()
    {
        var store = Open();
        using var traced = store.Begin(Info, Format);
        Assert.Throws<ArgumentException>(() => traced.Append(_steps[0], 0));
        using var plain = store.Begin(Info);
        Assert.Throws<ArgumentException>(() => plain.Append(_steps[0], 0, Trace(0)));
    }

    private EpisodeStore Open() => EpisodeStore.Open(_directory, TornEpisodes.Keep, _log.Add);

    private void Record(EpisodeStore store, TraceFormat? format, bool complete = true)
    {
        using var writer = store.Begin(Info, format);
        foreach (var (i, step) in _steps.Index()) writer.Append(step, 0, [.. format is null ? (ReadOnlyMemory<byte>[])[] : [Trace(i)]]);
        if (complete) writer.Complete(EpisodeOutcome.Success);
    }

    private static byte[] Trace(int step) => [0, 1, 0, 0, 3, 0, 0, 0, (byte)step, 7, 9];
}

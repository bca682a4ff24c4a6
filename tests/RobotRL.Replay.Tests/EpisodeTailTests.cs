using CsCheck;
using RobotRL.Episodes;
using RobotRL.Model;

namespace RobotRL.Replay.Tests;

public sealed class EpisodeTailTests : IDisposable
{
    private static readonly EpisodeInfo Info =
        new() { Kind = EpisodeKind.Online, Seed = 1, Task = "test", ConfigHash = "", Cameras = ["wrist", "side"], WallClockOffsetNs = 1_000_000_000 };
    private readonly string _directory = Directory.CreateTempSubdirectory("robotrl-tail-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    /// <summary>What the process that records may do between two looks of the one that learns.</summary>
    private enum Act { Step, Step2, Complete, Die, DieInRecovery, Look, StartLooking }

    [Fact]
    public void Whatever_the_recorder_does_every_step_is_given_once_and_in_order() => Gen.Enum<Act>().Array[1, 60].Sample(acts =>
    {
        var directory = Directory.CreateDirectory(Path.Combine(_directory, Guid.NewGuid().ToString())).FullName;
        var store = EpisodeStore.Open(directory, TornEpisodes.Keep, _ => { });
        EpisodeWriter? writer = null;
        var (mark, last) = (0, Marked.Observation(0));
        List<int> written = [], given = [];
        var tail = new EpisodeTail(directory);
        foreach (var act in acts)
        {
            switch (act)
            {
                case Act.Step or Act.Step2:
                    if (writer is null)
                    {
                        writer = store.Begin(Info);
                        last = Marked.Observation(++mark);
                    }
                    var next = Marked.Observation(++mark);
                    writer.Append(new Transition(last, Marked.Action(mark), mark, next, false, false), mark);
                    written.Add(mark);
                    last = next;
                    break;
                case Act.Complete when writer is not null:
                    writer.Complete(EpisodeOutcome.TimedOut);
                    writer = null;
                    break;
                case Act.Die:
                    writer?.Dispose();
                    writer = null;
                    store = EpisodeStore.Open(directory, TornEpisodes.Keep, _ => { });
                    break;
                case Act.DieInRecovery when writer is not null:
                    // Recovered, but killed before the torn file was deleted.
                    var torn = File.ReadAllBytes(writer.ActivePath);
                    writer.Dispose();
                    EpisodeStore.Open(directory, TornEpisodes.Keep, _ => { });
                    File.WriteAllBytes(writer.ActivePath, torn);
                    Look(tail, given);
                    writer = null;
                    store = EpisodeStore.Open(directory, TornEpisodes.Keep, _ => { });
                    break;
                case Act.Look:
                    Look(tail, given);
                    break;
                case Act.StartLooking:
                    tail.Dispose();
                    tail = new EpisodeTail(directory);
                    given.Clear();
                    break;
                default:
                    break;
            }
        }
        Look(tail, given);
        Assert.Equal(written, given);
        Assert.Equal(written.Count, tail.Steps);
        writer?.Dispose();
        tail.Dispose();
    }, iter: 150, threads: 1);

    [Fact]
    public void A_file_that_grows_by_any_amount_gives_its_steps_as_they_become_whole()
    {
        var source = Directory.CreateDirectory(Path.Combine(_directory, "source")).FullName;
        using (var writer = EpisodeStore.Open(source, TornEpisodes.Keep, _ => { }).Begin(Info))
        {
            foreach (var step in Marked.Episode(0, "pphpp")) writer.Append(step, 0);
            writer.Complete(EpisodeOutcome.Success);
        }
        var bytes = File.ReadAllBytes(Path.Combine(source, "000000.mcap"));
        var directory = Directory.CreateDirectory(Path.Combine(_directory, "grows")).FullName;
        var active = Path.Combine(directory, "000000.mcap.active");
        using var tail = new EpisodeTail(directory);
        List<int> given = [];
        EpisodeOutcome? outcome = null;
        using (var file = new FileStream(active, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0))
            for (var at = 0; at < bytes.Length; at += 37)
            {
                file.Write(bytes.AsSpan(at, Math.Min(37, bytes.Length - at)));
                foreach (var progress in tail.Poll())
                {
                    given.AddRange(progress.Steps.Select(s => (int)s.Transition.Reward));
                    outcome ??= progress.Outcome;
                }
            }
        Assert.Equal([0, 1, 2, 3, 4], given);
        Assert.Equal(EpisodeOutcome.Success, outcome);
    }

    [Fact]
    public void Damage_in_the_midst_is_told_with_the_file()
    {
        var store = EpisodeStore.Open(_directory, TornEpisodes.Keep, _ => { });
        using (var writer = store.Begin(Info))
        {
            foreach (var step in Marked.Episode(0, "ppp")) writer.Append(step, 0);
            writer.Complete(EpisodeOutcome.Success);
        }
        var bytes = File.ReadAllBytes(store.Files[0]);
        bytes[bytes.Length / 4] ^= 1;
        File.WriteAllBytes(store.Files[0], bytes);
        using var tail = new EpisodeTail(_directory);
        Assert.Contains("000000.mcap", Assert.Throws<InvalidDataException>(() => tail.Poll().ToList()).Message, StringComparison.Ordinal);
    }

    private static void Look(EpisodeTail tail, List<int> given)
    {
        foreach (var progress in tail.Poll())
            foreach (var step in progress.Steps)
            {
                Assert.Equal(step.PolicyVersion, (int)step.Transition.Reward);
                given.Add((int)step.Transition.Reward);
            }
    }
}

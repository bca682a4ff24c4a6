using RobotRL.Episodes;
using RobotRL.Model;

namespace RobotRL.Replay.Tests;

public sealed class AmendmentTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("robotrl-amendments-").FullName;
    private readonly EpisodeStore _store;

    public AmendmentTests()
    {
        _store = EpisodeStore.Open(_directory, TornEpisodes.Keep, _ => { });
        foreach (var first in new[] { 0, 10 })
        {
            using var writer = _store.Begin(new()
            {
                Kind = EpisodeKind.Online,
                Seed = 1,
                Task = "test",
                ConfigHash = "",
                Cameras = ["wrist", "side"],
                WallClockOffsetNs = 1_000_000_000,
            });
            foreach (var step in Marked.Episode(first, "pp")) writer.Append(step, 0);
            writer.Complete(EpisodeOutcome.TimedOut);
        }
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private void Amend(int episode, EpisodeOutcome? outcome, bool? excluded = null) =>
        Amendments.Append(_directory, new(episode, outcome, excluded, "reviewer", "the peg was in", DateTime.UnixEpoch));

    [Fact]
    public void A_corrected_outcome_changes_the_last_step_and_leaves_the_file()
    {
        var before = File.ReadAllBytes(_store.Files[1]);
        Amend(1, EpisodeOutcome.Success);

        var (untouched, amended) = (_store.Episodes().First(), _store.Episodes().Last());
        Assert.Equal(EpisodeOutcome.TimedOut, untouched.Outcome);
        Assert.Equal(EpisodeOutcome.Success, amended.Outcome);
        Assert.Equal((1f, true, false), (amended.Steps[^1].Transition.Reward, amended.Steps[^1].Transition.Terminated, amended.Steps[^1].Transition.Truncated));
        Assert.Equal(10, amended.Steps[0].Transition.Reward);
        Assert.Same(amended.Steps[0].Transition.Next, amended.Steps[1].Transition.Observation);
        Assert.Equal(before, File.ReadAllBytes(_store.Files[1]));

        using var tail = new EpisodeTail(_directory);
        Assert.Equal([EpisodeOutcome.TimedOut, EpisodeOutcome.Success], tail.Poll().Select(p => p.Outcome!.Value));
    }

    [Fact]
    public void The_last_word_counts_and_every_word_stays()
    {
        Amend(0, EpisodeOutcome.Success);
        Amend(0, null, excluded: true);
        Amend(0, EpisodeOutcome.SafetyStop);
        var episode = _store.Episodes().First();
        Assert.Equal((EpisodeOutcome.SafetyStop, true), (episode.Outcome, episode.Excluded));
        Assert.Equal(3, Amendments.Read(_directory).All.Count);

        using var buffer = new ReplayBuffer(Marked.Layout, Marked.Actions, 10, 10);
        _store.ReplayInto(buffer);
        Assert.Equal(2, buffer.Added);
        using var tail = new EpisodeTail(_directory);
        Assert.Equal([true, false], tail.Poll().Select(p => p.Excluded));
    }

    [Fact]
    public void A_line_cut_short_by_a_kill_is_none_and_the_next_one_stands_alone()
    {
        Amend(0, EpisodeOutcome.Success);
        var path = Path.Combine(_directory, "amendments.jsonl");
        File.AppendAllText(path, "{\"episode\":1,\"outc");
        Assert.Single(Amendments.Read(_directory).All);
        Amend(1, EpisodeOutcome.Success);
        Assert.Equal([0, 1], Amendments.Read(_directory).All.Select(a => a.Episode));

        File.AppendAllText(path, "nonsense\n");
        Assert.Contains("amendments.jsonl:3", Assert.Throws<InvalidDataException>(() => Amendments.Read(_directory)).Message, StringComparison.Ordinal);
    }
}

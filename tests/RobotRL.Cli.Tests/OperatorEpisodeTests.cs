using RobotRL.Cells;
using RobotRL.Configuration;
using RobotRL.Model;
using RobotRL.Sessions.Acting;
using RobotRL.Sessions.Runs;
using RobotRL.Teleop;

namespace RobotRL.Cli.Tests;

/// <summary>How an operator begins an episode and ends it by word, in virtual time.</summary>
public sealed class OperatorEpisodeTests
{
    // polls   1 2 3 4 5 | 6 ……… 75 76
    // arm     holds     | demonstration  ── Y ──┤ success
    [Fact]
    public void Demonstration_begins_with_the_first_motion_and_lasts_longer_than_the_task_allows_a_policy()
    {
        var (summary, transitions) = Run(new Operator(readyAt: 5, says: EpisodeVerdict.Success, at: 75));
        Assert.Equal((EpisodeOutcome.Success, 70), (summary.Outcome, summary.Steps));
        Assert.Equal(70, summary.HumanSteps);
        Assert.Equal((1f, true, false), End(transitions));
        Assert.InRange(summary.CycleTimeS, 6.9, 7.1);
    }

    [Theory]
    [InlineData(EpisodeVerdict.Failure, EpisodeOutcome.Failed, true, false)]
    [InlineData(EpisodeVerdict.Discard, EpisodeOutcome.Interrupted, false, true)]
    [InlineData(EpisodeVerdict.NewScene, EpisodeOutcome.Interrupted, false, true)]
    public void Word_ends_the_episode(EpisodeVerdict word, EpisodeOutcome outcome, bool terminated, bool truncated)
    {
        var (summary, transitions) = Run(new Operator(readyAt: 0, says: word, at: 4));
        Assert.Equal((outcome, 4, word), (summary.Outcome, summary.Steps, summary.Verdict));
        Assert.Equal((0f, terminated, truncated), End(transitions));
        Assert.All(transitions.SkipLast(1), t => Assert.False(t.Terminated || t.Truncated));
    }

    [Fact]
    public void Another_scene_before_the_first_motion_is_no_demonstration()
    {
        var (summary, transitions) = Run(new Operator(readyAt: int.MaxValue, says: EpisodeVerdict.NewScene, at: 3));
        Assert.Equal((EpisodeOutcome.Interrupted, 0), (summary.Outcome, summary.Steps));
        Assert.Empty(transitions);
    }

    private static (float Reward, bool Terminated, bool Truncated) End(IReadOnlyList<Transition> transitions) =>
        (transitions[^1].Reward, transitions[^1].Terminated, transitions[^1].Truncated);

    private static (EpisodeSummary Summary, IReadOnlyList<Transition> Transitions) Run(Operator person)
    {
        var configuration = RunConfiguration.Load(Path.Combine(RobotrlProcess.Root, Training.Reach), [("task.max_steps", "40")]);
        using var cell = new SimulatedCell(configuration, Pace.Lockstep);
        using EpisodeRunner runner = new(cell, person);
        List<Transition> transitions = [];
        var summary = runner.Run(EpisodeKind.Demonstration, 3, new Still(), transitions.Add, TestContext.Current.CancellationToken);
        return (summary, transitions);
    }

    private sealed class Still : IDecider
    {
        public long Version => -1;
        public PolicyAction Decide(Observation observation) => default;
    }

    /// <summary>Rests on the keys; ready after so many polls, and says a word at another.</summary>
    private sealed class Operator(int readyAt, EpisodeVerdict says, int at) : ITeleoperator
    {
        private int _polls;
        public string Identity => "anna";
        public bool IsPerson => true;
        public bool IsReady => _polls >= readyAt;
        public void BeginEpisode(EpisodeKind kind) { }

        public OperatorCommand Poll(in OperatorView view) =>
            new(true, default, InterventionReason.Demonstration) { Verdict = ++_polls == at ? says : EpisodeVerdict.None };
    }
}

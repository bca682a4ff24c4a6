using CsCheck;
using RobotRL.Model;

namespace RobotRL.Learning.Tests;

public sealed class UtdGovernorTests
{
    private static LearnerParameters Parameters(double ratio, int slack, int start = 10) =>
        Given.Parameters(p => p with { UpdateToData = ratio, UpdateToDataSlack = slack, StartAfter = start });

    /// <summary>In lockstep the learner does exactly the due steps after each environment step.</summary>
    [Theory]
    [InlineData(0.5)]
    [InlineData(1)]
    [InlineData(3)]
    public void Lockstep_keeps_the_ratio_to_the_step(double ratio)
    {
        var governor = new UtdGovernor(Parameters(ratio, 4));
        for (var step = 1; step <= 200; step++)
        {
            governor.EnvironmentStepped();
            while (governor.LearnerIsDue) governor.LearnerStepped();
            Assert.Equal((long)(ratio * Math.Max(0, step - 10)), governor.LearnerSteps);
        }
    }

    [Fact]
    public void The_learner_waits_for_the_first_transitions()
    {
        var governor = new UtdGovernor(Parameters(1, 4, start: 3));
        for (var i = 0; i < 3; i++)
        {
            Assert.False(Passes(governor.WaitForData));
            governor.EnvironmentStepped();
        }
        Assert.True(Passes(governor.WaitForData));
    }

    [Fact]
    public void A_learner_that_runs_ahead_waits_and_goes_on_with_data()
    {
        var governor = new UtdGovernor(Parameters(1, 4, start: 0));
        for (var i = 0; i < 4; i++)
        {
            Assert.True(Passes(governor.WaitForData));
            governor.LearnerStepped();
        }
        Assert.False(Passes(governor.WaitForData));
        Assert.True(Passes(governor.WaitForLearner));
        governor.EnvironmentStepped();
        Assert.True(Passes(governor.WaitForData));
    }

    [Fact]
    public void An_actor_that_runs_ahead_waits_and_goes_on_after_a_learner_step()
    {
        var governor = new UtdGovernor(Parameters(2, 6, start: 0));
        for (var i = 0; i < 3; i++)
        {
            Assert.True(Passes(governor.WaitForLearner));
            governor.EnvironmentStepped();
        }
        Assert.False(Passes(governor.WaitForLearner));
        Assert.True(Passes(governor.WaitForData));
        governor.LearnerStepped();
        governor.LearnerStepped();
        Assert.True(Passes(governor.WaitForLearner));
    }

    [Fact]
    public void A_slack_that_could_deadlock_is_refused() =>
        Assert.Contains("slack", Assert.Throws<ArgumentException>(() => new UtdGovernor(Parameters(8, 4))).Message, StringComparison.Ordinal);

    /// <summary>Any order of the two sides' attempts keeps |drift| within the slack and never leaves both waiting.</summary>
    [Fact]
    public void Any_schedule_stays_within_bounds_and_never_deadlocks() =>
        Gen.Select(Gen.Double[0.1, 5], Gen.Int[3, 12], Gen.Bool.Array[100]).Sample((ratio, slack, schedule) =>
        {
            var governor = new UtdGovernor(Parameters(ratio, slack, start: 2));
            foreach (var learnerFirst in schedule)
            {
                var (learner, actor) = (Passes(governor.WaitForData), Passes(governor.WaitForLearner));
                Assert.True(learner || actor);
                if (learner && (learnerFirst || !actor)) governor.LearnerStepped(); else governor.EnvironmentStepped();
                Assert.InRange(governor.Drift, -slack - 1e-9, slack + 1e-9);
            }
        }, iter: 50);

    [Fact]
    public void Both_sides_on_threads_finish_within_bounds()
    {
        var governor = new UtdGovernor(Parameters(2, 5, start: 0));
        var learner = new Thread(() => { while (governor.WaitForData(default)) governor.LearnerStepped(); });
        learner.Start();
        for (var i = 0; i < 2000; i++)
        {
            governor.WaitForLearner(default);
            governor.EnvironmentStepped();
            Assert.InRange(governor.Drift, -5, 5);
        }
        governor.Complete();
        learner.Join();
        Assert.InRange(governor.LearnerSteps, 3995, 4005);
    }

    [Fact]
    public void A_failed_learner_wakes_the_actor_with_its_reason()
    {
        var governor = new UtdGovernor(Parameters(1, 1, start: 0));
        governor.EnvironmentStepped();
        var waiting = new Thread(() => governor.Complete(new InvalidOperationException("learning diverged")));
        waiting.Start();
        var error = Assert.Throws<InvalidOperationException>(() => governor.WaitForLearner(default));
        waiting.Join();
        Assert.Contains("learning diverged", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Whether a wait returns at once: its token is cancelled beforehand, and only a wait that must block looks at it.</summary>
    private static bool Passes(Action<CancellationToken> wait)
    {
        try { wait(new CancellationToken(canceled: true)); return true; }
        catch (OperationCanceledException) { return false; }
    }

    private static bool Passes(Func<CancellationToken, bool> wait) => Passes(c => { _ = wait(c); });
}

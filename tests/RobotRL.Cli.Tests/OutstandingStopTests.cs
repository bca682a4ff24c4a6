using RobotRL.Cli.Actor;
using RobotRL.Cli.Commands;
using RobotRL.Cli.Composition;
using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Safety;
using RobotRL.Teleop;

namespace RobotRL.Cli.Tests;

/// <summary>Between episodes a stop is cleared by whoever may clear it, and by nobody else: the arm stays where it stopped until then.</summary>
public sealed class OutstandingStopTests
{
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    // episode   0 ── collision ── X ──┤  nobody is there ─▶ the session ends
    [Theory, InlineData(false), InlineData(true)]
    public void Stop_pressed_after_a_collision_ends_a_session_in_which_nobody_can_clear_it(bool inRealtime)
    {
        using var rig = Rig(inRealtime: inRealtime);
        using EpisodeRunner runner = new(rig, new AbsentOperator());
        var refused = Assert.Throws<SafeStopException>(() =>
            runner.Run(EpisodeKind.Online, 1, new Push(), At(3, rig, FaultCode.CollisionForce, FaultCode.OperatorStop), _cancel));
        Assert.Equal(FaultCode.CollisionForce, refused.Fault.Code);
        Assert.Contains("CollisionForce, OperatorStop", refused.Message, StringComparison.Ordinal);
        Assert.Contains("--operator live --operator-id NAME", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);

        // Whoever comes next, an actor that was restarted, finds the stop and the arm as they were.
        var (held, scenes) = (rig.Control.Latest.EndEffector.PoseInBase.Position, rig.Control.Latest.AutomaticResets);
        rig.BeginEpisode(2);
        Assert.False(rig.Control.AutomaticReset() || rig.Control.Rebase());
        rig.Control.Advance(500);
        Assert.Equal((true, scenes), (rig.Control.NeedsOperator, rig.Control.Latest.AutomaticResets));
        Assert.InRange((rig.Control.Latest.EndEffector.PoseInBase.Position - held).Length, 0, 0.002);
        Assert.Throws<SafeStopException>(() => runner.Run(EpisodeKind.Online, 2, new Push(), _ => Assert.Fail("a decision under a stop"), _cancel));
    }

    [Fact]
    public void Whoever_stands_for_a_person_clears_it_in_their_name_and_the_session_goes_on()
    {
        using var rig = Rig();
        using EpisodeRunner runner = new(rig, new Person("anna"));
        Assert.Equal(EpisodeOutcome.SafetyStop, runner.Run(EpisodeKind.Online, 1, new Push(), At(3, rig, FaultCode.CollisionForce, FaultCode.OperatorStop),
            _cancel).Outcome);
        Assert.Equal((1, 0, "anna"), (rig.Control.Latest.OperatorResets, rig.Control.Latest.AutomaticResets, rig.Control.LastResetBy));
        Assert.NotEqual(EpisodeOutcome.SafetyStop, runner.Run(EpisodeKind.Online, 2, new Push(), _ => { }, _cancel).Outcome);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void What_the_configuration_lists_is_cleared_by_the_scene_reset_and_nobody_is_asked(bool inRealtime)
    {
        using var rig = Rig(inRealtime: inRealtime);
        using EpisodeRunner runner = new(rig, new AbsentOperator());
        Assert.Equal(EpisodeOutcome.SafetyStop, runner.Run(EpisodeKind.Online, 1, new Push(), At(3, rig, FaultCode.CollisionForce), _cancel).Outcome);
        Assert.NotEqual(EpisodeOutcome.SafetyStop, runner.Run(EpisodeKind.Online, 2, new Push(), _ => { }, _cancel).Outcome);
        Assert.Equal((0, 1, null), (rig.Control.Latest.OperatorResets, rig.Control.Latest.AutomaticResets, rig.Control.LastResetBy));
    }

    [Theory]
    [InlineData(FaultCode.CollisionForce, "[]")]
    [InlineData(FaultCode.WorkspaceExceeded, "[collision_force]")]
    [InlineData(FaultCode.RecoveryExhausted, "[collision_force]")]
    [InlineData(FaultCode.UnknownCause, null)]
    [InlineData(FaultCode.NonFiniteState, null)]
    public void What_the_configuration_does_not_list_waits_for_a_person_as_an_operators_stop_does(FaultCode cause, string? listed)
    {
        using var rig = Rig(listed);
        Person person = new("anna") { DecisionsUntilEnter = 5 };
        using EpisodeRunner runner = new(rig, person);
        runner.Run(EpisodeKind.Online, 1, new Push(), At(3, rig, cause), _cancel);
        Assert.True(person.WasAsked && person.DecisionsUntilEnter == 0);
        Assert.Equal((1, 0), (rig.Control.Latest.OperatorResets, rig.Control.Latest.AutomaticResets));

        using var unattended = Rig(listed);
        using EpisodeRunner alone = new(unattended, new AbsentOperator());
        Assert.Contains($"({cause})",
            Assert.Throws<SafeStopException>(() => alone.Run(EpisodeKind.Online, 1, new Push(), At(3, unattended, cause), _cancel)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_that_clears_what_lasts_gives_up_and_says_so()
    {
        using var rig = Rig();
        var steps = 0;
        Person program = new("scripted") { Polled = () => { if (++steps > 3) rig.Control.Stop(FaultCode.ForceSensorFailure); } };
        using EpisodeRunner runner = new(rig, program);
        var ended = Assert.Throws<SafeStopException>(() => runner.Run(EpisodeKind.Online, 1, new Push(), _ => { }, _cancel));
        Assert.Contains("what stopped it lasts", ended.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nobody_is_there_outside_the_demonstrations_of_an_unattended_session()
    {
        DemonstratorOnly none = new(new Person("scripted"));
        none.BeginEpisode(EpisodeKind.Online);
        Assert.False(none.ClearsStops);
        none.BeginEpisode(EpisodeKind.Demonstration);
        Assert.True(none.ClearsStops);
    }

    private static SimulatedRig Rig(string? listed = null, bool inRealtime = false) =>
        new(RunConfiguration.Load(Path.Combine(RobotrlProcess.Root, Training.Reach),
        [("task.max_steps", "8"), .. listed is null ? ((string, string)[])[] : [("robot.auto_clear", listed)]]), inRealtime ? Pace.Realtime : Pace.Lockstep);

    /// <summary>Stops the robot in a decision, for so many causes.</summary>
    private static Action<Transition> At(int step, SimulatedRig rig, params FaultCode[] causes)
    {
        var steps = 0;
        return _ =>
        {
            if (++steps != step) return;
            foreach (var cause in causes) rig.Control.Stop(cause);
        };
    }

    private sealed class Push : IDecider
    {
        public long Version => -1;

        public PolicyAction Decide(Observation observation)
        {
            PolicyAction action = default;
            action.Motion[0] = 0.1f;
            return action;
        }
    }

    /// <summary>Watches; asked to see to a stop, presses Enter after so many decisions.</summary>
    private sealed class Person(string name) : ITeleoperator
    {
        public string Identity => name;
        public int DecisionsUntilEnter { get; set; }
        public bool WasAsked { get; private set; }
        public void BeginEpisode(EpisodeKind kind) { }
        public void RequireClearing() => WasAsked = true;
        public Action? Polled { get; init; }

        public OperatorCommand Poll(in OperatorView view)
        {
            Polled?.Invoke();
            return OperatorCommand.Watching with { StopRequested = WasAsked && DecisionsUntilEnter > 0 && DecisionsUntilEnter-- > 0 };
        }
    }
}

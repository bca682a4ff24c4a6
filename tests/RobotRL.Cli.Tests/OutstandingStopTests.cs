using RobotRL.Cells;
using RobotRL.Configuration;
using RobotRL.Model;
using RobotRL.Sessions.Acting;
using RobotRL.Sessions.Runs;
using RobotRL.Tasks;
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
        using var cell = Rig(inRealtime: inRealtime);
        using EpisodeRunner runner = new(cell, new AbsentOperator());
        var refused = Assert.Throws<SafeStopException>(() =>
            runner.Run(EpisodeKind.Online, 1, new Push(), At(3, cell, FaultCode.CollisionForce, FaultCode.OperatorStop), _cancel));
        Assert.Equal(FaultCode.CollisionForce, refused.Fault.Code);
        Assert.Contains("CollisionForce, OperatorStop", refused.Message, StringComparison.Ordinal);
        Assert.Contains("--operator live --operator-id NAME", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);

        // Whoever comes next, an actor that was restarted, finds the stop and the arm as they were.
        var (held, scenes) = (cell.Control.Latest.EndEffector.PoseInBase.Position, cell.Control.Latest.AutomaticResets);
        cell.BeginEpisode(2);
        Assert.False(cell.Control.AutomaticReset() || cell.Control.Rebase());
        cell.Control.Advance(500);
        Assert.Equal((true, scenes), (cell.Control.NeedsOperator, cell.Control.Latest.AutomaticResets));
        Assert.InRange((cell.Control.Latest.EndEffector.PoseInBase.Position - held).Length, 0, 0.002);
        Assert.Throws<SafeStopException>(() => runner.Run(EpisodeKind.Online, 2, new Push(), _ => Assert.Fail("a decision under a stop"), _cancel));
    }

    [Fact]
    public void Whoever_stands_for_a_person_clears_it_in_their_name_and_the_session_goes_on()
    {
        using var cell = Rig();
        using EpisodeRunner runner = new(cell, new Person("anna"));
        Assert.Equal(EpisodeOutcome.SafetyStop, runner.Run(EpisodeKind.Online, 1, new Push(), At(3, cell, FaultCode.CollisionForce, FaultCode.OperatorStop),
            _cancel).Outcome);
        Assert.Equal((1, 0, "anna"), (cell.Control.Latest.OperatorResets, cell.Control.Latest.AutomaticResets, cell.Control.LastResetBy));
        Assert.NotEqual(EpisodeOutcome.SafetyStop, runner.Run(EpisodeKind.Online, 2, new Push(), _ => { }, _cancel).Outcome);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void What_the_configuration_lists_is_cleared_by_the_scene_reset_and_nobody_is_asked(bool inRealtime)
    {
        using var cell = Rig(inRealtime: inRealtime);
        using EpisodeRunner runner = new(cell, new AbsentOperator());
        Assert.Equal(EpisodeOutcome.SafetyStop, runner.Run(EpisodeKind.Online, 1, new Push(), At(3, cell, FaultCode.CollisionForce), _cancel).Outcome);
        Assert.NotEqual(EpisodeOutcome.SafetyStop, runner.Run(EpisodeKind.Online, 2, new Push(), _ => { }, _cancel).Outcome);
        Assert.Equal((0, 1, null), (cell.Control.Latest.OperatorResets, cell.Control.Latest.AutomaticResets, cell.Control.LastResetBy));
    }

    [Theory]
    [InlineData(FaultCode.CollisionForce, "[]")]
    [InlineData(FaultCode.WorkspaceExceeded, "[collision_force]")]
    [InlineData(FaultCode.RecoveryExhausted, "[collision_force]")]
    [InlineData(FaultCode.UnknownCause, null)]
    [InlineData(FaultCode.NonFiniteState, null)]
    public void What_the_configuration_does_not_list_waits_for_a_person_as_an_operators_stop_does(FaultCode cause, string? listed)
    {
        using var cell = Rig(listed);
        Person person = new("anna") { DecisionsUntilEnter = 5 };
        using EpisodeRunner runner = new(cell, person);
        runner.Run(EpisodeKind.Online, 1, new Push(), At(3, cell, cause), _cancel);
        Assert.True(person.WasAsked && person.DecisionsUntilEnter == 0);
        Assert.Equal((1, 0), (cell.Control.Latest.OperatorResets, cell.Control.Latest.AutomaticResets));

        using var unattended = Rig(listed);
        using EpisodeRunner alone = new(unattended, new AbsentOperator());
        Assert.Contains($"({cause})",
            Assert.Throws<SafeStopException>(() => alone.Run(EpisodeKind.Online, 1, new Push(), At(3, unattended, cause), _cancel)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_that_clears_what_lasts_gives_up_and_says_so()
    {
        using var cell = Rig();
        var steps = 0;
        Person program = new("scripted") { Polled = () => { if (++steps > 3) cell.Control.Stop(FaultCode.ForceSensorFailure); } };
        using EpisodeRunner runner = new(cell, program);
        var ended = Assert.Throws<SafeStopException>(() => runner.Run(EpisodeKind.Online, 1, new Push(), _ => { }, _cancel));
        Assert.Contains("what stopped it lasts", ended.Message, StringComparison.Ordinal);
    }

    [Theory, InlineData(EpisodeKind.Online), InlineData(EpisodeKind.Demonstration)]
    public void Nobody_clears_a_stop_in_an_unattended_session(EpisodeKind kind)
    {
        DemonstratorOnly none = new(new Person("scripted") { IsPerson = false });
        none.BeginEpisode(kind);
        Assert.False(none.ClearsStops);
    }

    // actor   a ── X ── killed          the control process lives on, stopped
    //         b                ── attaches, presses nothing
    [Theory, InlineData(FaultCode.OperatorStop), InlineData(FaultCode.DeadmanReleased)]
    public void Stop_that_was_there_before_the_actor_waits_for_a_person_to_press_Enter(FaultCode cause)
    {
        using var cell = Rig();
        cell.Control.Stop(cause);
        cell.Control.Advance(10);

        using EpisodeRunner alone = new(cell, new Person("scripted") { IsPerson = false });
        var refused = Assert.Throws<SafeStopException>(() =>
            alone.Run(EpisodeKind.Online, 1, new Push(), _ => Assert.Fail("a decision under a stop"), _cancel));
        Assert.Contains("--operator live --operator-id NAME", refused.Message, StringComparison.Ordinal);
        DemonstratorOnly none = new(new Person("scripted") { IsPerson = false });
        using EpisodeRunner unattended = new(cell, none);
        Assert.Throws<SafeStopException>(() => unattended.Run(EpisodeKind.Demonstration, 1, new Push(), _ => Assert.Fail("a decision under a stop"), _cancel));
        Assert.Equal((true, 0), (cell.Control.NeedsOperator, cell.Control.Latest.OperatorResets));

        Person person = new("anna") { DecisionsUntilEnter = 5 };
        using EpisodeRunner runner = new(cell, person);
        runner.Run(EpisodeKind.Online, 1, new Push(), _ => Assert.Fail("a decision under a stop"), _cancel);
        Assert.Equal((true, 0, 1), (person.WasAsked, person.DecisionsUntilEnter, cell.Control.Latest.OperatorResets));
    }

    [Fact]
    public void Program_clears_the_stop_that_it_asked_for_itself_and_no_other()
    {
        using var cell = Rig();
        Person program = new("scripted") { IsPerson = false, StopsAt = 3 };
        using EpisodeRunner runner = new(cell, program);
        Assert.Equal(EpisodeOutcome.SafetyStop, runner.Run(EpisodeKind.Online, 1, new Push(), _ => { }, _cancel).Outcome);
        Assert.Equal((false, 1), (cell.Control.NeedsOperator, cell.Control.Latest.OperatorResets));
        Assert.Throws<SafeStopException>(() => runner.Run(EpisodeKind.Online, 2, new Push(), At(3, cell, FaultCode.OperatorStop), _cancel));
        Assert.True(cell.Control.NeedsOperator);
    }

    // session   1 ── X ── Ctrl+C     2, another control process ── stopped ── Enter ──▶     3 moves at once
    [Theory]
    [InlineData("[\"OperatorStop\"]")]
    [InlineData("[\"CollisionForce\",\"OperatorStop\"]")]
    public void Stop_outlasts_the_session_and_its_control_process_until_it_is_cleared(string causes)
    {
        using TemporaryFolder folder = new();
        var kept = folder["stop.json"];
        using (var cell = Rig())
        {
            using CancellationTokenSource interrupted = new();
            Person person = new("anna") { DecisionsUntilEnter = int.MaxValue, StopsAt = 4 };
            using OutstandingStop stop = new(cell.Control, kept);
            using EpisodeRunner runner = new(cell, person, stop: stop);
            var collides = causes.Contains("CollisionForce", StringComparison.Ordinal);
            var strike = At(4, cell, collides ? [FaultCode.CollisionForce] : []);
            runner.Run(EpisodeKind.Online, 1, new Push(), transition =>
            {
                strike(transition);
                if (collides ? cell.Control.Latest.Causes.Contains(FaultCode.OperatorStop) : cell.Control.IsStopped) interrupted.Cancel();
            }, interrupted.Token);
        }
        Assert.Contains($"\"Causes\":{causes}", File.ReadAllText(kept), StringComparison.Ordinal);

        foreach (ITeleoperator nobody in (ITeleoperator[])[new AbsentOperator(), new Person("scripted") { IsPerson = false }])
        {
            using var cell = Rig();
            using OutstandingStop stop = new(cell.Control, kept);
            using EpisodeRunner runner = new(cell, nobody, stop: stop);
            Assert.Throws<SafeStopException>(() => runner.Run(EpisodeKind.Evaluation, 2, new Push(), _ => Assert.Fail("a decision under a stop"), _cancel));
            Assert.True(File.Exists(kept));
        }

        using (var cell = Rig())
        {
            Person person = new("anna") { DecisionsUntilEnter = 5 };
            using OutstandingStop stop = new(cell.Control, kept);
            using EpisodeRunner runner = new(cell, person, stop: stop);
            runner.Run(EpisodeKind.Online, 2, new Push(), _ => Assert.Fail("a decision under a stop"), _cancel);
            Assert.Equal((true, 0, "anna"), (person.WasAsked, person.DecisionsUntilEnter, cell.Control.LastResetBy));
            Assert.False(File.Exists(kept));
            Assert.NotEqual(EpisodeOutcome.SafetyStop, runner.Run(EpisodeKind.Online, 3, new Push(), _ => { }, _cancel).Outcome);
        }
    }

    /// <summary>Ctrl+C in a terminal reaches the control process as well, which stops the robot before it ends: that is nobody's stop to clear.</summary>
    [Fact]
    public void Stop_by_which_a_control_process_ends_is_not_kept()
    {
        using TemporaryFolder folder = new();
        using var cell = Rig();
        using CancellationTokenSource interrupted = new();
        using (OutstandingStop stop = new(cell.Control, folder["stop.json"]))
        using (EpisodeRunner runner = new(cell, new Person("scripted") { IsPerson = false }, stop: stop))
        {
            var ends = At(3, cell, FaultCode.OperatorStop);
            runner.Run(EpisodeKind.Online, 1, new Push(), transition =>
            {
                ends(transition);
                if (cell.Control.IsStopped) interrupted.Cancel();
            }, interrupted.Token);
        }
        Assert.Equal((true, false), (cell.Control.NeedsOperator, File.Exists(folder["stop.json"])));
    }

    [Theory, InlineData(""), InlineData("{}"), InlineData("{\"Causes\":[\"Unheard\"]}"), InlineData("[1")]
    public void What_is_kept_and_cannot_be_read_counts_as_an_operators_stop(string content)
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["stop.json"], content);
        using var cell = Rig();
        using OutstandingStop stop = new(cell.Control, folder["stop.json"]);
        using EpisodeRunner runner = new(cell, new Person("scripted") { IsPerson = false }, stop: stop);
        Assert.Throws<SafeStopException>(() => runner.Run(EpisodeKind.Online, 2, new Push(), _ => Assert.Fail("a decision under a stop"), _cancel));
    }

    /// <summary>In real time with the patience of the other trainings here: that a busy machine is late is no reason for a stop.</summary>
    private static SimulatedCell Rig(string? listed = null, bool inRealtime = false)
    {
        List<(string, string)> set = [("task.max_steps", "8")];
        if (listed is not null) set.Add(("robot.auto_clear", listed));
        (string, string)[] patience =
            [("robot.limits.heartbeat_max_age_ms", "2000"), ("robot.limits.target_max_age_ms", "5000"), ("robot.limits.loop_max_late_ms", "1000")];
        if (inRealtime) set.AddRange(patience);
        return new(RunConfiguration.Load(Path.Combine(RobotrlProcess.Root, Training.Reach), set), inRealtime ? Pace.Realtime : Pace.Lockstep);
    }

    /// <summary>Stops the robot in a decision, for so many causes.</summary>
    private static Action<Transition> At(int step, ICell cell, params FaultCode[] causes)
    {
        var steps = 0;
        return _ =>
        {
            if (++steps != step) return;
            foreach (var cause in causes) cell.Control.Stop(cause);
        };
    }

    private sealed class Push : IDecider
    {
        public long Version => -1;

        public PolicyAction Decide(Observation observation)
        {
            PolicyAction action = default;
            action[0].Motion[0] = 0.1f;
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
        public bool IsPerson { get; init; } = true;

        /// <summary>Asks for a stop in that poll.</summary>
        public int StopsAt { get; init; } = int.MaxValue;
        private int _polls;

        public OperatorCommand Poll(in OperatorView view)
        {
            Polled?.Invoke();
            return OperatorCommand.Watching with { StopRequested = ++_polls == StopsAt || WasAsked && DecisionsUntilEnter > 0 && DecisionsUntilEnter-- > 0 };
        }
    }
}

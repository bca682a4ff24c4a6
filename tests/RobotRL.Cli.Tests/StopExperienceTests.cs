using RobotRL.Cells;
using RobotRL.Configuration;
using RobotRL.Critic;
using RobotRL.Episodes;
using RobotRL.Model;
using RobotRL.Replay;
using RobotRL.Sessions.Acting;
using RobotRL.Sessions.Runs;
using RobotRL.Sessions.Training;
using RobotRL.Teleop;

namespace RobotRL.Cli.Tests;

/// <summary>
/// What is learned of a stop, through the whole cell and from the disk.
/// <code>
/// step       0 ………… 3     4                       5 …………
/// policy     moves        moves; the cause comes   –
/// human      –            drives, or asks to stop
/// </code>
/// </summary>
public sealed class StopExperienceTests : IDisposable
{
    private const int StopAt = 4;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(FaultCode.CollisionForce)]
    [InlineData(FaultCode.RecoveryExhausted)]
    [InlineData(FaultCode.HeartbeatLost)]
    [InlineData(FaultCode.StorageFailure)]
    [InlineData(FaultCode.SensorError)]
    public void A_stop_ends_the_episode_as_its_cause_says(FaultCode cause)
    {
        var last = Recorded(cause, isAsked: false).Steps[^1].Transition;
        var end = EpisodeEnding.Of(cause).End;
        Assert.Equal((cause, end == EpisodeEnd.Terminates, end is EpisodeEnd.Truncates or EpisodeEnd.Drops, 0f),
            (last.Stop, last.Terminated, last.Truncated, last.Reward));
        Assert.Equal(end != EpisodeEnd.Drops, last.IsLearnable);
    }

    [Fact]
    public void An_operators_stop_truncates_and_is_no_demonstration_neither_lived_nor_followed_nor_resumed()
    {
        var episode = Recorded(FaultCode.OperatorStop, isAsked: true);
        var steps = episode.Transitions.ToArray();
        Assert.Equal((StopAt + 1, FaultCode.OperatorStop, ActionSource.Human), (steps.Length, steps[^1].Stop, steps[^1].Action.Source));
        Assert.True(steps[^1].IsStopping && steps[^1].Action.Limits.HasFlag(LimitFlags.Stopping) && steps[^1] is { Terminated: false, Truncated: true });
        var braking = steps[^1].Action.Executed;
        Assert.NotEqual(0, braking[0].Motion[1]); // it was still moving

        var configuration = Configuration();
        ReplayBuffer Buffer() => new(FrameLayout.Of(configuration.Task), configuration.Task.ActionLayout, 100, 100);
        using ReplayBuffer lived = Buffer(), resumed = Buffer(), followed = Buffer();
        foreach (var step in steps) lived.Add(EpisodeKind.Online, step);
        EpisodeStore.Open(_folder["store"], TornEpisodes.Leave, _ => { }).ReplayInto(resumed);
        using (var intake = new StoreIntake(_folder["store"], followed)) intake.Take(() => { });
        foreach (var buffer in (ReplayBuffer[])[lived, resumed, followed])
            Assert.Equal((StopAt + 1, 0), (buffer.Count(ReplaySet.Online), buffer.Count(ReplaySet.Demonstration)));
    }

    // Force stays low throughout: only the cause can say that there was harm.
    [Theory]
    [InlineData(FaultCode.CollisionForce, true)]
    [InlineData(FaultCode.JointCollision, true)]
    [InlineData(FaultCode.WorkspaceExceeded, true)]
    [InlineData(FaultCode.RecoveryExhausted, false)]
    [InlineData(FaultCode.OperatorStop, false)]
    [InlineData(FaultCode.HeartbeatLost, false)]
    [InlineData(FaultCode.None, false)] // recorded before causes were
    public void A_critic_takes_only_real_harm_for_a_violation_and_other_stops_for_no_safe_end(FaultCode cause, bool harm)
    {
        var chains = Experience(cause, forceN: 1, reward: 0);
        Assert.Equal(harm, chains[^1].Violated);
        Assert.False(chains[^1].IsOver);
        var learned = chains.SelectMany(c => c.Transitions()).ToArray();
        Assert.Equal(harm ? 1 : 0, learned.Count(t => t.Violated));
        Assert.Equal(harm ? 3 : 2, learned.Length);
        Assert.DoesNotContain(learned, t => t is { Violated: false, Next: null });
    }

    [Fact]
    public void A_force_above_the_limit_is_harm_whatever_stopped_the_arm_then_and_success_is_a_safe_end()
    {
        Assert.True(Experience(FaultCode.OperatorStop, forceN: 60, reward: 0)[^1].Violated);
        var success = Experience(FaultCode.None, forceN: 1, reward: 1)[^1];
        Assert.True(success is { Violated: false, IsOver: true });
    }

    [Fact]
    public void A_step_that_is_not_to_be_trusted_tells_a_critic_nothing()
    {
        var learned = Experience(FaultCode.NonFiniteState, forceN: double.NaN, reward: 0).SelectMany(c => c.Transitions()).ToArray();
        Assert.Single(learned);
        Assert.All(learned.SelectMany(t => t.Features), v => Assert.True(float.IsFinite(v)));
    }

    [Fact]
    public void The_grip_is_what_was_commanded_whatever_the_width_and_its_scale()
    {
        var configuration = RunConfiguration.Load(Path.Combine(RobotrlProcess.Root, "robot-configs/sim/pick-lift.yaml"),
            [("task.cameras", "[]"), ("learner.encoder", "none"), ("task.max_steps", "6")]);
        using var cell = new SimulatedCell(configuration, Pace.Lockstep);
        using var runner = new EpisodeRunner(cell, new AbsentOperator());
        GripperCommand[] commands =
            [GripperCommand.Open, GripperCommand.Stay, GripperCommand.Close, GripperCommand.Stay, GripperCommand.Open, GripperCommand.Stay];
        List<GripperCommand> grips = [];
        runner.Run(EpisodeKind.Online, 1, new Gripping(commands), t => grips.Add(t.Grips[0]), TestContext.Current.CancellationToken);
        // The first is what stood before anybody commanded.
        Assert.Equal([GripperCommand.Open, GripperCommand.Open, GripperCommand.Close, GripperCommand.Close, GripperCommand.Open], grips.Skip(1));
    }

    private static HarmEpisode[] Experience(FaultCode cause, double forceN, float reward)
    {
        var configuration = RunConfiguration.Load(ShippedFiles.Configuration("sim/maze.yaml"));
        var calm = new Observation(default, new float[StandardSize.Proprioception], []);
        var values = new float[StandardSize.Proprioception];
        values[12] = (float)(forceN / configuration.Task.Scale.ForceN);
        var last = new Observation(default, values, []);
        ExecutedAction action = new() { Source = ActionSource.Policy };
        return [.. new RecordedExperience(configuration.Task, configuration.Robot, 40).Of([
            new(calm, action, 0, calm, false, false), new(calm, action, 0, calm, false, false),
            new(calm, action, reward, last, true, false) { Stop = cause }])];
    }

    private static RunConfiguration Configuration() => RunConfiguration.Load(Path.Combine(RobotrlProcess.Root, Training.Reach), [("task.max_steps", "12")]);

    private Episode Recorded(FaultCode cause, bool isAsked)
    {
        var configuration = Configuration();
        using var cell = new SimulatedCell(configuration, Pace.Lockstep);
        var store = EpisodeStore.Open(_folder["store"], TornEpisodes.Keep, _ => { });
        using (var writer = store.Begin(
            new() { Kind = EpisodeKind.Online, Seed = 5, Task = "reach", ConfigHash = configuration.Hash, Cameras = [], WallClockOffsetNs = 0 }))
        {
            var script = new Script(cell, isAsked ? FaultCode.None : cause);
            using var runner = new EpisodeRunner(cell, script);
            var summary = runner.Run(EpisodeKind.Online, 5, script, transition => writer.Append(transition, 3), TestContext.Current.CancellationToken);
            Assert.Equal((EpisodeOutcome.SafetyStop, cause), (summary.Outcome, summary.Fault.Code));
            writer.Complete(summary.Outcome);
        }
        return store.Episodes().Single();
    }

    /// <summary>Policy and human of the timeline above: without a cause the human asks for the stop, and is heard once.</summary>
    private sealed class Script(ICell cell, FaultCode cause) : IDecider, ITeleoperator
    {
        private int _step = -1;

        public long Version => 3;
        public string Identity => "script";

        public PolicyAction Decide(Observation observation)
        {
            if (++_step == StopAt && cause != FaultCode.None) cell.Control.Stop(cause);
            var action = cell.Configuration.Task.Actions.Rest;
            action.Motion[1] = 1;
            return PolicyAction.Of(action);
        }

        public void BeginEpisode(EpisodeKind kind)
        {
        }

        public OperatorCommand Poll(in OperatorView view)
        {
            if (_step != StopAt || cause != FaultCode.None) return OperatorCommand.Watching;
            _step++;
            return OperatorCommand.Watching with { StopRequested = true };
        }
    }

    private sealed class Gripping(GripperCommand[] commands) : IDecider
    {
        private int _step;

        public long Version => 0;

        public PolicyAction Decide(Observation observation) => PolicyAction.Of(new() { Gripper = commands[_step++] });
    }
}

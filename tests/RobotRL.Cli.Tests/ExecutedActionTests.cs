using RobotRL.Cells;
using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Episodes;
using RobotRL.Model;
using RobotRL.Safety;
using RobotRL.Sessions.Acting;
using RobotRL.Sessions.Runs;
using RobotRL.Teleop;

namespace RobotRL.Cli.Tests;

/// <summary>
/// The executed action is the truth: what lies on disk is what the control session says was executed, beside what was proposed and by whom.
/// <code>
/// step      0 ………… 9      10 ………… 19     20 …………
/// policy    small          beyond 1       toward the workspace's face
/// human     –              drives 14–19   –
/// executed  as proposed    clipped to ±1  what the gate let through
/// </code>
/// </summary>
public sealed class ExecutedActionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("0.25")]
    [InlineData(null)]
    public void Stored_action_is_the_executed_one_through_clipping_and_intervention(string? stiffnessMinShare)
    {
        var configuration = RunConfiguration.Load(Path.Combine(RobotrlProcess.Root, Training.Reach),
            [("task.max_steps", "40"), .. stiffnessMinShare is null ? ((string, string)[])[] : [("task.actions.stiffness_min_share", stiffnessMinShare)]]);
        var task = configuration.Task;
        using var cell = new SimulatedCell(configuration, Pace.Lockstep);
        Script script = new(cell);
        List<(ExecutedAction Action, ControlRecord Record)> reported = [];

        var store = EpisodeStore.Open(_folder.Path, TornEpisodes.Keep, _ => { });
        using (var writer = store.Begin(
            new() { Kind = EpisodeKind.Online, Seed = 5, Task = "reach", ConfigHash = configuration.Hash, Cameras = [], WallClockOffsetNs = 0 }))
        {
            using var runner = new EpisodeRunner(cell, script);
            var summary = runner.Run(EpisodeKind.Online, 5, script, transition =>
            {
                writer.Append(transition, 3);
                reported.Add((transition.Action, cell.Control.Latest));
            }, TestContext.Current.CancellationToken);
            writer.Complete(summary.Outcome);
            Assert.Equal(Script.Human, summary.HumanSteps);
        }
        var stored = Assert.Single(store.Episodes()).Transitions.Select(t => t.Action).ToList();
        Assert.True(stored.Count > 30, $"The episode ended after {stored.Count} steps.");
        Assert.Equal(reported.Count, stored.Count);

        var mapping = new ActionMapping(task.Actions);
        mapping.BeginEpisode(cell.Arms[0].Session.Home);
        var limited = 0;
        for (var i = 0; i < stored.Count; i++)
        {
            var (action, record) = reported[i];
            var s = stored[i];
            Assert.Equal((action.Policy, action.Proposed, action.Executed, action.Source, action.Limits),
                (s.Policy, s.Proposed, s.Executed, s.Source, s.Limits));
            Assert.Equal(script.Proposed[i].Policy, s.Policy);
            Assert.Equal(script.Proposed[i].Passed, s.Proposed);
            Assert.Equal(Script.HumanDrives(i) ? ActionSource.Human : ActionSource.Policy, s.Source);
            for (var axis = 0; axis < ActionSpace.Axes; axis++) Assert.InRange(s.Executed[0].Motion[axis], -1, 1);
            Assert.Equal(record.Stiffness.TranslationNM / configuration.Robot.Impedance.TranslationStiffnessNM, task.Actions.StiffnessShare(s.Executed[0]), 5);

            // The way that the limited reference fell short of its plan, taken off the target twice over, since half of the plan is due at the decision's end.
            var target = record.Target.PoseInBase.Position + 2 * (record.Reference.PoseInBase.Position - record.PlannedInBase.Position);
            var executed = mapping.TargetOf(s.Executed[0], script.From[i]).Position;
            var fromThereToTarget = mapping.ActionOf(new(target, record.Target.PoseInBase.Orientation), script.From[i]);
            var recordedTarget = mapping.TargetOf(new() { Motion = fromThereToTarget }, script.From[i]).Position;
            Assert.True((executed - recordedTarget).Length < 1e-6, $"step {i}: executed leads to {executed}, the loop went for {recordedTarget}");

            if (s.Limits == LimitFlags.None) Assert.Equal(s.Proposed, s.Executed);
            if (i is >= 10 and < 20) Assert.True(s.Limits.HasFlag(LimitFlags.ActionRange), $"step {i}: {s.Limits}");
            if (s.Limits.HasFlag(LimitFlags.Workspace)) limited++;
            Assert.True(configuration.Robot.Limits.Workspace.Contains(record.Reference.PoseInBase.Position), $"step {i}: the reference left the workspace");
        }
        Assert.True(limited > 5, $"{limited} steps met the workspace's face.");
        // At the face, a full outward proposal is not what is stored.
        Assert.Equal(1, stored[^1].Proposed[0].Motion[0]);
        Assert.InRange(stored[^1].Executed[0].Motion[0], -1, 0.3);
    }

    /// <summary>Policy and human of the timeline above.</summary>
    private sealed class Script(ICell cell) : IDecider, ITeleoperator
    {
        public const int Human = 6;
        private readonly ActionSpace _actions = cell.Configuration.Task.Actions;

        public List<(PolicyAction Policy, PolicyAction Passed)> Proposed { get; } = [];
        public List<Pose> From { get; } = [];
        public long Version => 3;
        public string Identity => "script";

        public static bool HumanDrives(int step) => step is >= 20 - Human and < 20;

        public PolicyAction Decide(Observation observation)
        {
            var step = Proposed.Count;
            var action = step < 10 ? Along(0, 0.1f * (step % 3 - 1)) : step < 20 ? Along(1, step % 2 == 0 ? 1.5f : -1.5f) : Along(0, 1);
            var now = cell.Control.Latest;
            From.Add(Leash.Of(cell.Configuration.Robot.Impedance).Hold(now.Reference.PoseInBase, now.EndEffector.PoseInBase));
            Proposed.Add((action, action));
            return action;
        }

        public void BeginEpisode(EpisodeKind kind)
        {
        }

        public OperatorCommand Poll(in OperatorView view)
        {
            var step = Proposed.Count - 1;
            if (!HumanDrives(step)) return OperatorCommand.Watching;
            var action = Along(2, step % 2 == 0 ? 2 : -2);
            Proposed[step] = (Proposed[step].Policy, action);
            return new(true, action, InterventionReason.Requested);
        }

        private PolicyAction Along(int axis, float value)
        {
            // Soft at first, and stiff against the face.
            var action = _actions.Rest;
            action.Stiffness *= value == 1 ? 1 : -0.25f;
            action.Motion[axis] = value;
            return PolicyAction.Of(action);
        }
    }
}

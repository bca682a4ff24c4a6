using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Safety;
using RobotRL.Tasks;

namespace RobotRL.Robots.Mujoco.Tests;

/// <summary>The shipped configurations on the shipped scenes, through control cycle and gate.</summary>
public class StackTests
{
    private static readonly Rotation Down = new(1, 0, 0, 0);

    private static void With(string task, Action<ControlSession, SimulatedTask, ControlCycle> body)
    {
        var configuration = RunConfiguration.Load(Panda.Configuration(task));
        using var robot = new MujocoRobot(configuration.Robot, configuration.Task.ScenePath);
        var simulated = SimulatedTask.Create(configuration.Task, robot);
        var cycle = new ControlCycle(robot, new LockstepPacer(robot), configuration.Task.EndEffectorInFlange);
        var session = new ControlSession(cycle, configuration.Task);
        body(session, simulated, cycle);
    }

    private static TaskTruth Begin(ControlSession session, SimulatedTask task, ulong seed)
    {
        task.Reset(seed);
        session.Rebase();
        return Truth(task);
    }

    private static TaskTruth Truth(SimulatedTask task)
    {
        TaskTruth truth = default;
        task.ReadTruth(0, ref truth);
        return truth;
    }

    private static void Go(ControlSession session, Vector3D position, Rotation turn, double share = 0.1) =>
        Assert.True(session.MoveTo(new Pose(position, turn), share),
            $"{session.Latest.Gate}, {session.Latest.Fault}, {session.Latest.EndEffector.PoseInBase.Position}");

    [Theory]
    [InlineData("reach")]
    [InlineData("peg-insert")]
    [InlineData("pick-lift")]
    public void Configuration_fits_the_scene_and_the_gate_lets_the_arm_rest_at_home(string name) => With(name, (session, task, cycle) =>
    {
        Begin(session, task, 1);
        session.Advance(1000);
        Assert.Equal(GateState.Running, session.Latest.Gate);
        Assert.InRange((session.Latest.EndEffector.PoseInBase.Position - session.Home.Position).Length, 0, 1e-4);
        Assert.Equal(task.Robot.EndEffectorInBase.Position.X, session.Home.Position.X, 1e-4);
    });

    [Fact]
    public void Marker_is_reached_through_the_gate() => With("reach", (session, task, _) =>
    {
        for (ulong seed = 0; seed < 5; seed++)
        {
            var goal = Begin(session, task, seed).GoalInBase;
            Go(session, goal.Position, Down);
            Assert.True(Truth(task).Success);
        }
    });

    [Fact]
    public void Peg_is_inserted_through_the_gate() => With("peg-insert", (session, task, _) =>
    {
        for (ulong seed = 0; seed < 5; seed++)
        {
            var goal = Begin(session, task, seed).GoalInBase;
            Go(session, goal.Position + new Vector3D(0, 0, 0.01), goal.Orientation);
            Go(session, goal.Position - new Vector3D(0, 0, 0.024), goal.Orientation, 0.02);
            Assert.True(Truth(task).Success);
        }
    });

    [Fact]
    public void Cube_is_lifted_through_the_gate() => With("pick-lift", (session, task, _) =>
    {
        for (ulong seed = 0; seed < 5; seed++)
        {
            var cube = Begin(session, task, seed).GoalInBase.Position;
            session.GripperWidthM = 0.08;
            Go(session, cube + new Vector3D(0, 0, 0.06), Down);
            Go(session, cube, Down, 0.03); // gently: the floor of the workspace is 8 mm below
            session.GripperWidthM = 0;
            Go(session, cube, Down);
            session.Advance(100); // no longer than the heartbeat may stay away
            Go(session, cube + new Vector3D(0, 0, 0.13), Down);
            Assert.True(Truth(task).Success);
        }
    });

    [Fact]
    public void Rebase_is_refused_until_the_reference_rests_and_then_starts_from_the_arm() => With("peg-insert", (session, task, _) =>
    {
        Begin(session, task, 1);
        session.BeginEpisode(session.Home);
        ArmAction action = default;
        (action.Motion[0], action.Motion[1]) = (1, 1);
        for (var i = 0; i < 5; i++) session.Decide(action, action, ActionSource.Policy);
        Assert.False(session.Rebase());
        session.Advance(500);
        Assert.True(session.Rebase());

        task.Reset(2);
        Assert.True(session.Rebase());
        var (reference, measured) = (session.Latest.Reference.PoseInBase.Position, session.Latest.EndEffector.PoseInBase.Position);
        Assert.InRange((reference - measured).Length, 0, 1e-4);
    });

    [Fact]
    public void Stop_is_not_undone_by_the_decision_that_follows() => With("reach", (session, task, _) =>
    {
        Begin(session, task, 1);
        session.BeginEpisode(session.Home);
        session.Decide(default, default, ActionSource.Policy);
        session.Stop();
        var decided = session.Decide(default, default, ActionSource.Human);
        Assert.True(session.IsStopped);
        Assert.Equal(FaultCode.OperatorStop, session.Latest.Fault.Code);
        Assert.True(decided.Limits.HasFlag(LimitFlags.Stopping));
    });

    [Fact]
    public void Broken_simulation_makes_the_gate_stop() => With("reach", (session, task, cycle) =>
    {
        Begin(session, task, 1);
        session.Advance(10);
        task.Robot.Data.Velocity[0] = double.NaN;
        session.Advance(7);
        Assert.NotEqual(GateState.Running, session.Latest.Gate);
        Assert.Equal(FaultCode.NonFiniteState, session.Latest.Fault.Code);
    });
}

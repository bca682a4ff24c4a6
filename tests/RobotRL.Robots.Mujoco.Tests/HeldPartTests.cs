using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Safety;
using RobotRL.Tasks;

namespace RobotRL.Robots.Mujoco.Tests;

/// <summary>The shipped pick and lift: the cube, grasped and lifted, is in the fingers whatever stops the arm.</summary>
public class HeldPartTests
{
    private static readonly Rotation Down = new(1, 0, 0, 0);

    private static void Holding(Action<ControlSession, SimulatedTask, IControlPort> body)
    {
        var configuration = RunConfiguration.Load(Panda.Configuration("pick-lift"));
        using var robot = new MujocoRobot(configuration.Robot, configuration.Task.ScenePath);
        var task = SimulatedTask.Create(configuration.Task, robot);
        var cycle = new ControlCycle(robot, new LockstepPacer(robot), configuration.Task.EndEffectorInFlange, 100);
        var session = new ControlSession(cycle, configuration.Task);
        task.Reset(1);
        Assert.True(session.Rebase());
        Grasp(session, task);
        body(session, task, cycle);
    }

    private static void Grasp(ControlSession session, SimulatedTask task)
    {
        var cube = Truth(task).GoalInBase.Position;
        session.GripperWidthM = 0.08;
        Assert.True(session.MoveTo(new(cube + new Vector3D(0, 0, 0.06), Down), 0.1));
        Assert.True(session.MoveTo(new(cube, Down), 0.03));
        session.GripperWidthM = 0;
        for (var i = 0; i < 10; i++) Assert.True(session.MoveTo(new(cube, Down)));
        Assert.True(session.MoveTo(new(cube + new Vector3D(0, 0, 0.13), Down), 0.1));
        AssertHeld(task, "lifted");
    }

    private static TaskTruth Truth(SimulatedTask task)
    {
        TaskTruth truth = default;
        task.ReadTruth(0, ref truth);
        return truth;
    }

    private static void AssertHeld(SimulatedTask task, string when)
    {
        var truth = Truth(task);
        Assert.True(truth.ObjectGrasped && (truth.GoalInBase.Position - truth.EndEffectorInBase.Position).Length < 0.01,
            $"{when}: the cube is {(truth.GoalInBase.Position - truth.EndEffectorInBase.Position).Length * 1000:F0} mm from the fingertips, "
                + $"which are {truth.GripperWidthM * 1000:F0} mm apart");
    }

    [Theory]
    [InlineData(FaultCode.OperatorStop)]
    [InlineData(FaultCode.CollisionForce)]
    [InlineData(FaultCode.ProtocolMismatch)] // power is removed
    public void Cube_stays_in_the_fingers_through_stop_reset_and_rebase(FaultCode cause) => Holding((session, task, _) =>
    {
        session.Stop(cause);
        session.Advance(3000);
        Assert.NotEqual(GateState.Stopping, session.Latest.Gate);
        AssertHeld(task, "stopped");
        Assert.True(session.OperatorReset("operator"), $"{session.Latest.Fault}");
        session.Advance(500);
        AssertHeld(task, "reset");
        Assert.True(session.Rebase());
        session.Advance(500);
        AssertHeld(task, "started anew");
        var here = session.Latest.EndEffector.PoseInBase.Position;
        Assert.True(session.MoveTo(new(here + new Vector3D(0.03, 0, 0.01), Down), 0.1), $"{session.Latest.Fault}");
        AssertHeld(task, "carried on");
    });

    [Fact]
    public void Cube_stays_in_the_fingers_when_another_actor_takes_over() => Holding((_, task, port) =>
    {
        var another = new ControlSession(port, task.Description);
        another.BeginEpisode(another.Home);
        for (var i = 0; i < 20; i++) another.Decide(default, default, ActionSource.Policy);
        AssertHeld(task, "another actor");
        ArmAction open = new() { Gripper = GripperCommand.Open };
        for (var i = 0; i < 10; i++) another.Decide(open, open, ActionSource.Policy);
        Assert.False(Truth(task).ObjectGrasped);
    });

    /// <summary>A loop that begins anew around an arm that holds something has nobody to ask what: it opens nothing.</summary>
    [Fact]
    public void Cube_stays_in_the_fingers_when_the_loop_begins_anew() => Holding((session, task, _) =>
    {
        session.SignOff();
        session.Advance(300);
        var (robot, description) = (task.Robot, task.Description);
        var anew = new ControlSession(new ControlCycle(robot, new LockstepPacer(robot), description.EndEffectorInFlange, 100), description);
        anew.Advance(500);
        AssertHeld(task, "another loop");
        anew.BeginEpisode(anew.Home);
        for (var i = 0; i < 20; i++) anew.Decide(default, default, ActionSource.Policy);
        AssertHeld(task, "and its decisions");
    });

    [Theory]
    [InlineData(5)]
    [InlineData(20)]
    public void Fingers_press_on_the_cube_with_the_force_that_was_asked_for(double force) => Holding((session, task, _) =>
    {
        session.Grip = session.Grip with { ForceN = force };
        var at = new Pose(session.Latest.EndEffector.PoseInBase.Position, Down);
        for (var i = 0; i < 5; i++) Assert.True(session.MoveTo(at));
        var fingers = task.Robot.Data;
        foreach (var finger in (string[])["left_finger", "right_finger"])
        {
            var (set, is_) = (fingers.Control[task.Robot.Model.Actuator(finger)], fingers.Position[task.Robot.Model.PositionAddress(finger)]);
            Assert.InRange(task.Robot.Model.ActuatorGain(task.Robot.Model.Actuator(finger)) * (is_ - set), 0.95 * force, 1.05 * force);
        }
    });
}

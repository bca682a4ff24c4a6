using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control.Contract;

/// <summary>
/// What every robot must do, simulated or real, seen through <see cref="IRobot"/> and the loop alone. A driver's test project links this file and
/// inherits: one suite, every robot.
/// </summary>
public abstract class RobotContract : IDisposable
{
    private readonly IRobot _robot;
    private readonly IPlant _plant;
    private readonly ControlCycle _cycle;
    private readonly ControlSession _session;

    protected RobotContract()
    {
        TaskDescription task;
        (_robot, task) = Create();
        _plant = (IPlant)_robot;
        _cycle = new(_robot, new LockstepPacer(_plant), task.EndEffectorInFlange, 4096);
        _session = new(_cycle, task);
        Axis = task.Actions.ActiveAxes[0];
    }

    /// <summary>A fresh robot at home, with a gate's limits around it, and a task in whose space it may move a centimetre each way.</summary>
    protected abstract (IRobot Robot, TaskDescription Task) Create();

    private int Axis { get; }

    [Fact]
    public void Unsealed_command_is_refused_and_leaves_no_torque()
    {
        _session.Advance(10);
        Assert.Throws<UnsealedCommandException>(() => _robot.Write(default));
        RobotState before = default, after = default;
        _plant.Step();
        _robot.TryRead(ref before);
        for (var i = 0; i < 50; i++) _plant.Step();
        _robot.TryRead(ref after);
        for (var i = 0; i < _robot.Description.JointCount; i++) Assert.InRange(after.Position[i] - before.Position[i], -0.01, 0.01);
    }

    [Fact]
    public void State_is_new_once_a_step()
    {
        RobotState state = default;
        Assert.True(_robot.TryRead(ref state));
        Assert.False(_robot.TryRead(ref state));
        var first = state.CaptureTime;
        _plant.Step();
        Assert.True(_robot.TryRead(ref state));
        Assert.Equal(_robot.Description.ControlPeriodNs, state.CaptureTime.Since(first));
        Assert.Equal(_plant.Now, state.CaptureTime);
    }

    [Fact]
    public void Arm_without_a_commander_stays_where_it_is()
    {
        _session.Advance(1);
        var start = _session.Latest.EndEffector.PoseInBase.Position;
        _session.Advance(1000);
        Assert.Equal(GateState.Running, _session.Latest.Gate);
        Assert.InRange((_session.Latest.EndEffector.PoseInBase.Position - start).Length, 0, 0.001);
    }

    [Fact]
    public void Home_posture_is_where_kinematics_has_it()
    {
        _session.Advance(1);
        var (measured, home) = (_session.Latest.EndEffector.PoseInBase, _session.Home);
        Assert.InRange((measured.Position - home.Position).Length, 0, 0.001);
        Assert.InRange((measured.Orientation * home.Orientation.Inverse).ToVector().Length, 0, 0.005);
    }

    [Fact]
    public void Motion_through_the_gate_arrives()
    {
        _session.Advance(1);
        var goal = _session.Home with { Position = _session.Home.Position + new Vector3D(0.01, -0.01, 0.01) };
        Assert.True(_session.MoveTo(goal), $"{_session.Latest.Fault}");
        Assert.InRange((_session.Latest.EndEffector.PoseInBase.Position - goal.Position).Length, 0, 0.003);
    }

    [Fact]
    public void Decision_moves_the_arm_the_way_it_says()
    {
        _session.BeginEpisode(_session.Home);
        ArmAction action = default;
        action.Motion[Axis] = 0.3f;
        _session.Advance(1);
        var start = _session.Latest.EndEffector.PoseInBase;
        for (var i = 0; i < 5; i++) Assert.Equal(action, _session.Decide(action, action, ActionSource.Policy).Executed);
        var moved = start.Orientation.Inverse.Rotate(_session.Latest.EndEffector.PoseInBase.Position - start.Position);
        Assert.True(moved[Axis] > 0.003, $"{moved}");
    }

    [Fact]
    public void Stop_brings_the_arm_to_rest_and_holds_until_the_operator_resets()
    {
        _session.BeginEpisode(_session.Home);
        ArmAction action = default;
        action.Motion[Axis] = 0.3f;
        for (var i = 0; i < 3; i++) _session.Decide(action, action, ActionSource.Policy);
        _session.Stop();
        _session.Advance(1000);
        Assert.Equal((GateState.Held, FaultCode.OperatorStop), (_session.Latest.Gate, _session.Latest.Fault.Code));
        Assert.InRange(_session.Latest.EndEffector.TwistInBase.Linear.Length, 0, 0.005);
        Assert.True(_session.OperatorReset("operator"));
        Assert.True(_session.MoveTo(_session.Home));
    }

    [Fact]
    public void Cycle_allocates_nothing()
    {
        _session.Advance(200);
        Assert.Equal(0, Allocation.Least(() => _cycle.Run(1000)));
    }

    public void Dispose()
    {
        _robot.Dispose();
        GC.SuppressFinalize(this);
    }
}

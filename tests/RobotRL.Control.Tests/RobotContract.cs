using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control.Contract;

/// <summary>
/// What every robot must do, simulated or real, whatever kind of command it takes, seen through <see cref="IRobot"/>, a source of time and the loop alone. A
/// driver's test project links this file and inherits once a kind: one suite, every robot.
/// </summary>
public abstract class RobotContract : IDisposable
{
    /// <summary>A robot that is reached over a wire may answer a few periods late.</summary>
    private const int LatePeriods = 20;

    private readonly IRobot _robot;
    private readonly IPacer _time;
    private readonly Witness _witness;
    private readonly ControlCycle _cycle;
    private readonly ControlSession _session;
    private readonly Pose _endEffectorInFlange;

    protected RobotContract()
    {
        TaskDescription task;
        (_robot, _time, task) = Create();
        _witness = new(_robot);
        _cycle = new(_witness, _time, task.EndEffectorInFlange, 4096);
        _session = new(_cycle, task);
        _endEffectorInFlange = task.EndEffectorInFlange;
        Axis = task.Actions.ActiveAxes[0];
    }

    /// <summary>
    /// A fresh robot at home, with a gate's limits around it, the time that it lives in, and a task in whose space it may move a centimetre each way.
    /// </summary>
    protected abstract (IRobot Robot, IPacer Time, TaskDescription Task) Create();

    /// <summary>What a joint may still move by once power is gone, rad/s.</summary>
    protected virtual double RestRadS => 0.01;

    private int Axis { get; }

    [Fact]
    public void Unsealed_command_is_refused_and_moves_nothing()
    {
        _session.Advance(10);
        Assert.Throws<UnsealedCommandException>(() => _robot.Write(default));
        AssertStays();
    }

    [Fact]
    public void Command_of_another_kind_is_refused_and_moves_nothing()
    {
        _session.Advance(10);
        var others = Enum.GetValues<CommandKind>().Where(kind => kind != _robot.Takes).ToArray();
        Assert.Equal(3, others.Length);
        foreach (var other in others)
        {
            var description = _robot.Description with { Command = other };
            var gate = new ReflexGate(description, new(description, Pose.Identity));
            Assert.Throws<ForeignCommandException>(() => _robot.Write(gate.SealLast(FaultCode.LoopEnded)));
        }
        AssertStays();
    }

    [Fact]
    public void State_is_new_once_and_no_older_than_it_says()
    {
        RobotState state = default;
        Await(ref state);
        Assert.False(_robot.TryRead(ref state));
        for (var i = 0; i < 20; i++)
        {
            var before = state.CaptureTime;
            _time.Next();
            Await(ref state);
            Assert.InRange(state.CaptureTime.Since(before), 1, LatePeriods * _robot.Description.ControlPeriodNs);
            Assert.InRange(_time.Now.Since(state.CaptureTime), 0, _robot.Description.Limits.StateMaxAgeNs);
        }
    }

    [Fact]
    public void First_command_leaves_the_arm_where_it_is_measured()
    {
        while (!_witness.HasFirst) _session.Advance(1);
        Assert.InRange(_session.Latest.Tick, 1, LatePeriods);
        AssertIsWhereTheArmIs(_witness.First);
    }

    /// <summary>Category 0: power goes at once, and nothing is commanded. Taken up again, the arm is commanded to be where it is by then.</summary>
    [Fact]
    public void Power_that_goes_takes_the_set_point_along_and_comes_back_where_the_arm_is()
    {
        Move(3);
        _session.Stop(FaultCode.StandstillLost);
        _session.Advance(1);
        Assert.Equal((GateState.PowerRemoved, StopCategory.Category0), (_session.Latest.Gate, _session.Latest.Fault.Category));
        AssertIsWithoutPower(_witness.Last);
        _session.Advance(600);
        Assert.InRange(Fastest(), 0, RestRadS);
        _witness.Forget();
        Assert.True(_session.OperatorReset("operator"));
        AssertIsWhereTheArmIs(_witness.First);
        Assert.True(_session.MoveTo(_session.Home));
    }

    /// <summary>Category 1: the arm comes to rest under command, and then power goes.</summary>
    [Fact]
    public void Controlled_stop_ends_without_power()
    {
        Move(3);
        _session.Stop(FaultCode.LoopLate);
        _session.Advance(1);
        Assert.Equal((GateState.Stopping, StopCategory.Category1), (_session.Latest.Gate, _session.Latest.Fault.Category));
        Assert.True(_witness.Last.HasSetPoint && !_witness.Last.RemovePower);
        _session.Advance(600);
        Assert.Equal(GateState.PowerRemoved, _session.Latest.Gate);
        AssertIsWithoutPower(_witness.Last);
        Assert.True(_session.OperatorReset("operator"));
    }

    [Fact]
    public void Arm_without_a_commander_stays_where_it_is()
    {
        _session.Advance(1);
        var start = _session.Latest.EndEffector.PoseInBase.Position;
        _session.Advance(1000);
        Assert.True(_session.Latest.Gate == GateState.Running, $"{_session.Latest.Fault}");
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
        for (var i = 0; i < 5; i++)
        {
            var step = _session.Decide(action, action, ActionSource.Policy);
            // By the wall clock a tick may come late, and what it is late by is more than a joint may speed up in one period.
            var isLimited = _time is not LockstepPacer && step.Limits != LimitFlags.None;
            Assert.True(isLimited || action.Equals(step.Executed), $"{step.Limits}, {_session.Latest.Fault}");
        }
        var moved = start.Orientation.Inverse.Rotate(_session.Latest.EndEffector.PoseInBase.Position - start.Position);
        Assert.True(moved[Axis] > 0.003, $"{moved}");
    }

    [Fact]
    public void Stop_brings_the_arm_to_rest_and_holds_until_the_operator_resets()
    {
        Move(3);
        _session.Stop();
        _session.Advance(1);
        Assert.Equal((GateState.Stopping, FaultCode.OperatorStop), (_session.Latest.Gate, _session.Latest.Fault.Code));
        _session.Advance(1000);
        Assert.Equal((GateState.Held, FaultCode.OperatorStop), (_session.Latest.Gate, _session.Latest.Fault.Code));
        Assert.True(_witness.Last.HasSetPoint && !_witness.Last.RemovePower);
        if (_robot.Takes == CommandKind.JointVelocity) Assert.All(Enumerable.Range(0, Joints.Max), i => Assert.Equal(0, _witness.Last.VelocityRadS[i]));
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

    private void Move(int decisions)
    {
        _session.BeginEpisode(_session.Home);
        ArmAction action = default;
        action.Motion[Axis] = 0.3f;
        for (var i = 0; i < decisions; i++) _session.Decide(action, action, ActionSource.Policy);
    }

    private void Await(ref RobotState state)
    {
        for (var i = 0; !_robot.TryRead(ref state); i++)
        {
            Assert.True(i < LatePeriods, "no new state");
            _time.Next();
        }
    }

    private void AssertStays()
    {
        RobotState before = default, after = default;
        _time.Next();
        Await(ref before);
        for (var i = 0; i < 50; i++) _time.Next();
        Await(ref after);
        for (var i = 0; i < _robot.Description.JointCount; i++) Assert.InRange(after.Position[i] - before.Position[i], -0.01, 0.01);
    }

    private double Fastest() => Enumerable.Range(0, _robot.Description.JointCount).Max(i => Math.Abs(_session.Latest.Measured.Velocity[i]));

    private void AssertIsWhereTheArmIs((SafeCommand Command, RobotState State) first)
    {
        var (command, measured) = first;
        Assert.Equal(_robot.Takes, command.Kind);
        var arm = new ArmKinematics(_robot.Description, _endEffectorInFlange);
        arm.Update(measured.Position);
        if (command.Kind == CommandKind.CartesianImpedance)
        {
            var (there, here) = (command.Impedance.PoseInBase, arm.EndEffectorInBase);
            Assert.InRange((there.Position - here.Position).Length, 0, 1e-4);
            Assert.InRange((there.Orientation * here.Orientation.Inverse).ToVector().Length, 0, 1e-3);
        }
        for (var i = 0; i < _robot.Description.JointCount; i++)
        {
            if (command.Kind is CommandKind.JointPosition or CommandKind.CartesianImpedance) Assert.Equal(measured.Position[i], command.PositionRad[i], 1e-4);
            Assert.InRange(command.VelocityRadS[i], -0.01, 0.01);
            Assert.InRange(command.TorqueNm[i], -1, 1);
        }
    }

    private static void AssertIsWithoutPower(in SafeCommand command)
    {
        Assert.True(command.IsSealed && command.RemovePower);
        Assert.Equal(command.Kind == CommandKind.JointTorque, command.HasSetPoint);
        for (var i = 0; i < Joints.Max; i++) Assert.Equal((0, 0, 0), (command.TorqueNm[i], command.PositionRad[i], command.VelocityRadS[i]));
        Assert.Equal(default, command.Impedance);
    }

    public void Dispose()
    {
        _robot.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Looks on what is read and written.</summary>
    private sealed class Witness(IRobot robot) : IRobot
    {
        private RobotState _state;

        public RobotDescription Description => robot.Description;
        public CommandKind Takes => robot.Takes;
        public SafeCommand Last { get; private set; }

        /// <summary>The first command to follow since <see cref="Forget"/>, and the state that was known then.</summary>
        public (SafeCommand Command, RobotState State) First { get; private set; }
        public bool HasFirst { get; private set; }

        public void Forget() => HasFirst = false;

        public bool TryRead(ref RobotState state)
        {
            if (!robot.TryRead(ref state)) return false;
            _state = state;
            return true;
        }

        public void Write(in SafeCommand command)
        {
            robot.Write(command);
            Last = command;
            if (HasFirst || !command.HasSetPoint || command.RemovePower) return;
            (First, HasFirst) = ((command, _state), true);
        }

        public void Dispose() { }
    }
}

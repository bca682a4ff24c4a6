using RobotRL.Model;
using RobotRL.Ros2.Nodes;
using RobotRL.Ros2.Transport;
using RobotRL.Wire.SensorMsgs;
using RobotRL.Wire.StdMsgs;

namespace RobotRL.Ros2.Tests;

/// <summary>What goes wrong between the loop and an arm in another process, on a network that others use too.</summary>
public sealed class ConnectionFaultTests : IDisposable
{
    private readonly int _domain = Domains.Next();
    private readonly Rig _rig;
    private OtherProcess _arm;

    public ConnectionFaultTests()
    {
        _arm = Arm();
        _rig = new(Cell.Load("reach", ("ros2.domain", $"{_domain}")));
    }

    [Fact]
    public void Robot_killed_stops_the_loop_and_another_one_waits_for_the_operator()
    {
        _arm.Kill();
        var took = _rig.UntilStopped();
        Assert.Equal((FaultCode.StaleState, StopCategory.Category1), (_rig.Fault.Code, _rig.Fault.Category));
        TestContext.Current.SendDiagnosticMessage($"stopped {took:F0} ms after the robot was killed");
        _arm.Dispose();
        _arm = Arm();
        _rig.Until(() => _rig.Causes.Contains(FaultCode.RobotNotReady));
        _rig.Session.Advance(200);
        Assert.True(_rig.Session.NeedsOperator);
        Assert.True(_rig.Session.OperatorReset("operator"), $"{_rig.Causes}");
        Assert.True(_rig.Session.MoveTo(_rig.Session.Home), $"{_rig.Fault}");
    }

    [Fact]
    public void Robot_that_pauses_stops_the_loop_and_goes_on_after_the_operator()
    {
        _arm.Signal("STOP");
        _rig.UntilStopped();
        Assert.Equal(FaultCode.StaleState, _rig.Fault.Code);
        _rig.Session.Advance(500);
        _arm.Signal("CONT");
        _rig.Session.Advance(1500);
        Assert.True(_rig.Session.OperatorReset("operator"), $"{_rig.Causes}");
        Assert.True(_rig.Session.MoveTo(_rig.Session.Home), $"{_rig.Fault}");
    }

    [Fact]
    public void Somebody_else_who_commands_stops_the_loop_for_as_long_as_he_does()
    {
        using Ros2Node other = Chosen.Node("/somebody", _domain);
        _rig.StoodStill();
        var command = other.Publish<Float64MultiArray>(_rig.Configuration.Ros2!.Arms[0].CommandTopic, Qos.Default);
        _rig.UntilStopped();
        Assert.Equal((FaultCode.ForeignCommander, StopCategory.Category0), (_rig.Fault.Code, _rig.Fault.Category));
        Assert.False(_rig.Session.OperatorReset("operator"));
        command.Dispose();
        _rig.Session.Advance(300);
        Assert.True(_rig.Session.OperatorReset("operator"), $"{_rig.Causes}");
    }

    [Fact]
    public void Somebody_else_who_speaks_for_the_force_sensor_stops_the_loop()
    {
        using Ros2Node other = Chosen.Node("/somebody", _domain);
        _rig.StoodStill();
        using var wrench = other.Publish<Wire.GeometryMsgs.WrenchStamped>(_rig.Configuration.Ros2!.Arms[0].Wrench!.Topic.Name, Qos.Default);
        _rig.UntilStopped();
        Assert.Equal(FaultCode.ForeignCommander, _rig.Fault.Code);
    }

    [Fact]
    public void Two_that_speak_in_the_robots_name_stop_the_loop()
    {
        using var second = OtherProcess.Peer(_domain, "pub", "JointState", "/joint_states", "--wait", "0", "--rate", "1");
        _rig.Until(() => _rig.Causes.Contains(FaultCode.ForeignCommander));
    }

    [Fact]
    public void Crowd_that_comes_and_goes_disturbs_nothing()
    {
        for (var round = 0; round < 2; round++)
        {
            using var crowd = OtherProcess.Peer(_domain, "many", "--topics", "100", "--participants", "3", "--on-input");
            _rig.StoodStill();
            // The loop goes on while they come, are there, and go.
            _rig.Session.Advance(200);
            crowd.EndInput();
            _rig.Until(() => crowd.Lines.Any(line => line.Contains("there", StringComparison.Ordinal)));
            _rig.Session.Advance(2000);
            crowd.Signal("INT");
            _rig.Session.Advance(1000);
            Assert.True(_rig.Session.Latest.Gate == GateStates.Running, $"{_rig.Fault}");
        }
    }

    [Fact]
    public void Robot_whose_machine_is_busy_tells_a_way_that_fits_its_speed()
    {
        double worst = 0, fastest = 0;
        JointState? before = null;
        using var node = Chosen.Node("/test/watch", _domain);
        using var watch = node.Subscribe<JointState>("/joint_states", Qos.Default with { Depth = 1000 }, (told, _) =>
        {
            var dt = before is null ? 0 : (told.Header.Stamp.Ns - before.Header.Stamp.Ns) * 1e-9;
            // A pause that is too long to be made up for leaves a gap: the arm stood.
            for (var i = 0; i < 7 && dt is > 0 and < 0.05; i++)
            {
                var expected = 0.5 * (told.Velocity[i] + before!.Velocity[i]) * dt;
                worst = Math.Max(worst, Math.Abs(told.Position[i] - before.Position[i] - expected));
                fastest = Math.Max(fastest, Math.Abs(told.Velocity[i]));
            }
            before ??= new();
            before.Header.Stamp.Ns = told.Header.Stamp.Ns;
            before.Position.Clear();
            before.Velocity.Clear();
            before.Position.AddRange(told.Position);
            before.Velocity.AddRange(told.Velocity);
        });
        var isOver = false;
        Thread pauses = new(() =>
        {
            while (!Volatile.Read(ref isOver))
            {
                _arm.Signal("STOP");
                Thread.Sleep(15);
                _arm.Signal("CONT");
                Thread.Sleep(60);
            }
        });
        pauses.Start();
        for (var turn = 0; turn < 40; turn++)
        {
            // What stops the loop on a machine as busy as this is not asked here.
            if (_rig.Session.IsStopped)
            {
                _rig.Session.Advance(500);
                _rig.Session.OperatorReset("test");
            }
            ArmAction action = default;
            action.Motion[0] = turn / 10 % 2 == 0 ? 1 : -1;
            _rig.Session.Decide(action, action, ActionSource.Policy);
        }
        Volatile.Write(ref isOver, true);
        pauses.Join();
        Assert.True(fastest > 0.05, $"It hardly moved: {fastest} rad/s; {_rig.Fault}");
        Assert.True(worst < 2e-4, $"Between two states a joint went {worst * 1000:F3} mrad beyond its speed.");
    }

    public void Dispose()
    {
        _rig.Dispose();
        _arm.Dispose();
    }

    private OtherProcess Arm() => OtherProcess.SimNode("reach", _domain);
}

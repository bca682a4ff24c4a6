using RobotRL.Model;
using RobotRL.Ros2.Nodes;
using RobotRL.Ros2.Transport;
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
        using var wrench = other.Publish<Wire.GeometryMsgs.WrenchStamped>(_rig.Configuration.Ros2!.Arms[0].Wrench!.Topic.Name, Qos.Default);
        _rig.UntilStopped();
        Assert.Equal(FaultCode.ForeignCommander, _rig.Fault.Code);
    }

    [Fact]
    public void Two_that_speak_in_the_robots_name_stop_the_loop()
    {
        using var second = Arm();
        _rig.UntilStopped(20_000);
        Assert.True(_rig.Causes.Contains(FaultCode.ForeignCommander), $"{_rig.Causes}");
    }

    [Fact]
    public void Crowd_that_comes_and_goes_disturbs_nothing()
    {
        const int rounds = 2, spoilt = 3;
        for (var (round, again) = (0, spoilt); round < rounds; round++)
        {
            // The loop goes on while they come.
            OtherProcess? crowd = null;
            new Thread(() => Volatile.Write(ref crowd, OtherProcess.Peer(_domain, "many", "--topics", "100", "--participants", "3"))).Start();
            _rig.Until(() => Volatile.Read(ref crowd) is not null);
            _rig.Session.Advance(3000);
            crowd!.Dispose();
            // A virtual machine may have taken the processor from the loop itself; a crowd that disturbs does so each time.
            if (_rig.Causes.Contains(FaultCode.ClockForward) && again-- > 0)
            {
                _rig.Session.Advance(1000);
                _rig.Session.OperatorReset("test");
                round--;
                continue;
            }
            Assert.True(_rig.Session.Latest.Gate == GateStates.Running, $"{_rig.Fault}");
        }
    }

    public void Dispose()
    {
        _rig.Dispose();
        _arm.Dispose();
    }

    private OtherProcess Arm() => OtherProcess.SimNode("reach", _domain);
}

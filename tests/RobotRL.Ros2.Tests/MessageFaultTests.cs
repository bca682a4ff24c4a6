using RobotRL.Model;
using RobotRL.Ros2.Transport;

namespace RobotRL.Ros2.Tests;

/// <summary>States that are not what a healthy robot sends.</summary>
public sealed class MessageFaultTests : IDisposable
{
    private readonly Configuration.RunConfiguration _configuration = Cell.Load("reach", ("ros2.domain", $"{Domains.Next()}"), ("ros2.patience_ms", "3000"),
        // The arm that is played here feels no weight, which the model of a real one would miss.
        ("robot.limits.joint_collision_nm", "[200, 200, 200, 200, 200, 200, 200]"));
    private PlayedRobot? _arm;
    private Rig? _rig;

    [Fact]
    public void Stamps_that_stand_still() => Stops(arm => arm.IsStampFrozen = true, FaultCode.StaleState);

    [Fact]
    public void A_clock_that_is_set_back() => Stops(arm => arm.ClockErrorNs = -1_000_000_000, FaultCode.ClockBackward);

    [Fact]
    public void A_clock_that_is_set_forward() => Stops(arm => arm.ClockErrorNs = 1_000_000_000, FaultCode.ClockForward);

    [Fact]
    public void Silence() => Stops(arm => arm.IsSilent = true, FaultCode.StaleState);

    [Fact]
    public void A_force_sensor_that_falls_silent() => Stops(arm => arm.IsWrenchSilent = true, FaultCode.StaleState);

    [Fact]
    public void A_position_that_is_no_number() => Stops(arm => arm.Change = state => state.Position[3] = double.NaN, FaultCode.NonFiniteState);

    [Fact]
    public void A_joint_that_is_missing() => Stops(arm => arm.Change = state => state.Name[2] = "another", FaultCode.StaleState);

    [Fact]
    public void Positions_that_are_missing() => Stops(arm => arm.Change = state => state.Position.Clear(), FaultCode.StaleState);

    [Fact]
    public void A_robot_that_says_it_does_not_follow() => Stops(arm => arm.Program.TrySend(new() { Data = false }), FaultCode.RobotNotReady);

    [Fact]
    public void Joints_in_another_order_are_found()
    {
        using PlayedRobot arm = new(_configuration);
        using Rig rig = new(_configuration);
        var isTurned = false;
        arm.Change = state =>
        {
            if (isTurned) return;
            isTurned = true;
            foreach (var list in new[] { state.Position, state.Velocity, state.Effort }) list.Reverse();
            state.Name.Reverse();
        };
        rig.Session.Advance(200);
        Assert.True(rig.Session.Latest.Gate == GateStates.Running, $"{rig.Fault}");
        for (var i = 0; i < 7; i++) Assert.Equal(_configuration.Robot.HomeRad[i], rig.Session.Latest.Measured.Position[i]);
        Assert.True(isTurned);
    }

    [Fact]
    public void A_clock_set_back_is_taken_up_after_the_operator()
    {
        using PlayedRobot arm = new(_configuration);
        using Rig rig = new(_configuration);
        arm.ClockErrorNs = -1_000_000_000;
        rig.UntilStopped();
        rig.Session.Advance(2500);
        Assert.True(rig.Session.OperatorReset("operator"), $"{rig.Causes}");
        rig.Session.Advance(200);
        Assert.True(rig.Session.Latest.Gate == GateStates.Running, $"{rig.Fault}");
    }

    [Fact]
    public void A_robot_of_another_quality_is_refused_with_both_names()
    {
        using PlayedRobot arm = new(_configuration, Qos.SensorData);
        var refusal = Assert.Throws<TransportException>(() => new Rig(_configuration)).Message;
        Assert.Contains("/robotrl/control", refusal, StringComparison.Ordinal);
        Assert.Contains("/robotrl/played", refusal, StringComparison.Ordinal);
        Assert.Contains("best-effort", refusal, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal);
    }

    [Fact]
    public void A_robot_that_is_not_there_is_said_to_be_missing()
    {
        var refusal = Assert.Throws<TransportException>(() => new Rig(_configuration)).Message;
        Assert.Contains("/joint_states", refusal, StringComparison.Ordinal);
        Assert.Contains("ros2.domain", refusal, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _rig?.Dispose();
        _arm?.Dispose();
    }

    private void Stops(Action<PlayedRobot> fault, FaultCode cause)
    {
        _arm = new(_configuration);
        _rig = new(_configuration);
        fault(_arm);
        _rig.UntilStopped();
        _rig.Session.Advance(5);
        Assert.True(_rig.Causes.Contains(cause), $"{_rig.Causes}");
        var commands = _arm.Commands;
        _rig.Session.Advance(700);
        Assert.True(_rig.Session.Latest.Gate is Safety.GateState.PowerRemoved or Safety.GateState.Held, $"{_rig.Session.Latest.Gate}");
        Assert.InRange(_arm.Commands - commands, 0, 700);
    }
}

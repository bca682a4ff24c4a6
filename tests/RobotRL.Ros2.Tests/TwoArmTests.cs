using RobotRL.Model;
using RobotRL.Ros2.Nodes;
using RobotRL.Ros2.Transport;
using RobotRL.Safety;
using RobotRL.Wire.StdMsgs;

namespace RobotRL.Ros2.Tests;

/// <summary>Two arms in processes of their own, and one loop: what happens to one of them stops both, and it is known to which.</summary>
public sealed class TwoArmTests : IDisposable
{
    private const int Left = 0, Right = 1;

    private readonly int _domain = Domains.Next();
    private readonly OtherProcess _left;
    private readonly PairRig _rig;
    private OtherProcess _right;

    public TwoArmTests()
    {
        (_left, _right) = (OtherProcess.SimArm("left", _domain), OtherProcess.SimArm("right", _domain));
        _rig = new(Cell.LoadPair(("ros2.domain", $"{_domain}")));
        _rig.Move();
    }

    [Fact]
    public void One_that_is_killed_stops_both_and_another_in_its_place_waits_for_the_operator()
    {
        using var killed = _right;
        killed.Kill();
        _rig.UntilStopped(Right, FaultCode.StaleState);
        // Cleared while nobody is there, it is given as long as ever to tell its state, and stopped again.
        _rig.Control.Advance(500);
        _rig.Control.OperatorReset("operator");
        _rig.UntilStopped(Right, FaultCode.StaleState);
        _right = OtherProcess.SimArm("right", _domain);
        for (var i = 0; i < 200 && !_rig.Control.Causes.Contains(FaultCode.RobotNotReady); i++) _rig.Control.Advance(50);
        Assert.True(_rig.Control.NeedsOperator);
        // For as long as what was killed counts as there, two speak in the arm's name.
        for (var i = 0; i < 300 && !_rig.Control.OperatorReset("operator"); i++) _rig.Control.Advance(50);
        Assert.True(!_rig.Control.IsStopped, $"{_rig.Control.Causes}");
        _rig.Move();
    }

    [Fact]
    public void One_that_pauses_stops_both_and_both_go_on_after_the_operator()
    {
        _left.Signal("STOP");
        _rig.UntilStopped(Left, FaultCode.StaleState);
        _rig.Control.Advance(300);
        Assert.All(_rig.Loop.Cycles, cycle => Assert.Contains(cycle.Newest.Gate, (GateState[])[GateState.PowerRemoved, GateState.Held]));
        _left.Signal("CONT");
        _rig.Control.Advance(1500);
        Assert.True(_rig.Control.OperatorReset("operator"), $"{_rig.Control.Causes}");
        _rig.Move();
    }

    [Fact]
    public void Somebody_who_commands_one_stops_both()
    {
        using Ros2Node other = Ros2Node.Open(new() { NodeName = "/somebody", Domain = _domain });
        using var command = other.Publish<Float64MultiArray>("/right/forward_effort_controller/commands", Qos.Default);
        _rig.UntilStopped(Right, FaultCode.ForeignCommander);
    }

    /// <summary>Each is asked to go through where the other one is, for three seconds.</summary>
    [Fact]
    public void They_keep_their_distance()
    {
        var limits = LimitFlags.None;
        for (var i = 0; i < 30; i++)
        {
            PolicyAction action = default;
            (action[Left].Motion[1], action[Right].Motion[1]) = (Sideways(Left), Sideways(Right));
            limits |= _rig.Control.Decide(action, action, ActionSource.Policy).Limits;
            Assert.True(!_rig.Control.IsStopped, $"{_rig.Control.Latest.Fault}");
        }
        Assert.True((limits & (LimitFlags.ArmDistance | LimitFlags.Workspace)) != 0, $"{limits}");
        // The hands' own shapes are 45 mm thick around the line between two points, and 20 mm stay between them.
        var gap = (InCell(Left) - InCell(Right)).Length;
        Assert.InRange(gap, 0.09, 0.6);

        // Their tools point down: what is sideways for the cell is the same, or turned round, for the tool.
        float Sideways(int arm) =>
            (float)(_rig.Loop.Cycles[arm].Newest.EndEffector.PoseInBase.Orientation.Inverse.Rotate(new(0, arm == Left ? -1 : 1, 0)).Y);

        Vector3D InCell(int arm) => _rig.Loop.Cycles[arm].Newest.EndEffector.PoseInBase.Position + new Vector3D(0, arm == Left ? 0.35 : -0.35, 0);
    }

    public void Dispose()
    {
        _rig.Dispose();
        _left.Dispose();
        _right.Dispose();
    }
}

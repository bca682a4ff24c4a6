using System.Diagnostics;
using System.Runtime;
using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Robots.Ros2;
using RobotRL.Ros2.Nodes;

namespace RobotRL.Ros2.Tests;

/// <summary>The control cycles of two arms behind ROS 2 in one loop by the wall clock, whoever plays the arms.</summary>
internal sealed class PairRig : IDisposable
{
    private readonly Ros2Node _node;
    private readonly Ros2Robot[] _robots;
    private readonly RealtimePacer _pacer;

    public PairRig(RunConfiguration configuration)
    {
        // As in a loop of one arm.
        if (GCSettings.LatencyMode != GCLatencyMode.NoGCRegion) GC.TryStartNoGCRegion(200_000_000);
        Cell.Rehearse(configuration);
        _node = Ros2Node.Open(Cell.Options(configuration, "control"));
        var task = configuration.Task;
        _robots = [.. Enumerable.Range(0, 2).Select(i => new Ros2Robot(_node, configuration.Robot, configuration.Ros2!, i, task.EndEffectorInFlange))];
        _pacer = new(configuration.Robot.ControlPeriodNs);
        Loop = new([.. _robots.Select((robot, i) => new ControlCycle(robot, _pacer, task.EndEffectorInFlange,
            parts: new() { Beside = task.Beside(i) }))], _pacer);
        Control = new([.. Loop.Ports.Select(port => new ControlSession(port, task))]);
        Control.Advance(200);
        Assert.True(!Control.IsStopped, $"{Control.Latest.Fault}");
    }

    public CycleGroup Loop { get; }

    public CellControl Control { get; }

    public Fault FaultOf(int arm) => Loop.Cycles[arm].Newest.Fault;

    /// <summary>Both move: a decision to and one fro.</summary>
    public void Move()
    {
        foreach (var way in (float[])[0.3f, -0.3f])
        {
            PolicyAction action = default;
            (action[0].Motion[0], action[1].Motion[0]) = (way, way);
            Control.Decide(action, action, ActionSource.Policy);
        }
        Assert.True(!Control.IsStopped, $"{Control.Latest.Fault}");
    }

    /// <summary>Lets the loop run until one arm stops for a cause of its own and the other with it.</summary>
    public void UntilStopped(int arm, FaultCode cause, int mostMs = 5000)
    {
        for (var waited = Stopwatch.StartNew(); !Control.IsStopped; Control.Advance(1))
            Assert.True(waited.Elapsed.TotalMilliseconds < mostMs, "It did not stop.");
        Control.Advance(2);
        Assert.Equal((cause, FaultCode.OtherArmStopped), (FaultOf(arm).Code, FaultOf(1 - arm).Code));
        Assert.InRange(FaultOf(1 - arm).Time.Since(FaultOf(arm).Time), 0, 2_000_000);
        Assert.Equal(cause, Control.Latest.Fault.Code);
        Assert.False(Control.Causes.Contains(FaultCode.OtherArmStopped));
    }

    public void Dispose()
    {
        if (GCSettings.LatencyMode == GCLatencyMode.NoGCRegion) GC.EndNoGCRegion();
        _pacer.Dispose();
        foreach (var robot in _robots) robot.Dispose();
        _node.Dispose();
    }
}

using System.Diagnostics;
using System.Runtime;
using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Robots.Ros2;
using RobotRL.Ros2.Nodes;

namespace RobotRL.Ros2.Tests;

/// <summary>A control cycle by the wall clock around an arm behind ROS 2, whoever plays that.</summary>
internal sealed class Rig : IDisposable
{
    private readonly Ros2Node _node;
    private readonly Ros2Robot _robot;
    private readonly RealtimePacer _pacer;

    public Rig(RunConfiguration configuration)
    {
        Configuration = configuration;
        // A collection begun by an ordinary thread waits for its turn on a busy machine, and the loop with it.
        // A control process is started with room for hours.
        if (GCSettings.LatencyMode != GCLatencyMode.NoGCRegion) GC.TryStartNoGCRegion(200_000_000);
        Cell.Rehearse(configuration);
        _node = Chosen.Open(Cell.Options(configuration, "control"));
        _robot = new(_node, configuration.Robot, configuration.Ros2!, 0, configuration.Task.EndEffectorInFlange);
        _pacer = new(configuration.Robot.ControlPeriodNs);
        Session = new(new ControlCycle(_robot, _pacer, configuration.Task.EndEffectorInFlange, 4096), configuration.Task);
        Session.Advance(200);
        Assert.True(Session.Latest.Gate == GateStates.Running, $"{Session.Latest.Fault}");
    }

    public RunConfiguration Configuration { get; }

    public ControlSession Session { get; }

    public Fault Fault => Session.Latest.Fault;

    public FaultSet Causes => Session.Latest.Causes;

    /// <summary>
    /// The loop may have stood still for longer than it may: a process was started, which stops all threads of one as large as this, or a node opened. It goes
    /// on from here.
    /// </summary>
    public void StoodStill()
    {
        Session.Advance(1);
        if (!Session.IsStopped) return;
        Session.Advance(1000);
        Assert.True(Session.OperatorReset("test"), $"{Causes}");
    }

    /// <summary>Lets the loop run until it stops, and gives how long that took, ms.</summary>
    public double UntilStopped(int mostMs = 5000)
    {
        var waited = Stopwatch.StartNew();
        while (!Session.IsStopped)
        {
            Assert.True(waited.Elapsed.TotalMilliseconds < mostMs, "It did not stop.");
            Session.Advance(1);
        }
        return waited.Elapsed.TotalMilliseconds;
    }

    /// <summary>Lets the loop run while something comes about elsewhere.</summary>
    public void Until(Func<bool> holds, int mostMs = 20_000)
    {
        for (var waited = Stopwatch.StartNew(); !holds(); Session.Advance(5))
            Assert.True(waited.Elapsed.TotalMilliseconds < mostMs, $"It did not come; {Session.Latest.Gate}, {Causes}");
    }

    public void Dispose()
    {
        if (GCSettings.LatencyMode == GCLatencyMode.NoGCRegion) GC.EndNoGCRegion();
        _pacer.Dispose();
        _robot.Dispose();
        _node.Dispose();
    }
}

/// <summary>Short for the gate's states.</summary>
internal static class GateStates
{
    public const Safety.GateState Running = Safety.GateState.Running;
}

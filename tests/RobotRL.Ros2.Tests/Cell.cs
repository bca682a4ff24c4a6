using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Ros2.Transport;

namespace RobotRL.Ros2.Tests;

/// <summary>The shipped cell with a simulated robot behind ROS 2.</summary>
internal static class Cell
{
    private const int LoopPriority = 60;

    /// <summary>A shipped task in it, with the patience of a machine that others keep busy.</summary>
    public static RunConfiguration Load(string task, params (string Key, string Value)[] values) => LoadIn("sim", task, values);

    /// <summary>Two arms, each in a namespace of its own.</summary>
    public static RunConfiguration LoadPair(params (string Key, string Value)[] values) => LoadIn("two-arms-sim", "two-arm-reach", values);

    public static string FileOf(string cell) => Path.Combine(OtherProcess.Root, $"robot-configs/ros2/{cell}.yaml");

    private static RunConfiguration LoadIn(string name, string task, (string Key, string Value)[] values)
    {
        var cell = FileOf(name);
        var configuration = RunConfiguration.Load(OtherProcess.TaskFile(task), [.. values, ("robot.limits.heartbeat_max_age_ms", "2000")], cell);
        // More than a configuration may say: a virtual machine now and then takes the processor away for longer than a robot may be silent.
        var limits = configuration.Robot.Limits with { StateMaxAgeNs = 100_000_000 };
        return configuration with { Robot = configuration.Robot with { Limits = limits } };
    }

    /// <summary>
    /// Goes through motion, stop and reset on an arm that is none: what is compiled later takes many periods, and the clock of the loop leaps.
    /// </summary>
    public static void Rehearse(RunConfiguration configuration)
    {
        using LoopbackRobot robot = new(configuration.Robot, configuration.Task.EndEffectorInFlange);
        ControlCycle cycle = new(robot, new LockstepPacer(robot), configuration.Task.EndEffectorInFlange, recordsKept: 16);
        ControlSession session = new(cycle, configuration.Task);
        session.BeginEpisode(session.Home);
        ArmAction action = default;
        action.Motion[0] = 0.3f;
        for (var i = 0; i < 5; i++) session.Decide(action, action, ActionSource.Policy);
        session.MoveTo(session.Home);
        session.Stop();
        session.Advance(1000);
        session.OperatorReset("rehearsal");
        session.Rebase();
    }

    /// <summary>A node whose threads go before those that keep the machine busy, where the system grants it. Makes the calling thread such a one too.</summary>
    public static TransportOptions Options(RunConfiguration configuration, string name) => new()
    {
        NodeName = $"/robotrl/{name}",
        Domain = configuration.Ros2!.Domain,
        Interface = configuration.Ros2.Interface,
        Priority = RealTimeThread.TryFifo(LoopPriority) ? LoopPriority - 1 : null,
        Entered = () => RealTimeThread.TryFifo(LoopPriority - 1),
    };
}

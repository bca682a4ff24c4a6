using RobotRL.Model;
using RobotRL.Policy;
using RobotRL.Safety;
using RobotRL.Sensing;

namespace RobotRL.Lab.Faults;

/// <summary>Stamps from another time, clocks that step, and ticks that come late.</summary>
internal static class TimeFaults
{
    private const long Ms = 1_000_000, Minute = 60_000 * Ms, Day = 86_400_000 * Ms;
    private const double DecisionMs = 100;

    public static IReadOnlyList<FaultCase> All { get; } =
    [
        new("heartbeat stamped 8 ms ahead", FaultCode.HeartbeatLost, 2, () => Beat(8 * Ms)),
        new("heartbeat stamped a minute ahead", FaultCode.HeartbeatLost, 2, () => Beat(Minute)),
        new("heartbeat stamped at the end of time", FaultCode.HeartbeatLost, 2, () => Beat(long.MaxValue)),
        new("commander's clock steps back by 300 ms", FaultCode.HeartbeatLost, 2, () => Beat(-300 * Ms)),
        new("commander's clock steps back to the beginning of time", FaultCode.HeartbeatLost, 2, () => Beat(long.MinValue)),
        new("target stamped a minute ahead", FaultCode.StaleTarget, 2,
            () => Target(t => t with { IssueTime = t.IssueTime.Plus(Minute), DueTime = t.DueTime.Plus(Minute) })),
        new("target stamped a minute ago", FaultCode.StaleTarget, 2, () => Target(t => t with { IssueTime = t.IssueTime.Plus(-Minute) })),
        new("target due a minute ago", FaultCode.TargetOutOfRange, 2, () => Target(t => t with { DueTime = t.IssueTime.Plus(-Minute) })),
        new("target due in a day", FaultCode.TargetOutOfRange, 2, () => Target(t => t with { DueTime = t.IssueTime.Plus(Day) })),
        new("state stamped 6 ms ahead", FaultCode.ClockForward, 2, () => FaultRig.See(rig => rig.Faults.DelayNs = -6 * Ms)),
        new("state stamped a minute ahead", FaultCode.ClockForward, 2, () => FaultRig.See(rig => rig.Faults.DelayNs = -Minute)),
        new("camera stamps a minute ahead", FaultCode.SensorError, DecisionMs + 2, () => Camera(Minute)),
        new("camera stamps a minute ago", FaultCode.SensorError, 2 * DecisionMs + 2, () => Camera(-Minute)), // its last image may first grow as old as it may
        new("clock jumps back by a minute", FaultCode.ClockBackward, 2, () => FaultRig.See(rig => rig.Faults.ClockJumpNs = -Minute)),
        new("clock stands still for a tick", FaultCode.ClockBackward, 2, () => FaultRig.See(rig => rig.Faults.ClockJumpNs = -Ms)),
        new("clock jumps forward by 20 ms", FaultCode.ClockForward, 2, () => FaultRig.See(rig => rig.Faults.ClockJumpNs = 20 * Ms)),
        new("clock jumps forward by a day", FaultCode.ClockForward, 2, () => FaultRig.See(rig => rig.Faults.ClockJumpNs = Day)),
        new("clock jumps forward by 3 ms", FaultCode.None, 0, () => FaultRig.See(rig => rig.Faults.ClockJumpNs = 3 * Ms)),
        new("commander idle after the clock jumped back by a minute", FaultCode.StaleTarget, 250 + 3, IdleAfterTheJump),
        new("robot says nothing once its reference started anew", FaultCode.StaleState, 20, SilentRobot),
        new("tick late by 250 ms", FaultCode.None, 0, () => FaultRig.See(rig => rig.Pacer.LateNs = 250 * Ms)),
        new("tick late by 251 ms", FaultCode.LoopLate, 2, () => FaultRig.See(rig => rig.Pacer.LateNs = 251 * Ms)),
        new("tick late by 1.8 s", FaultCode.LoopLate, 2, () => FaultRig.See(rig => rig.Pacer.LateNs = 1805 * Ms)),
    ];

    /// <summary>A beat like that, and then no other: the stamp must not stand for one that is yet to come.</summary>
    private static FaultSighting Beat(long aheadNs) => FaultRig.See(rig =>
    {
        rig.IsSilent = true;
        rig.Cycle.Heartbeats.Publish(new(rig.Session.Latest.Time.Plus(aheadNs), CommandingState.Commanding));
    });

    private static FaultSighting Target(Func<CartesianTarget, CartesianTarget> change) => FaultRig.See(rig =>
    {
        rig.IsSilent = true;
        var (now, target) = (rig.Session.Latest.Time, rig.Session.Latest.Target);
        rig.Cycle.Targets.Publish(change(target with { IssueTime = now, DueTime = now.Plus(200 * Ms), Sequence = target.Sequence + 1 }));
    });

    /// <summary>As a session observes: what the pipeline finds wrong with a camera, whoever decides answers with a stop.</summary>
    private static FaultSighting Camera(long aheadNs)
    {
        using FaultRig rig = new();
        CameraDescription camera = new("wrist", 8, 8, 0, 0, 8, 8, ImageShape.Square(8));
        var task = rig.Task with { Cameras = [camera] };
        var offset = 0L;
        using LockstepObservations observations = new(task, [frame => frame.CaptureTime = rig.Session.Latest.Time.Plus(offset)],
            rig.Cycle.Description.Limits.StateMaxAgeNs);
        rig.Deciding = () =>
        {
            try
            {
                var tick = rig.Session.Latest;
                ToolState tool = new(tick.Measured.CaptureTime, tick.EndEffector, default, tick.Measured.GripperWidthM);
                observations.Observe(tick.Time, ToolStates.Of(tool));
            }
            catch (SensorFaultException e)
            {
                rig.Session.Stop(e.Fault.Code);
            }
        };
        rig.Step(rig.Session.TicksPerDecision);
        return rig.Watch(() => offset = aheadNs);
    }

    /// <summary>A stamp from before the jump lies a minute ahead after it.</summary>
    private static FaultSighting IdleAfterTheJump()
    {
        using FaultRig rig = new();
        rig.Watch(() => rig.Faults.ClockJumpNs = -Minute);
        if (!rig.Session.OperatorReset("operator")) return new(rig.Session.Latest.Fault, null, null, "not reset", false);
        rig.Session.Beat();
        return rig.Watch(() => rig.IsIdle = true);
    }

    private static FaultSighting SilentRobot()
    {
        using FaultRig rig = new();
        rig.IsSilent = true;
        rig.Session.SignOff();
        rig.Step(300);
        return rig.Watch(() =>
        {
            rig.Faults.LostPackets = int.MaxValue;
            rig.Cycle.RequestRebase();
        });
    }
}

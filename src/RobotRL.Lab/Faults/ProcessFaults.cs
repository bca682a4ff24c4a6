using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Lab.Faults;

/// <summary>Faults of whole processes: the control process is real, in real time, and so is the process that fails.</summary>
internal static class ProcessFaults
{
    /// <summary>Comms lost to the stop command.</summary>
    private const double LinkMs = 20;

    /// <summary>An operator's commands are taken at decisions: the one under way ends first.</summary>
    private const double DecisionMs = 100;

    private const string Terminal = "/usr/bin/script"; // util-linux: a terminal that can be taken away

    public static IReadOnlyList<FaultCase> All { get; } = !OperatingSystem.IsLinux() ? [] :
    [
        Case("actor process killed", FaultCode.HeartbeatLost, LinkMs, () => See(stage => stage.Actor.Kill())),
        Case("actor process hung", FaultCode.HeartbeatLost, LinkMs, () => See(stage => stage.Actor.Freeze(true))),
        Case("actor process restarted", FaultCode.HeartbeatLost, LinkMs, Restart),
        Case("GC stall in the actor", FaultCode.HeartbeatLost, LinkMs, Stall),
        .. File.Exists(Terminal) ? (FaultCase[])[Case("teleoperation device unplugged", FaultCode.DeadmanReleased, 2 * DecisionMs + LinkMs, Unplug)] : [],
        Case("shared memory written by another version", FaultCode.ProtocolMismatch, 3, () => See(stage => stage.WriteAsAnotherVersion())),
        Case("control process hung for 0.4 s", FaultCode.LoopLate, LinkMs, () => See(stage => stage.FreezeControl(400))),
        Case("control process ended by force", FaultCode.OperatorStop, LinkMs, EndByForce),
        Case("stop pressed after a collision, actor then restarted", FaultCode.CollisionForce, LinkMs, Outstanding),
        Case("learner process killed", FaultCode.None, 0, KillTheLearner),
    ];

    private static FaultCase Case(string name, FaultCode expected, double mostMs, Func<FaultSighting> provoke) =>
        new(name, expected, mostMs, provoke) { HasProcesses = true };

    private static FaultSighting See(Action<FaultStage> fault)
    {
        using FaultStage stage = new();
        return Allowed(stage, stage.Watch(() => fault(stage)));
    }

    /// <summary>A collection that ends within the time that a link may be silent is no stall: then another.</summary>
    private static FaultSighting Stall()
    {
        const int mostCollections = 20;
        using FaultStage stage = new(garbage: true);
        FaultSighting seen = new(default, null, null);
        for (var i = 0; i < mostCollections && seen.Fault.IsNone; i++) seen = stage.Watch(() => stage.Actor.Tell(FaultParty.Collect));
        return Allowed(stage, seen);
    }

    private static FaultSighting Unplug()
    {
        using FaultStage stage = new(live: true, patient: true);
        return stage.Watch(stage.Actor.Kill) with { Answer = "a training with a person at a terminal, which is taken away" };
    }

    /// <summary>A supervisor would start the actor anew at once: the stop stays latched until an operator resets it, and then it moves on.</summary>
    private static FaultSighting Restart()
    {
        using FaultStage stage = new();
        var seen = stage.Watch(() =>
        {
            stage.Actor.Kill();
            stage.ReplaceActor();
        });
        stage.Actor.Await(() => stage.Actor.Count(FaultParty.Stopped) > 0);
        var stays = stage.Latest.Fault.Code == FaultCode.HeartbeatLost;
        stage.AwaitMoving();
        var moves = stage.Latest.Gate == GateState.Running;
        return Allowed(stage, seen) with { Answer = "latched until the operator's reset, then on", IsAnswered = stays && moves };
    }

    /// <summary>Asked to end for the third time it does not wait for the arm to stand.</summary>
    private static FaultSighting EndByForce()
    {
        using FaultStage stage = new(patient: true);
        var seen = stage.Watch(() => stage.InterruptControl(3));
        return seen with { Answer = "the last command removes power", IsAnswered = stage.Latest.Gate == GateState.PowerRemoved };
    }

    /// <summary>
    /// The control process lives on, and with it the operator's stop: no other actor clears it by setting the scene up anew, which is refused.
    /// </summary>
    private static FaultSighting Outstanding()
    {
        using FaultStage stage = new();
        var seen = stage.Watch(() => stage.Actor.Tell(FaultParty.Collide));
        stage.Actor.Tell(FaultParty.Press);
        stage.Actor.Await(() => stage.Latest.Causes.Contains(FaultCode.OperatorStop));
        stage.ReplaceActor();
        stage.Actor.Await(() => stage.Actor.Count(FaultParty.Stopped) > 0);
        stage.Actor.Tell(FaultParty.Renew);
        stage.Actor.Await(() => stage.Actor.Count(FaultParty.Stopped) > 1);
        var stays = stage.Actor.Count(FaultParty.Refused) == 1 && stage.Latest is { Gate: GateState.Held, NeedsOperator: true, AutomaticResets: 0 };
        stage.AwaitMoving();
        return seen with
        {
            Answer = "outlasts scene reset, rebase and a new actor; an operator clears it",
            IsAnswered = stays && stage.Latest.Gate == GateState.Running
        };
    }

    /// <summary>Without real-time rights the link is watched at the configured heartbeat's age, since an ordinary process pauses for longer.</summary>
    private static FaultSighting Allowed(FaultStage stage, FaultSighting seen) =>
        stage.HasRealTimeRights ? seen : seen with
        {
            AllowedMs = stage.LinkNs * 1e-6 + LinkMs,
            Answer = $"{seen.Answer} (no real-time rights: watched at {stage.LinkNs / 1_000_000} ms)".Trim(),
        };

    private static FaultSighting KillTheLearner()
    {
        using LearnerStage stage = new();
        return stage.Kill();
    }
}

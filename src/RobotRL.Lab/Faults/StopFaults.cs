using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Lab.Faults;

/// <summary>Stops that come together, stops that nobody may clear but an operator, and loops that end.</summary>
internal static class StopFaults
{
    private static readonly Wrench Collision = new(new(0, 0, -100), default);

    public static IReadOnlyList<FaultCase> All { get; } =
    [
        new("stop pressed after a collision, scene then set up anew", FaultCode.CollisionForce, 2, () => Outstanding(FaultCode.OperatorStop, CollideFirst)),
        new("collision after stop pressed, scene then set up anew", FaultCode.OperatorStop, 2, () => Outstanding(FaultCode.OperatorStop, StopFirst)),
        new("stop pressed in the tick of a scene reset", FaultCode.OperatorStop, 2, StopInTheTickOfAReset),
        new("collision where none clears itself, scene then set up anew", FaultCode.CollisionForce, 2,
            () => Outstanding(FaultCode.CollisionForce, Collide, autoClear: default(FaultSet))),
        new("stop for a cause that is none", FaultCode.UnknownCause, 2, () => FaultRig.See(rig => rig.Session.Stop(FaultCode.None))),
        new("stop for a cause of another version", FaultCode.UnknownCause, 2, () => FaultRig.See(rig => rig.Session.Stop((FaultCode)200))),
        new("two stops in one tick, the milder one last", FaultCode.ProtocolMismatch, 2, () => Together(FaultCode.ProtocolMismatch, FaultCode.OperatorStop)),
        new("two stops in one tick, the milder one first", FaultCode.ProtocolMismatch, 2, () => Together(FaultCode.OperatorStop, FaultCode.ProtocolMismatch)),
        new("cause that lasts, reset by an operator", FaultCode.StorageFailure, 2, Lasting),
        new("loop fails while it reads", FaultCode.LoopEnded, 2, () => LoopEnds(rig => rig.BreaksOff = true)),
        new("loop's pacer fails", FaultCode.LoopEnded, 2, () => LoopEnds(rig => rig.Pacer.Breaks = true)),
        new("loop cancelled in mid-motion", FaultCode.OperatorStop, 2, () => LoopEnds(rig => rig.Cycle.Run(new CancellationToken(canceled: true)))),
    ];

    private static FaultSighting CollideFirst(FaultRig rig)
    {
        var seen = Collide(rig);
        rig.Session.Stop();
        rig.Session.Advance(1);
        return seen;
    }

    private static FaultSighting StopFirst(FaultRig rig)
    {
        var seen = rig.Watch(() => rig.Session.Stop());
        rig.Faults.WrenchSpike = Collision;
        rig.Session.Advance(5);
        rig.Faults.WrenchSpike = default;
        return seen;
    }

    private static FaultSighting Collide(FaultRig rig)
    {
        var seen = rig.Watch(() => rig.Faults.WrenchSpike = Collision);
        rig.Faults.WrenchSpike = default;
        return seen;
    }

    /// <summary>A stop that only an operator may clear outlasts everything else that clears a stop, and the arm stays where it is.</summary>
    private static FaultSighting Outstanding(FaultCode cause, Func<FaultRig, FaultSighting> fault, FaultSet? autoClear = null)
    {
        using FaultRig rig = new(autoClear: autoClear);
        var seen = fault(rig);
        var session = rig.Session;
        session.SignOff();
        var held = session.Latest.EndEffector.PoseInBase.Position;
        var cleared = session.AutomaticReset() || session.Rebase();
        // A new commander, as after an actor's restart, finds the state that the last one left.
        ControlSession next = new(rig.Cycle, rig.Task);
        cleared |= next.AutomaticReset();
        next.Advance(2000);
        var moved = (next.Latest.EndEffector.PoseInBase.Position - held).Length;
        var stays = !cleared && next.NeedsOperator && next.Latest.Causes.Contains(cause) && moved < 0.002;
        return seen with
        {
            Answer = "outlasts scene reset, rebase and a new commander; an operator clears it",
            IsAnswered = stays && next.OperatorReset("operator") && !next.NeedsOperator
        };
    }

    private static FaultSighting StopInTheTickOfAReset()
    {
        using FaultRig rig = new();
        Collide(rig);
        rig.Session.SignOff();
        var seen = rig.Watch(() =>
        {
            rig.IsSilent = true;
            rig.Cycle.RequestAutomaticReset();
            rig.Session.Stop();
        });
        return seen with
        {
            Answer = "the collision is cleared, the stop is not",
            IsAnswered = rig.Session.Latest.Causes == FaultSet.Of(FaultCode.OperatorStop)
        };
    }

    private static FaultSighting Together(FaultCode first, FaultCode second)
    {
        using FaultRig rig = new();
        var seen = rig.Watch(() =>
        {
            rig.Session.Stop(first);
            rig.Session.Stop(second);
        });
        return seen with { Answer = "both are kept", IsAnswered = rig.Session.Latest.Causes == FaultSet.Of(first, second) };
    }

    private static FaultSighting Lasting()
    {
        using FaultRig rig = new();
        var seen = rig.Watch(() => rig.Cycle.HoldStop(FaultCode.StorageFailure));
        var stops = !rig.Session.OperatorReset("operator") && rig.Session.Latest.Fault.Code == FaultCode.StorageFailure;
        return seen with { Answer = "stops the robot again in the tick of the reset", IsAnswered = stops };
    }

    /// <summary>Nobody runs the loop any more: the command that it left is judged.</summary>
    private static FaultSighting LoopEnds(Action<FaultRig> fault)
    {
        using FaultRig rig = new();
        var before = rig.Session.Latest.Time;
        try
        {
            fault(rig);
            if (rig.Session.Latest.Gate == GateState.Running) rig.Step(1);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            // As the thread of a loop would end.
        }
        var last = rig.Session.Latest;
        return new(last.Fault, last.Fault.Time.Since(before) * 1e-6, last.Gate == GateState.PowerRemoved ? 0 : null, "the last command removes power",
            rig.LastCommand is { IsSealed: true, RemovePower: true });
    }
}

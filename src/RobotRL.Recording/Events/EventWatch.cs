using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Recording.Events;

/// <summary>What an event is about.</summary>
public enum EventKind : byte
{
    /// <summary>A limit cut a motion off.</summary>
    Limit,

    /// <summary>The reflex layer replaced a motion; in shadow mode: would have.</summary>
    Reflex,

    /// <summary>Somebody stopped the robot, or let go of it.</summary>
    Stop,

    /// <summary>The gate stopped the robot.</summary>
    Fault,
}

/// <summary>The moment of an event.</summary>
/// <param name="Tick">Of the record in which it is first seen.</param>
/// <param name="Reason">Code of the fault or reflex, names of the limits.</param>
/// <param name="Value">What was too large, in the limit's unit; NaN where there is none.</param>
/// <param name="Limit">For what; NaN where there is none.</param>
public readonly record struct EventMark(long Tick, Stamp Time, EventKind Kind, string Reason, double Value, double Limit);

/// <summary>
/// Finds events in the stream of records. Of the limits only those count that cut a motion off at a boundary: those that smooth it (acceleration,
/// jerk, torque rate), soften it in contact, or clip an error act in a third of all ordinary decisions, and stand in every record anyway. A limit
/// that acts again within the quiet time is the same event going on.
/// </summary>
internal sealed class EventWatch(int quietTicks)
{
    public const LimitFlags Boundaries =
        LimitFlags.Workspace | LimitFlags.KeepOut | LimitFlags.CartesianVelocity | LimitFlags.JointPosition | LimitFlags.JointVelocity;

    private Fault _fault;
    private FaultSet _causes;
    private ReflexRecord _reflex;
    private long _limitedAt = long.MinValue / 2;

    public bool Sees(in ControlRecord r, out EventMark mark)
    {
        var limits = r.Gate == GateState.Running ? r.Limits & Boundaries : LimitFlags.None;
        var limitBegins = limits != LimitFlags.None && r.Tick - _limitedAt > quietTicks;
        if (limits != LimitFlags.None) _limitedAt = r.Tick;

        var fault = r.Fault;
        var faultBegins = !fault.IsNone && (fault.Code, fault.Time) != (_fault.Code, _fault.Time);
        _fault = fault;
        // A stop that is asked for beside a worse one is an event too: nobody else tells of it.
        var beside = r.Causes.Except(_causes).Except(FaultSet.Of(fault.Code)).First;
        _causes = r.Causes;

        var reflex = ReflexReasonOf(r.Reflex, _reflex);
        _reflex = r.Reflex;

        mark = faultBegins ? new(r.Tick, r.Time, KindOf(fault.Code), fault.Code.ToString(), fault.Value, fault.Limit)
            : beside != FaultCode.None ? new(r.Tick, r.Time, KindOf(beside), beside.ToString(), double.NaN, double.NaN)
            : reflex is not null ? new(r.Tick, r.Time, EventKind.Reflex, reflex, r.Reflex.Estimate.Risk, r.Reflex.RiskThreshold)
            : limitBegins ? new(r.Tick, r.Time, EventKind.Limit, limits.ToString(), double.NaN, double.NaN)
            : default;
        return mark.Tick != 0;
    }

    /// <summary>Why a reflex began or went further, or how its critic was lost; null where neither happened.</summary>
    private static string? ReflexReasonOf(in ReflexRecord now, in ReflexRecord before) =>
        now.State != before.State && now.State != ReflexState.Following ? $"{now.State}: {now.Reason}"
        : now.Refused > before.Refused ? "WeightsRefused"
        : now.Critic != before.Critic && before.Critic == CriticStatus.Ready ? $"Critic{now.Critic}"
        : null;

    private static EventKind KindOf(FaultCode code) => code is FaultCode.OperatorStop or FaultCode.DeadmanReleased ? EventKind.Stop : EventKind.Fault;
}

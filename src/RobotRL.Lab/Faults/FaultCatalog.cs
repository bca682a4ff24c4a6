using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Lab.Faults;

/// <summary>Every fault that is answered for, in one list: the tests run it and the benchmark prints it.</summary>
public static class FaultCatalog
{
    private const double PeriodMs = 1, StateMs = 20;

    public static IReadOnlyList<FaultCase> All { get; } =
    [
        new("policy proposes NaN", FaultCode.NonFiniteCommand, 2, () => Propose(float.NaN)),
        new("policy proposes infinity", FaultCode.NonFiniteCommand, 2, () => Propose(float.PositiveInfinity)),
        new("critic answers NaN", FaultCode.None, 0, () => Answer(new(float.NaN, 0))),
        new("critic answers infinity", FaultCode.None, 0, () => Answer(new(0, float.PositiveInfinity))),
        new("critic answers NaN amid a reflex", FaultCode.CriticFailure, 2, () => AnswerAmidReflex(new(float.NaN, 0))),
        new("joint position reads NaN", FaultCode.NonFiniteState, 2, () => FaultRig.See(rig => rig.Faults.NonFiniteJoint = 3)),
        new("wrench reads infinity", FaultCode.NonFiniteState, 2,
            () => FaultRig.See(rig => rig.Faults.WrenchSpike = new(new(double.PositiveInfinity, 0, 0), default))),
        new("sensor's stamp frozen", FaultCode.StaleState, StateMs, () => FaultRig.See(rig => rig.Faults.FrozenStamp = true)),
        new("sensor's values frozen", FaultCode.FrozenState, StateMs + PeriodMs, () => FaultRig.See(rig => rig.Faults.FrozenValues = true)),
        new("sensor delayed by 50 ms", FaultCode.StaleState, StateMs, () => FaultRig.See(rig => rig.Faults.DelayNs = 50_000_000)),
        new("force spike of 100 N", FaultCode.CollisionForce, 2, () => FaultRig.See(rig => rig.Faults.WrenchSpike = new(new(0, 0, -100), default))),
        new("clock jumps back by 5 ms", FaultCode.ClockBackward, 2, () => FaultRig.See(rig => rig.Faults.ClockJumpNs = -5_000_000)),
        new("clock jumps forward by 30 ms", FaultCode.ClockForward, 2, () => FaultRig.See(rig => rig.Faults.ClockJumpNs = 30_000_000)),
        .. Enumerable.Range(1, 20).Select(lost => new FaultCase(
            $"{lost} state packet{(lost > 1 ? "s" : "")} lost", lost > 5 ? FaultCode.StaleState : FaultCode.None, StateMs,
            () => FaultRig.See(rig => rig.Faults.LostPackets = lost))),
        new("commander beats without targets", FaultCode.StaleTarget, 250 + 3 * PeriodMs, () => FaultRig.See(rig => { rig.Decide(); rig.IsIdle = true; })),
        new("operator's link lost", FaultCode.HeartbeatLost, 250 + 3 * PeriodMs, () => FaultRig.See(rig => { rig.Decide(); rig.IsSilent = true; })),
        new("recovery action also risky", FaultCode.RecoveryExhausted, 500 + 10 * PeriodMs, RecoveryAlsoRisky),
        .. ArmFaults.All,
        .. StopFaults.All,
        .. TimeFaults.All,
        .. SensorFaults.All,
        .. CameraCases.All,
        .. StayFaults.All,
        .. FileFaults.All,
        .. ExperienceFaults.All,
        .. ProcessFaults.All,
        .. ChannelFaults.All,
    ];

    private static FaultSighting Propose(float value) => FaultRig.See(rig =>
    {
        ArmAction action = default;
        action.Motion[1] = value;
        rig.Proposal = action;
        rig.Decide();
    });

    /// <summary>Nothing depends on a critic that finds nothing: it is dismissed, and the deterministic layer goes on alone.</summary>
    private static FaultSighting Answer(RiskEstimate answer)
    {
        var critic = new ScriptedCritic();
        using FaultRig rig = new(critic);
        var before = rig.Session.Latest.Reflex.Critic;
        var seen = rig.Watch(() => critic.Answer = answer);
        var reflex = rig.Session.Latest.Reflex;
        return seen with
        {
            Answer = $"critic {before} → {reflex.Critic}: deterministic layer alone",
            IsAnswered = (before, reflex.Critic, reflex.State) == (CriticStatus.Ready, CriticStatus.Rejected, ReflexState.Following),
        };
    }

    private static FaultSighting AnswerAmidReflex(RiskEstimate answer)
    {
        var critic = new ScriptedCritic();
        using FaultRig rig = new(critic);
        critic.Answer = ScriptedCritic.Risky;
        rig.Step(50);
        var state = rig.Session.Latest.Reflex.State;
        return rig.Watch(() => critic.Answer = answer) with { Answer = $"reflex was in {state}", IsAnswered = state != ReflexState.Following };
    }

    private static FaultSighting RecoveryAlsoRisky()
    {
        var critic = new ScriptedCritic();
        using FaultRig rig = new(critic);
        var seen = rig.Watch(() => critic.Answer = ScriptedCritic.Risky);
        var reflex = rig.Session.Latest.Reflex;
        return seen with
        {
            Answer = "held softly first, for 0.5 s",
            IsAnswered = (reflex.State, reflex.Reason) == (ReflexState.Exhausted, ReflexReason.HoldNotCalm),
        };
    }
}

using RobotRL.Audit;
using RobotRL.Control;
using RobotRL.Episodes;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Sessions.Auditing;

/// <summary>
/// Finds in the control loop's records what a reviewer asks for: stops and standstill, who cleared them, what the reflex did and on what, which
/// critic it asked,
/// attempts to change limits. The loop knows nothing of it.
/// </summary>
/// <param name="log">Gets the records.</param>
/// <param name="limits">What stops are held against.</param>
/// <param name="isShadow">Whether the reflex only decides and moves nothing.</param>
internal sealed class LoopAudit(AuditLog log, SafetyLimits limits, bool isShadow)
{
    private ControlRecord _at;
    private Fault _fault;
    private FaultSet _causes;
    private int _automaticResets;
    private int? _faultEpisode;
    private GateState _gate;
    private Stamp? _retreating, _guided;
    private ReflexRecord _reflex;
    private int _refused;
    private long _next;

    /// <summary>Whoever sets a simulated scene up anew, where that cleared a stop.</summary>
    public const string SceneReset = "scene-reset";

    /// <summary>Who acts, and where in the session: part of every record.</summary>
    public AuditActor Actor { get; set; } = log.Actor;
    public int? Episode { get; set; }

    /// <summary>Whose loop it is; null for a single arm without a name.</summary>
    public string? Arm { get; init; }

    /// <summary>The operator who clears stops.</summary>
    public Func<string?> ClearedBy { get; init; } = () => null;

    /// <summary>The operator who leads the arm back inside a limit, or by hand.</summary>
    public Func<string?> LedBy { get; init; } = () => null;

    /// <summary>First tick since it was last cleared in which a human's target was in force.</summary>
    public Stamp? HumanSince { get; set; }

    /// <summary>Takes up what the loop has recorded since.</summary>
    public void Poll(ControlRing ring)
    {
        for (var written = ring.Written; _next < written; _next++)
            if (ring.TryRead(_next, ref _at)) See(_at);
            else _next = Math.Max(_next, ring.Written - ring.Capacity);
    }

    /// <summary>One record; not every one has to come, but what happens between two is then seen only by its end.</summary>
    public void See(in ControlRecord r)
    {
        if (HumanSince is null && r.Target.Source == ActionSource.Human) HumanSince = r.Time;
        if (!r.Fault.IsNone && (r.Fault.Code, r.Fault.Time) != (_fault.Code, _fault.Time))
        {
            _faultEpisode = Episode; // the next one may have begun when it is cleared
            Stopped(r);
        }
        else if (r.Fault.IsNone && !_fault.IsNone) Cleared(r);
        for (var beside = r.Causes.Except(_causes).Except(FaultSet.Of(r.Fault.Code)); !beside.IsEmpty; beside = beside.Rest) AlsoStopped(r, beside.First);
        if (_gate == GateState.Stopping && r.Gate is GateState.Held or GateState.PowerRemoved && _gate != r.Gate)
            log.Write(
                AuditEvent.Standstill, r.Time, r.Gate.ToString(),
                new { Arm, Episode = _faultEpisode, Fault = r.Fault.Code.ToString(), AfterMs = r.Time.Since(r.Fault.Time) / 1e6 },
                actor: Actor);
        Led(r, AuditEvent.Retreat, r.Gate == GateState.Retreating, ref _retreating);
        Led(r, AuditEvent.Guiding, r.Gate == GateState.Running && r.Inputs.Heartbeat.State == CommandingState.Guiding, ref _guided);
        if (r.Reflex.State != _reflex.State) Reflexed(r);
        if ((r.Reflex.Critic, r.Reflex.CriticVersion, r.Reflex.Refused) != (_reflex.Critic, _reflex.CriticVersion, _reflex.Refused))
            log.Write(
                AuditEvent.Critic, r.Time, r.Reflex.Critic.ToString(),
                new { Arm, Version = r.Reflex.CriticVersion, r.Reflex.Refused, Before = _reflex.Critic.ToString() },
                actor: Actor);
        if (r.RefusedLimitChanges > _refused)
            log.Write(
                AuditEvent.LimitChangeRefused, r.Time, "limits do not change while running",
                new { Arm, Episode, Attempts = r.RefusedLimitChanges - _refused },
                actor: Actor);
        (_fault, _causes, _automaticResets) = (r.Fault, r.Causes, r.AutomaticResets);
        (_gate, _reflex, _refused) = (r.Gate, r.Reflex, r.RefusedLimitChanges);
    }

    private void Stopped(in ControlRecord r) => log.Write(AuditEvent.Stopped, r.Time, r.Fault.Code.ToString(), new
    {
        Arm,
        Episode,
        Category = (int)r.Fault.Category,
        FaultSessionNs = r.Fault.Time.Ns,
        r.Fault.Value,
        r.Fault.Index,
        ForceN = r.Measured.ExternalWrenchInEndEffector.Force.Length,
        PositionM = LimitsInForce.Numbers(r.EndEffector.PoseInBase.Position),
        Source = r.Target.Source.ToString(),
    }, new { r.Fault.Limit, limits.CollisionForceN }, Actor);

    /// <summary>A cause beside the one that decides how the robot stops: an operator's stop after a collision, for one.</summary>
    private void AlsoStopped(in ControlRecord r, FaultCode cause) => log.Write(AuditEvent.Stopped, r.Time, cause.ToString(), new
    {
        Arm,
        Episode,
        Category = (int)r.Fault.Category,
        Beside = r.Fault.Code.ToString(),
        Source = r.Target.Source.ToString(),
    }, actor: Actor);

    private void Cleared(in ControlRecord r) => log.Write(AuditEvent.Reset, r.Time, $"{_fault.Code} cleared", new
    {
        Arm,
        Episode = _faultEpisode,
        Fault = _fault.Code.ToString(),
        Causes = _causes.ToString(),
        ClearedBy = r.AutomaticResets > _automaticResets ? SceneReset : ClearedBy(),
        AfterMs = r.Time.Since(_fault.Time) / 1e6,
    }, actor: Actor);

    /// <summary>An arm that a person leads: who, from where and to where.</summary>
    private void Led(in ControlRecord r, AuditEvent what, bool isLed, ref Stamp? since)
    {
        if (isLed == since is not null) return;
        log.Write(what, r.Time, isLed ? "began" : "ended", new
        {
            Arm,
            Episode,
            LedBy = LedBy(),
            Fault = r.Fault.Code.ToString(),
            PositionM = LimitsInForce.Numbers(r.EndEffector.PoseInBase.Position),
            LastedMs = since is { } began ? r.Time.Since(began) / 1e6 : 0,
        }, actor: Actor);
        since = isLed ? r.Time : null;
    }

    private void Reflexed(in ControlRecord r) => log.Write(AuditEvent.Reflex, r.Time, r.Reflex.Reason.ToString(), new
    {
        Arm,
        Episode,
        From = _reflex.State.ToString(),
        To = r.Reflex.State.ToString(),
        Recovery = r.Reflex.Recovery.ToString(),
        r.Reflex.Estimate.Risk,
        Margin = r.Reflex.Estimate.Feasibility,
        CriticVersion = r.Reflex.CriticVersion,
        Shadow = isShadow,
        ForceN = r.Measured.ExternalWrenchInEndEffector.Force.Length,
        PositionM = LimitsInForce.Numbers(r.EndEffector.PoseInBase.Position),
        Source = r.Target.Source.ToString(),
    }, new { Risk = r.Reflex.RiskThreshold, Margin = r.Reflex.FeasibilityThreshold }, Actor);
}

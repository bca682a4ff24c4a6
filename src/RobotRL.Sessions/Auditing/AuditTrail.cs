using RobotRL.Audit;
using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Episodes;
using RobotRL.Model;
using RobotRL.Sessions.Runs;
using RobotRL.Teleop;

namespace RobotRL.Sessions.Auditing;

/// <summary>
/// What an acting session adds to the run's audit log: who drove, what limited and stopped. The actor's thread calls it once a decision.
/// </summary>
public sealed class AuditTrail : IDisposable
{
    private readonly SessionAudit _session;
    private readonly AuditLog _log;
    private readonly LoopAudit[] _loops;
    private readonly RobotDescription _robot;
    private readonly bool _hasImpedance, _hasWrench;
    private readonly ControlRing?[] _rings;
    private readonly CellControl _control;
    private (Stamp Began, InterventionReason Reason, int Steps)? _takeover;
    private AuditActor _actor;
    private EpisodeKind _kind;
    private int _step;

    /// <param name="session">Already open.</param>
    /// <param name="configuration">With the limits in force.</param>
    /// <param name="control">The commanding side.</param>
    /// <param name="rings">The loops' records, an arm each; null where one runs in another process, and its newest record is looked at once a decision.</param>
    public AuditTrail(SessionAudit session, RunConfiguration configuration, CellControl control, IReadOnlyList<ControlRing?> rings)
    {
        (_session, _log, _robot, _control, _rings, _actor) = (session, session.Log, configuration.Robot, control, [.. rings], session.Log.Actor);
        _hasImpedance = configuration.Task.Actions is not { StiffnessMinShare: null, DampingMinShare: null };
        _hasWrench = configuration.Task.Actions.WrenchAxes.Count > 0;
        var isShadow = configuration.Safety?.Mode == CriticMode.Shadow;
        _loops = [.. control.Arms.Select((arm, i) => new LoopAudit(_log, _robot.Limits, isShadow)
        {
            Arm = configuration.Task.Arms.Count == 0 ? null : configuration.Task.Arms[i].Name,
            ClearedBy = () => arm.LastResetBy,
            LedBy = () => arm.LedBy,
        })];
    }

    private int? Episode
    {
        get => _loops[0].Episode;
        set
        {
            foreach (var loop in _loops) loop.Episode = value;
        }
    }

    public PolicyAudit Policies => _session.Policies;

    public void BeginEpisode(int index, EpisodeKind kind)
    {
        Poll();
        (Episode, _kind, _step) = (index, kind, 0);
    }

    /// <summary>After each decision.</summary>
    /// <param name="asked">When the operator was asked.</param>
    /// <param name="command">What they wanted.</param>
    /// <param name="executed">What came of it.</param>
    /// <param name="policyVersion">Which weights proposed.</param>
    /// <exception cref="IOException">Nothing is recorded any more: stop.</exception>
    public void Decided(Stamp asked, in OperatorCommand command, in ExecutedAction executed, long policyVersion)
    {
        if (policyVersion != _actor.PolicyVersion)
        {
            _actor = _actor with { PolicyVersion = policyVersion };
            foreach (var loop in _loops) loop.Actor = _actor;
        }
        Poll();
        if (executed.Source == ActionSource.Human && command.IsEngaged) Human(asked, command);
        else EndTakeover("handed back");
        if (executed.Limits != LimitFlags.None) Limited(executed);
        foreach (var loop in _loops) loop.HumanSince = null;
        _step++;
        _log.ThrowIfFailed();
    }

    public void EpisodeEnded(in EpisodeSummary summary)
    {
        Poll();
        EndTakeover("the episode ended");
        _log.Write(AuditEvent.EpisodeEnded, _control.Latest.Time, summary.Outcome.ToString(), new
        {
            Episode,
            Kind = summary.Kind.ToString(),
            summary.Steps,
            summary.HumanSteps,
            summary.Interventions,
            summary.LimitedSteps,
            summary.Reflexes,
            summary.LateDecisions,
            Fault = summary.Fault.IsNone ? null : summary.Fault.Code.ToString(),
        }, actor: _actor);
        Episode = null;
        _log.ThrowIfFailed();
    }

    /// <summary>Runs the session and tells how it ended.</summary>
    public T Around<T>(Func<T> session) => _session.Around(session, () =>
    {
        Poll();
        EndTakeover("the session ended");
    }, () => _control.Latest.Time);

    /// <summary>Takes up what the loop has recorded since.</summary>
    public void Poll()
    {
        for (var i = 0; i < _loops.Length; i++)
            if (_rings[i] is { } ring) _loops[i].Poll(ring);
            else _loops[i].See(_control.Arms[i].Latest);
    }

    public void Dispose() => _session.Dispose();

    private void Human(Stamp asked, in OperatorCommand command)
    {
        if (_takeover is { } going)
        {
            _takeover = going with { Steps = going.Steps + 1 };
            return;
        }
        _takeover = (asked, command.Reason, 1);
        var took = _loops[0].HumanSince is { } since && since >= asked ? since : _control.Latest.Target.IssueTime;
        _log.Write(AuditEvent.TakeoverBegan, asked, command.Reason.ToString(), new { Episode, Step = _step, Kind = _kind.ToString(),
            LatencyMs = took.Since(command.RequestedAt ?? asked) / 1e6 }, actor: _actor);
    }

    private void EndTakeover(string reason)
    {
        if (_takeover is not { } takeover) return;
        _takeover = null;
        var now = _control.Latest.Time;
        _log.Write(AuditEvent.TakeoverEnded, now, reason, new { Episode, Step = _step, takeover.Steps, Why = takeover.Reason.ToString(),
            DurationS = now.Since(takeover.Began) * 1e-9 }, actor: _actor);
    }

    private void Limited(in ExecutedAction executed)
    {
        ref readonly var now = ref _control.Latest;
        var altered = executed.Executed != executed.Proposed;
        _log.Write(AuditEvent.Limited, now.Time, executed.Limits.ToString(), new
        {
            Episode,
            Step = _step,
            Source = executed.Source.ToString(),
            Altered = altered,
            Proposed = altered ? Numbers(executed.Proposed) : null,
            Executed = altered ? Numbers(executed.Executed) : null,
            ForceN = Math.Round(now.Measured.ExternalWrenchInEndEffector.Force.Length, 3),
            PositionM = LimitsInForce.Numbers(now.EndEffector.PoseInBase.Position),
        }, LimitsInForce.Named(executed.Limits, _robot.Limits), _actor);
    }

    /// <summary>Of each arm six axes; stiffness and damping after them where the policy chooses them, and a wrench of six where it exerts one.</summary>
    private float[] Numbers(PolicyAction action) => [.. Enumerable.Range(0, _loops.Length).SelectMany(arm => Numbers(action[arm]))];

    private float[] Numbers(in ArmAction action) =>
    [
        .. (ReadOnlySpan<float>)action.Motion, .. _hasImpedance ? [action.Stiffness, action.Damping] : Array.Empty<float>(),
        .. _hasWrench ? (ReadOnlySpan<float>)action.Wrench : [],
    ];
}

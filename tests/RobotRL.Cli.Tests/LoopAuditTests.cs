using RobotRL.Audit;
using RobotRL.Cli.Commands;
using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Episodes;
using RobotRL.Model;
using RobotRL.Safety;
using RobotRL.Sessions.Auditing;

namespace RobotRL.Cli.Tests;

/// <summary>What of the loop's records becomes evidence.</summary>
public sealed class LoopAuditTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SafetyLimits _limits = RunConfiguration.Load(Path.Combine(RobotrlProcess.Root, Training.Reach)).Robot.Limits;

    public void Dispose() => _folder.Dispose();

    // tick      1        2        3          4        5
    // gate   running  stopping stopping    held    running
    // fault     –     collision   ·         ·         –
    [Fact]
    public void Stop_standstill_and_who_cleared_it_are_told_once()
    {
        Fault collision = new(FaultCode.CollisionForce, StopCategory.Category2, new(2_000_000), 61.5, 50);
        var entries = Seen(
            Tick(1, GateState.Running, default), Tick(2, GateState.Stopping, collision), Tick(3, GateState.Stopping, collision),
            Tick(4, GateState.Held, collision), Tick(5, GateState.Running, default));
        Assert.Equal(["safety.stopped", "safety.standstill", "safety.reset"], entries.Select(e => e.Event));
        Assert.Equal(("CollisionForce", 61.5, 2_000_000L, 7.0),
            (entries[0].Reason, entries[0].Number("value"), entries[0].SessionNs, entries[0].Number("episode")));
        Assert.Equal(50, entries[0].Thresholds.GetProperty("limit").GetDouble());
        Assert.Equal(2, entries[1].Number("after_ms"));
        Assert.Equal(("anna", 3.0), (entries[2].Text("cleared_by"), entries[2].Number("after_ms")));
    }

    // tick      1        2              3          4       5
    // causes    –     collision   + operator's     ·       –     cleared by the scene reset where the record says so
    [Theory, InlineData(0, "anna"), InlineData(1, "scene-reset")]
    public void Every_cause_of_a_stop_is_told_and_who_cleared_them(int automatic, string clearedBy)
    {
        Fault collision = new(FaultCode.CollisionForce, StopCategory.Category2, new(2_000_000), 61.5, 50);
        ControlRecord At(long tick, GateState gate, Fault fault, params FaultCode[] causes) => Tick(tick, gate, fault) with { Causes = FaultSet.Of(causes) };
        var entries = Seen(
            Tick(1, GateState.Running, default), At(2, GateState.Stopping, collision, FaultCode.CollisionForce),
            At(3, GateState.Stopping, collision, FaultCode.CollisionForce, FaultCode.OperatorStop),
                At(4, GateState.Held, collision, FaultCode.CollisionForce, FaultCode.OperatorStop),
            Tick(5, GateState.Running, default) with { AutomaticResets = automatic });
        Assert.Equal(["safety.stopped", "safety.stopped", "safety.standstill", "safety.reset"], entries.Select(e => e.Event));
        Assert.Equal(("CollisionForce", "OperatorStop", "CollisionForce"), (entries[0].Reason, entries[1].Reason, entries[1].Text("beside")));
        Assert.Equal(("CollisionForce, OperatorStop", clearedBy), (entries[3].Text("causes"), entries[3].Text("cleared_by")));
    }

    // tick      1         2           3          4       5         6
    // gate   running   held    retreating   held   running   running, guided
    [Fact]
    public void An_arm_that_a_person_leads_back_or_by_hand_is_told_with_who_and_how_long()
    {
        Fault outside = new(FaultCode.WorkspaceExceeded, StopCategory.Category2, new(2_000_000), 0.01, 0);
        ControlRecord guided = Tick(6, GateState.Running, default);
        guided.Inputs.Heartbeat = new(new(6_000_000), CommandingState.Guiding);
        var entries = Seen(
            Tick(1, GateState.Running, default), Tick(2, GateState.Held, outside), Tick(3, GateState.Retreating, outside), Tick(4, GateState.Held, outside),
            Tick(5, GateState.Running, default), guided, Tick(7, GateState.Running, default));
        var led = entries.Where(e => e.Event is "safety.retreat" or "safety.guiding").ToArray();
        Assert.Equal(["safety.retreat began", "safety.retreat ended", "safety.guiding began", "safety.guiding ended"],
            led.Select(e => $"{e.Event} {e.Reason}"));
        Assert.Equal(("berta", "WorkspaceExceeded", 1.0), (led[1].Text("led_by"), led[1].Text("fault"), led[1].Number("lasted_ms")));
    }

    [Fact]
    public void Reflex_is_told_with_risk_and_threshold_and_so_is_the_critic_it_asked()
    {
        ReflexRecord ready = new() { Critic = CriticStatus.Ready, CriticVersion = 3, RiskThreshold = 0.2 };
        var entries = Seen(
            Tick(1, GateState.Running, default, ready),
            Tick(2, GateState.Running, default,
                ready with { State = ReflexState.Recovering, Reason = ReflexReason.RiskAboveThreshold, Estimate = new(0.4f, -0.1f) }),
            Tick(3, GateState.Running, default, ready with { Reason = ReflexReason.TargetAccepted }),
            Tick(4, GateState.Running, default, ready with { Critic = CriticStatus.Stale }));
        Assert.Equal(["safety.critic", "safety.reflex", "safety.reflex", "safety.critic"], entries.Select(e => e.Event));
        Assert.Equal(("Following", "Recovering", "RiskAboveThreshold"), (entries[1].Text("from"), entries[1].Text("to"), entries[1].Reason));
        Assert.Equal((0.4, 0.2), (Math.Round(entries[1].Number("risk"), 6), entries[1].Thresholds.GetProperty("risk").GetDouble()));
        Assert.Equal(("Ready", "Stale"), (entries[3].Text("before"), entries[3].Reason));
    }

    [Fact]
    public void Refused_attempt_to_change_limits_is_told()
    {
        var refused = Tick(2, GateState.Running, default);
        refused.RefusedLimitChanges = 2;
        Assert.Equal(2, Assert.Single(Seen(Tick(1, GateState.Running, default), refused)).Number("attempts"));
    }

    private AuditEntry[] Seen(params ControlRecord[] records)
    {
        using (var log = AuditLog.Open(_folder["audit"], AuditActor.Here("anna", "operator", "test"), _folder["key.pem"],
            new Anchor(_folder["anchor"], null), "test"))
        {
            LoopAudit loop = new(log, _limits, isShadow: false) { Episode = 7, ClearedBy = () => "anna", LedBy = () => "berta" };
            foreach (var record in records) loop.See(record);
        }
        return [.. AuditReader.Read(_folder["audit"]).Where(e => !e.Event.StartsWith("log.", StringComparison.Ordinal))];
    }

    private static ControlRecord Tick(long tick, GateState gate, Fault fault, ReflexRecord reflex = default) =>
        new() { Tick = tick, Time = new(tick * 1_000_000), Gate = gate, Fault = fault, Reflex = reflex };
}

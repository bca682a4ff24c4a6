using RobotRL.Control.Contract;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control.Tests;

/// <summary>
/// The reflex around a loopback arm, in virtual time. A decision takes 100 ticks.
/// <code>
/// decision   0 … 4 forward by 0.4     5 forward by 0.9 (risky)        6 …
/// reflex     Following                3 ticks later: Recovering       Following again with an acceptable target
/// </code>
/// </summary>
public class ReflexTests
{
    private static readonly ArmAction Slow = TestArm.Action(x: 0.4f), Fast = TestArm.Action(x: 0.9f), Stay = TestArm.Action();

    [Fact]
    public void Reflex_begins_after_the_trigger_time_and_not_before()
    {
        using var rig = Approached(StagedCritic.AgainstForward());
        rig.Session.BeginDecision(Fast, Fast, ActionSource.Policy);
        rig.Session.Advance(2);
        Assert.Equal((ReflexState.Following, LimitFlags.None), (rig.Latest.Reflex.State, rig.Latest.Limits & LimitFlags.Critic));
        Assert.Equal(1, rig.Latest.Reflex.Estimate.Risk);
        rig.Session.Advance(1);
        Assert.Equal((ReflexState.Recovering, ReflexReason.RiskAboveThreshold, RecoveryMotion.Analytic, 1),
            (rig.Latest.Reflex.State, rig.Latest.Reflex.Reason, rig.Latest.Reflex.Recovery, rig.Latest.Reflex.Reflexes));
        Assert.Equal(LimitFlags.Critic, rig.Latest.Limits & LimitFlags.Critic);
        Assert.Equal((CriticStatus.Ready, 7L, 0.5, 0.0),
            (rig.Latest.Reflex.Critic, rig.Latest.Reflex.CriticVersion, rig.Latest.Reflex.RiskThreshold, rig.Latest.Reflex.FeasibilityThreshold));
    }

    [Fact]
    public void Recovery_goes_back_over_the_path_softly_and_the_executed_action_says_so()
    {
        using var rig = Approached(StagedCritic.AgainstForward());
        var at = rig.Latest.EndEffector.PoseInBase;
        var stiff = rig.Latest.Stiffness.TranslationNM;
        ArmDecision executed = default;
        Pose from = default;
        for (var i = 0; i < 4; i++)
        {
            from = Leash.Of(TestArm.Description.Impedance).Hold(rig.Latest.Reference.PoseInBase, rig.Latest.EndEffector.PoseInBase);
            executed = rig.Decide(Fast);
            Assert.Equal(Fast, executed.Proposed);
            Assert.Equal(LimitFlags.Critic, executed.Limits & LimitFlags.Critic);
        }
        Assert.InRange(rig.Latest.EndEffector.PoseInBase.Position.X, 0, at.Position.X - 0.002);
        Assert.InRange(rig.Latest.Stiffness.TranslationNM, 0, 0.5 * stiff);
        Assert.InRange(executed.Executed.Motion[0], -1, -0.05f);

        // What is stored leads, by the plan's own rule, to where the reference is: the target less twice what the reference falls short of its plan.
        var now = rig.Latest;
        var there = now.Target.PoseInBase.Position + 2 * (now.Reference.PoseInBase.Position - now.PlannedInBase.Position);
        var mapping = new ActionMapping(TestArm.Task.Actions);
        mapping.BeginEpisode(rig.Session.Home);
        Assert.Equal(mapping.ActionOf(new(there, from.Orientation), from)[0], executed.Executed.Motion[0], 1e-5f);
    }

    [Fact]
    public void A_new_and_acceptable_target_ends_the_reflex_and_an_old_one_does_not()
    {
        var risky = true;
        using var rig = Approached(new StagedCritic(f => risky && f[SafetyFeatures.ActionStart] > 0.5f ? StagedCritic.Risky : StagedCritic.Calm));
        rig.Decide(Fast);
        Assert.Equal(ReflexState.Recovering, rig.Latest.Reflex.State);
        risky = false;
        rig.Session.Advance(50);
        Assert.Equal(ReflexState.Recovering, rig.Latest.Reflex.State);
        var executed = rig.Decide(Fast);
        Assert.Equal((ReflexState.Following, ReflexReason.TargetAccepted), (rig.Latest.Reflex.State, rig.Latest.Reflex.Reason));
        Assert.Equal(LimitFlags.None, executed.Limits & LimitFlags.Critic);
        Assert.Equal(Fast, executed.Executed);
    }

    [Theory]
    [InlineData(0.41f, -0.3f, false)]
    [InlineData(0.39f, -0.19f, false)]
    [InlineData(0.39f, -0.21f, true)]
    public void Target_is_followed_again_only_below_the_hysteresis_of_both_heads(float risk, float margin, bool accepted)
    {
        var said = StagedCritic.Risky;
        using var rig = Approached(new StagedCritic(f => f[SafetyFeatures.ActionStart] > 0.5f ? said : StagedCritic.Calm));
        rig.Decide(Fast);
        said = new(risk, margin);
        rig.Decide(Fast);
        Assert.Equal(accepted ? ReflexState.Following : ReflexState.Recovering, rig.Latest.Reflex.State);
    }

    [Fact]
    public void Recovery_that_becomes_risky_ends_in_a_hold_at_the_measured_pose()
    {
        var backIsRisky = false;
        using var rig = Approached(new StagedCritic(f => f[SafetyFeatures.ActionStart] > 0.5f || (backIsRisky && f[SafetyFeatures.ActionStart] < -0.05f)
            ? StagedCritic.Risky
            : StagedCritic.Calm));
        rig.Decide(Fast);
        backIsRisky = true;
        rig.Decide(Fast);
        Assert.Equal((ReflexState.Hold, ReflexReason.RiskDuringRecovery), (rig.Latest.Reflex.State, rig.Latest.Reflex.Reason));
        // Calm, it holds for as long as nothing better is proposed.
        for (var i = 0; i < 30; i++) rig.Decide(Fast);
        Assert.Equal((ReflexState.Hold, GateState.Running), (rig.Latest.Reflex.State, rig.Latest.Gate));
        Assert.InRange((rig.Latest.Reference.PoseInBase.Position - rig.Latest.EndEffector.PoseInBase.Position).Length, 0, 0.002);
        Assert.InRange(rig.Latest.Stiffness.TranslationNM, 50, 51);
        rig.Decide(Stay);
        Assert.Equal(ReflexState.Following, rig.Latest.Reflex.State);
    }

    [Fact]
    public void Recovery_that_runs_to_its_end_holds()
    {
        using var rig = Approached(StagedCritic.AgainstForward());
        var furthest = double.PositiveInfinity;
        for (var i = 0; i < 12; i++)
        {
            rig.Decide(Fast);
            furthest = Math.Min(furthest, AheadOfHome());
        }
        Assert.Equal((ReflexState.Hold, ReflexReason.RecoveryComplete), (rig.Latest.Reflex.State, rig.Latest.Reflex.Reason));
        Assert.InRange(rig.Latest.Reference.PoseInBase.Position.X - rig.Session.Home.Position.X, 0, 0.0025);
        // It comes back at 44 mm/s, and a spring of 50 N/m lets that much arm coast 4.7 mm past the start before it has it where it is held.
        Assert.InRange(furthest, -0.005, 0);
        for (var i = 0; i < 20; i++) rig.Decide(Fast);
        Assert.Equal(ReflexState.Hold, rig.Latest.Reflex.State);
        Assert.InRange(AheadOfHome(), 0, 0.003);

        double AheadOfHome() => rig.Latest.EndEffector.PoseInBase.Position.X - rig.Session.Home.Position.X;
    }

    [Fact]
    public void Nothing_acceptable_holds_then_stops_and_only_an_operator_clears_it()
    {
        using var rig = Approached(StagedCritic.AgainstForward());
        rig.Critics.Publish(new StagedCritic(_ => StagedCritic.Risky));
        rig.Session.BeginDecision(Fast, Fast, ActionSource.Policy);
        rig.Session.Advance(3);
        var since = rig.Latest.Time;
        Assert.Equal((ReflexState.Hold, ReflexReason.RecoveryAlsoRisky), (rig.Latest.Reflex.State, rig.Latest.Reflex.Reason));
        rig.Session.Advance(97);
        while (rig.Latest.Gate == GateState.Running && rig.Latest.Time.Since(since) < 2_000_000_000) rig.Decide(Fast);
        var fault = rig.Latest.Fault;
        Assert.Equal((FaultCode.RecoveryExhausted, StopCategory.Category2, 1.0, 0.5), (fault.Code, fault.Category, fault.Value, fault.Limit));
        Assert.Equal(500_000_000, fault.Time.Since(since));
        rig.Critics.Publish(new StagedCritic(_ => StagedCritic.Calm));
        rig.Session.Advance(1500);
        rig.Decide(Stay);
        Assert.Equal(GateState.Held, rig.Latest.Gate);
        Assert.True(rig.Session.OperatorReset("operator"));
        Assert.Equal((ReflexState.Following, ReflexReason.Reset), (rig.Latest.Reflex.State, rig.Latest.Reflex.Reason));
        Assert.Equal(Slow, rig.Decide(Slow).Executed);
    }

    [Fact]
    public void Learned_recovery_is_tried_first_and_moves_as_it_says()
    {
        float[] up = [0, 0, -1, 0.7f, 0, 0];
        using var rig = Approached(StagedCritic.AgainstForward(up), TestArm.Safety with { Recovery = new(RecoveryKind.Learned, 1, 1, 0.3) });
        var at = rig.Latest.EndEffector.PoseInBase;
        for (var i = 0; i < 3; i++) rig.Decide(Fast);
        Assert.Equal((ReflexState.Recovering, RecoveryMotion.Learned), (rig.Latest.Reflex.State, rig.Latest.Reflex.Recovery));
        var way = at.Inverse * rig.Latest.EndEffector.PoseInBase;
        Assert.InRange(way.Position.Z, -0.03, -0.005);
        // Roll is not an axis of this task.
        Assert.InRange(way.Orientation.ToVector().X, -0.01, 0.01);
    }

    [Fact]
    public void Risky_learned_recovery_gives_way_to_the_way_back()
    {
        float[] forward = [1, 0, 0, 0, 0, 0];
        using var rig = Approached(StagedCritic.AgainstForward(forward), TestArm.Safety with { Recovery = new(RecoveryKind.Learned, 1, 1, 0.3) });
        rig.Decide(Fast);
        Assert.Equal((ReflexState.Recovering, RecoveryMotion.Analytic), (rig.Latest.Reflex.State, rig.Latest.Reflex.Recovery));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Critic_that_answers_nonsense_is_dismissed_and_the_motion_is_as_without_it(float said)
    {
        using var rig = Approached(new StagedCritic(_ => new(said, 0)));
        using var plain = Approached(null);
        for (var i = 0; i < 5; i++) Assert.Equal(plain.Decide(Fast).Executed, rig.Decide(Fast).Executed);
        Assert.Equal((CriticStatus.Rejected, ReflexState.Following, FaultCode.None, 1),
            (rig.Latest.Reflex.Critic, rig.Latest.Reflex.State, rig.Latest.Fault.Code, rig.Latest.Reflex.Refused));
        Assert.Equal(plain.Latest.EndEffector, rig.Latest.EndEffector);
        rig.Critics.Publish(StagedCritic.AgainstForward());
        rig.Decide(Fast);
        Assert.Equal((CriticStatus.Ready, ReflexState.Recovering), (rig.Latest.Reflex.Critic, rig.Latest.Reflex.State));
    }

    [Fact]
    public void Critic_that_fails_while_its_reflex_acts_stops_the_robot()
    {
        var sane = true;
        using var rig = Approached(
            new StagedCritic(f => !sane ? new(float.NaN, 0) : f[SafetyFeatures.ActionStart] > 0.5f ? StagedCritic.Risky : StagedCritic.Calm));
        rig.Decide(Fast);
        sane = false;
        rig.Decide(Fast);
        Assert.Equal((FaultCode.CriticFailure, StopCategory.Category2, CriticStatus.Rejected),
            (rig.Latest.Fault.Code, rig.Latest.Fault.Category, rig.Latest.Reflex.Critic));
    }

    [Fact]
    public void Stale_weights_are_no_longer_asked_until_fresh_ones_come()
    {
        var critic = StagedCritic.AgainstForward();
        using var rig = Approached(critic, TestArm.Safety with { MaxAgeS = 1 });
        Assert.Equal(CriticStatus.Ready, rig.Latest.Reflex.Critic);
        for (var i = 0; i < 6; i++) rig.Decide(Slow);
        var asked = critic.Asked;
        var executed = rig.Decide(Fast);
        Assert.Equal((CriticStatus.Stale, asked, LimitFlags.None), (rig.Latest.Reflex.Critic, critic.Asked, executed.Limits & LimitFlags.Critic));
        rig.Critics.Publish(StagedCritic.AgainstForward(), ageNs: 1_000_000_000);
        rig.Decide(Fast);
        Assert.Equal(CriticStatus.Stale, rig.Latest.Reflex.Critic);
        rig.Critics.Publish(StagedCritic.AgainstForward());
        rig.Decide(Fast);
        Assert.Equal((CriticStatus.Ready, ReflexState.Recovering), (rig.Latest.Reflex.Critic, rig.Latest.Reflex.State));
    }

    [Fact]
    public void Weights_that_grow_stale_in_a_reflex_leave_a_hold_until_a_new_target()
    {
        using var rig = Approached(StagedCritic.AgainstForward(), TestArm.Safety with { MaxAgeS = 0.55 });
        rig.Session.BeginDecision(Fast, Fast, ActionSource.Policy);
        rig.Session.Advance(80);
        Assert.Equal((ReflexState.Hold, ReflexReason.CriticLost, CriticStatus.Stale),
            (rig.Latest.Reflex.State, rig.Latest.Reflex.Reason, rig.Latest.Reflex.Critic));
        rig.Session.Advance(20);
        rig.Decide(Fast);
        Assert.Equal((ReflexState.Following, ReflexReason.CriticLost), (rig.Latest.Reflex.State, rig.Latest.Reflex.Reason));
    }

    [Fact]
    public void Without_weights_the_deterministic_layer_stands_alone_and_says_so()
    {
        using var rig = Approached(null, TestArm.Safety);
        Assert.Equal(Fast, rig.Decide(Fast).Executed);
        Assert.Equal((CriticStatus.Absent, 0L), (rig.Latest.Reflex.Critic, rig.Latest.Reflex.CriticVersion));
        rig.Critics.Refuse();
        rig.Decide(Fast);
        Assert.Equal((CriticStatus.Rejected, 1), (rig.Latest.Reflex.Critic, rig.Latest.Reflex.Refused));
    }

    [Fact]
    public void Reset_motion_is_not_judged_and_ends_a_reflex()
    {
        using var rig = Approached(StagedCritic.AgainstForward());
        rig.Decide(Fast);
        Assert.Equal(ReflexState.Recovering, rig.Latest.Reflex.State);
        var goal = new Pose(rig.Session.Home.Position + new Vector3D(0.05, 0, 0), rig.Session.Home.Orientation);
        Assert.True(rig.Session.MoveTo(goal));
        Assert.Equal((ReflexState.Following, ReflexReason.Reset, 1), (rig.Latest.Reflex.State, rig.Latest.Reflex.Reason, rig.Latest.Reflex.Reflexes));
    }

    /// <summary>
    /// The published chart re-checks a risky recovery without end. Here every target costs a bounded number of decisions, whatever the critic says.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Flipping_critic_causes_no_livelock(int period)
    {
        long asked = 0;
        var critic = new StagedCritic(_ => asked++ / period % 2 == 0 ? StagedCritic.Risky : StagedCritic.Calm);
        using var rig = new Rig(safety: TestArm.Safety with { TriggerNs = 0 }, critic: critic);
        var decisions = 0;
        for (; decisions < 60 && !rig.Session.IsStopped; decisions++) rig.Decide(Slow);
        Assert.InRange(rig.Latest.Reflex.Transitions, 1, 4 * decisions);
        Assert.InRange(asked, 1, 100 * decisions + 3 * rig.Latest.Reflex.Reflexes + decisions);
    }

    [Fact]
    public void Ten_thousand_cycles_with_reflexes_allocate_nothing()
    {
        float[] back = [-1, 0, 0, 0, 0, 0];
        using var rig = Approached(StagedCritic.AgainstForward(back), TestArm.Safety with { Recovery = new(RecoveryKind.Learned, 1, 0.2, 0.3) });
        Assert.Equal(0, Allocation.Least(() =>
        {
            for (var i = 0; i < 32; i++) rig.Decide(i % 4 == 0 ? Slow : Fast);
        }));
        Assert.InRange(rig.Latest.Reflex.Reflexes, 20, 200);
    }

    /// <summary>Five slow decisions forward: 20 mm of path.</summary>
    private static Rig Approached(ICritic? critic, SafetyLayerParameters? safety = null)
    {
        var rig = new Rig(safety: safety, critic: critic);
        for (var i = 0; i < 5; i++) rig.Decide(Slow);
        return rig;
    }
}

using RobotRL.Control.Contract;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control.Tests;

/// <summary>Stiffness and damping as part of the action: what is asked for, what the gate lets through, and what is said to have been executed.</summary>
public class ImpedanceActionTests
{
    // 1000 N/m down to 250; the gate changes 500 N/m in a decision. 1.2 down to 0.84.
    private static readonly TaskDescription Task =
        TestArm.Task with { Actions = TestArm.Task.Actions with { StiffnessMinShare = 0.25, DampingMinShare = 0.7 } };
    private static readonly RobotDescription Arm = TestArm.Description with { Impedance = TestArm.Description.Impedance with { DampingRatio = 1.2 } };

    [Fact]
    public void Stiffness_that_the_gate_reaches_within_the_decision_is_executed_to_the_bit()
    {
        using var rig = new Rig(Arm, Task);
        var random = new Random(3);
        for (var i = 0; i < 60; i++)
        {
            // From 500 N/m and 1.08 up: never further than the gate goes in a decision.
            var proposed = Action((float)random.NextDouble(), 0.4f + 0.6f * (float)random.NextDouble(), x: (float)random.NextDouble() * 0.4f);
            var executed = rig.Decide(proposed);
            Assert.Equal(LimitFlags.None, executed.Limits & (ActionRange.AltersReference | LimitFlags.Stiffness));
            Assert.Equal(proposed, executed.Executed);
            Assert.Equal(1000 * Math.Pow(0.25, 0.5 * (1 - (double)proposed.Stiffness)), rig.Latest.Stiffness.TranslationNM, 6);
            Assert.Equal(50 * Math.Pow(0.25, 0.5 * (1 - (double)proposed.Stiffness)), rig.Latest.Stiffness.RotationNmRad, 6);
            Assert.Equal(1.2 * Math.Pow(0.7, 0.5 * (1 - (double)proposed.Damping)), rig.Latest.Stiffness.DampingRatio, 6);
        }
    }

    [Fact]
    public void Stiffness_on_its_way_at_the_bounded_rate_is_executed_as_far_as_it_came()
    {
        using var rig = new Rig(Arm, Task);
        var first = rig.Decide(Action(-1, 1));
        Assert.Equal(500, rig.Latest.Stiffness.TranslationNM, 6);
        Assert.True(first.Limits.HasFlag(LimitFlags.Stiffness));
        // Rotational stiffness changes in proportion to its own range, 50 to 12.5 of 5 to 150, and came further: the geometric mean of both.
        var share = Math.Sqrt(0.5 * rig.Latest.Stiffness.RotationNmRad / 50);
        Assert.Equal(1 - 2 * Math.Log(share) / Math.Log(0.25), first.Executed.Stiffness, 5);
        Assert.Equal((-1f, 1f), (first.Proposed.Stiffness, first.Executed.Damping));

        var second = rig.Decide(Action(-1, 1));
        Assert.Equal((-1f, LimitFlags.None), (second.Executed.Stiffness, second.Limits & LimitFlags.Stiffness));
        Assert.Equal(250, rig.Latest.Stiffness.TranslationNM, 6);
    }

    [Fact]
    public void Stiffness_that_the_tank_withholds_is_not_executed()
    {
        using var rig = new Rig(Arm with { Limits = Arm.Limits with { Stiffness = Arm.Limits.Stiffness with { TankOutflowW = 0.001 } } }, Task);
        for (var i = 0; i < 3; i++) rig.Decide(Action(-1, 1));
        // Ahead of the arm and pulling at it, the reference makes every bit of stiffness cost.
        var risen = rig.Decide(Action(1, 1, x: 1));
        Assert.True(risen.Limits.HasFlag(LimitFlags.EnergyTank) && risen.Limits.HasFlag(LimitFlags.Stiffness), $"{risen.Limits}");
        Assert.True(risen.Executed.Stiffness < 1, $"{risen.Executed.Stiffness}");
        Assert.Equal(Math.Sqrt(rig.Latest.Stiffness.TranslationNM / 1000 * rig.Latest.Stiffness.RotationNmRad / 50),
            Task.Actions.StiffnessShare(risen.Executed), 5);
    }

    [Fact]
    public void Contact_softens_whatever_the_policy_asks_for()
    {
        using var rig = new Rig(Arm, Task);
        rig.Robot.Faults.WrenchSpike = new(new(0, 35, 0), default);
        ArmDecision executed = default;
        for (var i = 0; i < 4; i++) executed = rig.Decide(Action(1, 1));
        Assert.InRange(rig.Latest.Stiffness.TranslationNM, 50, 600);
        Assert.InRange(executed.Executed.Stiffness, -1, 0.6f);
        Assert.True(executed.Limits.HasFlag(LimitFlags.Stiffness));
    }

    [Fact]
    public void Components_out_of_range_are_executed_as_clamped()
    {
        using var rig = new Rig(Arm, Task);
        var executed = rig.Decide(Action(7, 1e9f));
        Assert.Equal((1f, 1f, LimitFlags.ActionRange), (executed.Executed.Stiffness, executed.Executed.Damping, executed.Limits & LimitFlags.ActionRange));
        Assert.Equal(CartesianStiffness.Of(Arm.Impedance), rig.Latest.Stiffness);
    }

    [Fact]
    public void Non_finite_stiffness_stops_the_robot()
    {
        using var rig = new Rig(Arm, Task);
        rig.Decide(Action(float.NaN, 1));
        Assert.Equal(FaultCode.NonFiniteCommand, rig.Latest.Fault.Code);
    }

    [Fact]
    public void Motion_without_a_decision_goes_back_to_the_configured_stiffness()
    {
        using var rig = new Rig(Arm, Task);
        for (var i = 0; i < 3; i++) rig.Decide(Action(-1, -1));
        Assert.True(rig.Session.MoveTo(rig.Session.Home with { Position = rig.Session.Home.Position + new Vector3D(0.02, 0, 0) }));
        Assert.Equal(1000, rig.Latest.Stiffness.TranslationNM, 6);
        Assert.Equal(1.2, rig.Latest.Stiffness.DampingRatio, 9);
    }

    /// <summary>Random, flipping, out of range and non-finite: no limit of the envelope moves, and what is executed stays a valid action.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Adversarial_stiffness_leaves_no_limit_broken(int seed)
    {
        using var rig = new Rig(Arm, Task);
        var envelope = new Envelope(Arm, Task.EndEffectorInFlange);
        var random = new Random(seed);
        var stops = 0;
        for (var i = 0; i < 400; i++)
        {
            var wild = random.Next(6) == 0;
            rig.Robot.Faults.WrenchSpike = random.Next(5) == 0 ? new(new(0, random.Next(0, 45), 0), default) : default;
            var executed = rig.Decide(Action(wild ? Adversary.Component(random) : Flip(), wild ? Adversary.Component(random) : Flip(), Flip(), Flip()));
            envelope.Follow(rig.Cycle.Records);
            for (var ago = rig.Session.TicksPerDecision - 1; ago >= 0; ago--)
            {
                var record = rig.Cycle.Records[ago];
                Assert.InRange(record.Stiffness.TranslationNM, 50, 1000 + 1e-9);
                Assert.InRange(record.Stiffness.DampingRatio, 0.7, 1.2 + 1e-9);
            }
            if (!rig.Session.IsStopped)
            {
                Assert.InRange(executed.Executed.Stiffness, -1, 1);
                Assert.InRange(executed.Executed.Damping, -1, 1);
                if ((executed.Limits & (LimitFlags.Stiffness | LimitFlags.ActionRange)) == 0)
                    Assert.Equal(executed.Proposed.Stiffness, executed.Executed.Stiffness);
                continue;
            }
            stops++;
            rig.Session.Advance(2000);
            rig.Robot.Faults.WrenchSpike = default;
            rig.Robot.Place([.. Arm.HomeRad]);
            Assert.True(rig.Session.OperatorReset("operator"), $"{rig.Latest.Fault}");
        }
        Assert.True(stops > 0, "the adversary was tame");

        float Flip() => random.Next(3) switch { 0 => -1, 1 => 1, _ => (float)(2 * random.NextDouble() - 1) };
    }

    private static ArmAction Action(float stiffness, float damping, float x = 0, float y = 0) =>
        TestArm.Action(x, y) with { Stiffness = stiffness, Damping = damping };
}

using CsCheck;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control.Tests;

public class StiffnessTests
{
    private static readonly StiffnessLimits Limits = TestArm.Limits.Stiffness;
    private static readonly CartesianStiffness Soft = new(100, 10, 1);
    private static readonly CartesianStiffness Hard = new(2000, 150, 1);
    private static readonly Vector3D Error = new(0.01, 0, 0);

    [Fact]
    public void Lowering_is_allowed_with_an_empty_tank_and_raising_under_load_is_not()
    {
        var governor = new StiffnessGovernor(Limits with { TankInitialJ = 0 }, Hard, 0.001);
        governor.Step(Soft, Error, default, default);
        Assert.Equal(1995, governor.Current.TranslationNM, 9);
        Assert.Equal(LimitFlags.EnergyTank, governor.Step(Hard, Error, Error, default));
        Assert.Equal(1995, governor.Current.TranslationNM, 9);
    }

    [Fact]
    public void Raising_without_load_costs_nothing_and_takes_its_time()
    {
        var governor = new StiffnessGovernor(Limits, Soft, 0.001);
        for (var i = 0; i < 100; i++) Assert.Equal(LimitFlags.None, governor.Step(Hard, default, default, default));
        Assert.Equal((600, 2.0), (Math.Round(governor.Current.TranslationNM, 6), governor.TankJ));
    }

    [Fact]
    public void Damping_fills_the_tank_up_to_its_capacity()
    {
        var governor = new StiffnessGovernor(Limits, Soft, 0.001);
        governor.Step(Soft, default, default, new(new(0.1, 0, 0), default));
        Assert.Equal(2 + 2 * 10 * 0.01 * 0.001, governor.TankJ, 12);
        for (var i = 0; i < 100_000; i++) governor.Step(Soft, default, default, new(new(1, 0, 0), default));
        Assert.Equal(5, governor.TankJ);
    }

    [Fact]
    public void What_stiffness_injects_never_exceeds_what_the_tank_held_and_damping_gave() =>
        Gen.Select(Gen.Double[0, 3000], Gen.Double[0, 200], Gen.Double[-0.02, 0.02], Gen.Double[-0.5, 0.5]).Array[200].Sample(steps =>
        {
            var governor = new StiffnessGovernor(Limits with { TankInitialJ = 0.01 }, Soft, 0.001);
            double given = 0.01, injected = 0;
            foreach (var (k, r, e, v) in steps)
            {
                var before = governor.Current;
                var twist = new Twist(new(v, 0, 0), default);
                given += 2 * before.DampingRatio * Math.Sqrt(before.TranslationNM) * v * v * 0.001;
                governor.Step(new(k, r, 1), new(e, 0, 0), new(0, e, 0), twist);
                var spent = 0.5 * e * e * (Math.Max(0, governor.Current.TranslationNM - before.TranslationNM)
                    + Math.Max(0, governor.Current.RotationNmRad - before.RotationNmRad));
                if (spent > Limits.TankOutflowW * 0.001 * (1 + 1e-9)) return false;
                injected += spent;
                if (injected > given + 1e-12 || governor.TankJ < 0) return false;
            }
            return true;
        }, iter: 200);

    // One of the three may be fixed by a range of no width, or two: what the others may change in a tick does not depend on it.
    [Theory]
    [InlineData(true, false, false), InlineData(false, true, false), InlineData(false, false, true), InlineData(true, true, false)]
    [InlineData(true, false, true), InlineData(false, true, true), InlineData(true, true, true), InlineData(false, false, false)]
    public void No_range_of_no_width_lets_another_one_jump(bool fixedTranslation, bool fixedRotation, bool fixedDamping)
    {
        var limits = Limits;
        if (fixedTranslation) limits = limits with { TranslationMinNM = 1000, TranslationMaxNM = 1000 };
        if (fixedRotation) limits = limits with { RotationMinNmRad = 50, RotationMaxNmRad = 50 };
        if (fixedDamping) limits = limits with { DampingRatioMin = 1, DampingRatioMax = 1 };
        CartesianStiffness low = new(0, 0, 0), high = new(1e4, 1e3, 10);
        var governor = new StiffnessGovernor(limits, low, 0.001);
        var moved = (Translation: false, Rotation: false, Damping: false);
        for (var i = 0; i < 2000; i++)
        {
            var before = governor.Current;
            governor.Step(i < 1000 ? high : low, default, default, default);
            var now = governor.Current;
            Assert.InRange(Math.Abs(now.TranslationNM - before.TranslationNM), 0, limits.RateNMS * 0.001 + 1e-9);
            Assert.InRange(Math.Abs(now.RotationNmRad - before.RotationNmRad), 0, limits.RotationRateNmRadS * 0.001 + 1e-9);
            Assert.InRange(Math.Abs(now.DampingRatio - before.DampingRatio), 0, limits.DampingRatePerS * 0.001 + 1e-9);
            moved.Translation |= now.TranslationNM != before.TranslationNM;
            moved.Rotation |= now.RotationNmRad != before.RotationNmRad;
            moved.Damping |= now.DampingRatio != before.DampingRatio;
        }
        Assert.Equal((!fixedTranslation, !fixedRotation, !fixedDamping), moved);
    }

    [Fact]
    public void Stiffness_out_of_range_is_clamped_and_named()
    {
        var governor = new StiffnessGovernor(Limits, Hard, 0.001);
        Assert.Equal(LimitFlags.Stiffness, governor.Step(new(1e9, -1, 50), default, default, default));
        Assert.InRange(governor.Current.TranslationNM, 50, 2000);
        Assert.InRange(governor.Current.DampingRatio, 0.7, 1.2);
    }
}

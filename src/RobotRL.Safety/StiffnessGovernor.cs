using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>
/// Holds stiffness and damping in range, changes each at its own bounded rate, however narrow another's range is, and lets stiffness rise only as far
/// as the energy tank pays for it:
/// raising K under an error e injects ½ eᵀ K̇ e. What damping dissipates fills the tank. Lowering is always allowed.
/// </summary>
internal sealed class StiffnessGovernor(StiffnessLimits limits, CartesianStiffness initial, double periodS)
{
    public CartesianStiffness Current { get; private set; } = Clamp(limits, initial);

    /// <summary>What the tank holds, J.</summary>
    public double TankJ { get; private set; } = Math.Min(limits.TankInitialJ, limits.TankCapacityJ);

    private double _paidJ;

    /// <summary>
    /// Has the tank pay for work that is done in this period, after <see cref="Step"/>: the share of it, in [0, 1], that the tank and its outflow
    /// bear.
    /// </summary>
    public double Pay(double priceJ)
    {
        var payable = Math.Max(0, Math.Min(TankJ, limits.TankOutflowW * periodS - _paidJ));
        var paid = Math.Min(priceJ, payable);
        (TankJ, _paidJ) = (Math.Max(0, TankJ - paid), _paidJ + paid);
        return priceJ > payable ? payable / priceJ : 1;
    }

    public CartesianStiffness Softest => new(limits.TranslationMinNM, limits.RotationMinNmRad, limits.DampingRatioMax);

    /// <summary>Goes on from a stiffness that was in force.</summary>
    public void Resume(in CartesianStiffness current) => Current = Clamp(limits, current);

    public void Refill() => TankJ = Math.Min(limits.TankInitialJ, limits.TankCapacityJ);

    /// <summary>One period toward the wanted stiffness.</summary>
    /// <param name="wanted">Asked for; need not be in range.</param>
    /// <param name="errorM">Position error whose half square is what the spring stores per unit of stiffness, m.</param>
    /// <param name="errorRad">Orientation error likewise, rad.</param>
    /// <param name="velocity">Measured end-effector twist: its damping fills the tank.</param>
    public LimitFlags Step(in CartesianStiffness wanted, in Vector3D errorM, in Vector3D errorRad, in Twist velocity)
    {
        var now = Current;
        var dissipatedW =
            2 * now.DampingRatio * (Math.Sqrt(now.TranslationNM) * velocity.Linear.LengthSquared +
                Math.Sqrt(now.RotationNmRad) * velocity.Angular.LengthSquared);
        TankJ = Math.Min(limits.TankCapacityJ, TankJ + dissipatedW * periodS);

        var target = Clamp(limits, wanted);
        var flags = target == wanted ? LimitFlags.None : LimitFlags.Stiffness;
        var translation = Step(now.TranslationNM, target.TranslationNM, limits.RateNMS);
        var rotation = Step(now.RotationNmRad, target.RotationNmRad, limits.RotationRateNmRadS);
        var damping = Step(now.DampingRatio, target.DampingRatio, limits.DampingRatePerS);

        var priceJ = 0.5 * (Math.Max(0, translation) * errorM.LengthSquared + Math.Max(0, rotation) * errorRad.LengthSquared);
        if (priceJ > 0)
        {
            var payable = Math.Min(TankJ, limits.TankOutflowW * periodS);
            if (priceJ > payable)
            {
                var share = payable / priceJ;
                if (translation > 0) translation *= share;
                if (rotation > 0) rotation *= share;
                priceJ = payable;
                flags |= LimitFlags.EnergyTank;
            }
            TankJ = Math.Max(0, TankJ - priceJ);
        }
        _paidJ = priceJ;
        // Rounding may not carry a value past its range.
        Current = Clamp(limits, new(now.TranslationNM + translation, now.RotationNmRad + rotation, now.DampingRatio + damping));
        return flags;
    }

    private double Step(double now, double target, double ratePerS) => Math.Clamp(target - now, -ratePerS * periodS, ratePerS * periodS);

    private static CartesianStiffness Clamp(StiffnessLimits limits, in CartesianStiffness s) => new(
        Math.Clamp(s.TranslationNM, limits.TranslationMinNM, limits.TranslationMaxNM),
        Math.Clamp(s.RotationNmRad, limits.RotationMinNmRad, limits.RotationMaxNmRad),
        Math.Clamp(s.DampingRatio, limits.DampingRatioMin, limits.DampingRatioMax));
}

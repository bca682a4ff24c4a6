namespace RobotRL.Sessions.Evaluation;

/// <summary>The 95 % Wilson score interval of a proportion: honest near 0 and 1, where the normal approximation is not.</summary>
/// <remarks>Wilson, E. B. (1927), Probable inference, the law of succession, and statistical inference.</remarks>
public readonly record struct WilsonInterval(double Low, double High)
{
    private const double Z = 1.959963984540054;

    public static WilsonInterval Of(int successes, int trials)
    {
        if (trials == 0) return new(0, 1);
        var p = (double)successes / trials;
        var z2 = Z * Z;
        var centre = p + z2 / (2 * trials);
        var margin = Z * Math.Sqrt(p * (1 - p) / trials + z2 / (4.0 * trials * trials));
        var scale = 1 / (1 + z2 / trials);
        return new(successes == 0 ? 0 : (centre - margin) * scale, successes == trials ? 1 : (centre + margin) * scale);
    }
}

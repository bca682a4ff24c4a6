using System.Runtime.Intrinsics;

namespace RobotRL.Safety;

/// <summary>
/// Sine and cosine of eight angles at once, to about one unit in the last place up to some thousand rad. The runtime's own come to other bits before and after
/// it has compiled a method anew, as it may fuse products and sums; these are separate operations, so that a run and its replay come to the same bits.
/// </summary>
/// <remarks>
/// The angle is brought into ±π/4 by whole quarter turns (Cody and Waite), whose length is given in three parts, the first two short enough for their
/// products to be
/// exact; there the series with the coefficients of fdlibm hold.
/// </remarks>
internal static class LaneSines
{
    private const double QuartersPerRad = 0.63661977236758134308;
    private const double Quarter1 = 1.57079632673412561417, Quarter2 = 6.07710050630396597660e-11, Quarter3 = 2.02226624879595063154e-21;

    /// <summary>Added and taken off again it rounds to a whole number, whose last bits are then the sum's.</summary>
    private const double Rounding = 6755399441055744;

    public static (Vector512<double> Sin, Vector512<double> Cos) Of(in Vector512<double> angle)
    {
        var shifted = angle * QuartersPerRad + Vector512.Create(Rounding);
        var quarters = shifted - Vector512.Create(Rounding);
        var x = angle - quarters * Quarter1 - quarters * Quarter2 - quarters * Quarter3;
        var z = x * x;
        var sine = x + x * z * (C(-1.66666666666666324348e-01) + z * (C(8.33333333332248946124e-03) + z * (C(-1.98412698298579493134e-04) +
            z * (C(2.75573137070700676789e-06) + z * (C(-2.50507602534068634195e-08) + z * 1.58969099521155010221e-10)))));
        var cosine = C(1) - z * 0.5 + z * z * (C(4.16666666666666019037e-02) + z * (C(-1.38888888888741095749e-03) + z * (C(2.48015872894767294178e-05) +
            z * (C(-2.75573143513906633035e-07) + z * (C(2.08757232129817482790e-09) + z * -1.13596475577881948265e-11)))));

        // Each quarter turn makes a sine a cosine, and every second one turns the sign.
        var turns = shifted.AsInt64();
        var isOdd = Vector512.Equals(turns & Vector512<long>.One, Vector512<long>.One).AsDouble();
        var sineSign = Vector512.ShiftLeft(turns & Vector512.Create(2L), 62).AsDouble();
        var cosineSign = Vector512.ShiftLeft(turns + Vector512<long>.One & Vector512.Create(2L), 62).AsDouble();
        return (Vector512.ConditionalSelect(isOdd, cosine, sine) ^ sineSign, Vector512.ConditionalSelect(isOdd, sine, cosine) ^ cosineSign);

        static Vector512<double> C(double value) => Vector512.Create(value);
    }
}

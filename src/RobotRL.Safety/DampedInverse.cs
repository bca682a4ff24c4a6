using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace RobotRL.Safety;

/// <summary>
/// The damped pseudo-inverse J⁺ = Jᵀ (J Jᵀ + λ² I)⁻¹ of a Jacobian of six axes and up to eight joints, a joint a lane. It solves (J Jᵀ + λ² I) X = J by
/// elimination and back; that matrix is positive definite, so no pivot is sought.
/// </summary>
/// <remarks>Written out, not in loops: all rows stay in registers, which takes half the time. Products and sums are never fused.</remarks>
internal static class DampedInverse
{
    public const int Lanes = 8, Axes = 6;

    /// <summary>λ²: it acts where a singular value comes down to about a hundredth.</summary>
    private const double DampingSquared = 1e-4;

    /// <param name="columns">J by columns, a column a joint, each padded to eight.</param>
    /// <param name="rows">J by rows, a row an axis.</param>
    /// <param name="inverse">Receives J⁺ by columns, a column an axis.</param>
    public static void Solve(ReadOnlySpan<double> columns, ReadOnlySpan<double> rows, Span<double> inverse)
    {
        // J Jᵀ, a row a vector.
        Vector512<double> a0 = default, a1 = default, a2 = default, a3 = default, a4 = default, a5 = default;
        for (var at = 0; at < columns.Length; at += Lanes)
        {
            var column = columns.Slice(at, Lanes);
            var c = Vector512.LoadUnsafe(ref MemoryMarshal.GetReference(column));
            a0 += c * column[0];
            a1 += c * column[1];
            a2 += c * column[2];
            a3 += c * column[3];
            a4 += c * column[4];
            a5 += c * column[5];
        }
        Vector512<double> x0 = Row(rows, 0), x1 = Row(rows, 1), x2 = Row(rows, 2), x3 = Row(rows, 3), x4 = Row(rows, 4), x5 = Row(rows, 5);

        var s0 = 1 / (a0[0] + DampingSquared);
        Take(a0, x0, a1[0] * s0, ref a1, ref x1);
        Take(a0, x0, a2[0] * s0, ref a2, ref x2);
        Take(a0, x0, a3[0] * s0, ref a3, ref x3);
        Take(a0, x0, a4[0] * s0, ref a4, ref x4);
        Take(a0, x0, a5[0] * s0, ref a5, ref x5);
        var s1 = 1 / (a1[1] + DampingSquared);
        Take(a1, x1, a2[1] * s1, ref a2, ref x2);
        Take(a1, x1, a3[1] * s1, ref a3, ref x3);
        Take(a1, x1, a4[1] * s1, ref a4, ref x4);
        Take(a1, x1, a5[1] * s1, ref a5, ref x5);
        var s2 = 1 / (a2[2] + DampingSquared);
        Take(a2, x2, a3[2] * s2, ref a3, ref x3);
        Take(a2, x2, a4[2] * s2, ref a4, ref x4);
        Take(a2, x2, a5[2] * s2, ref a5, ref x5);
        var s3 = 1 / (a3[3] + DampingSquared);
        Take(a3, x3, a4[3] * s3, ref a4, ref x4);
        Take(a3, x3, a5[3] * s3, ref a5, ref x5);
        var s4 = 1 / (a4[4] + DampingSquared);
        Take(a4, x4, a5[4] * s4, ref a5, ref x5);

        x5 *= 1 / (a5[5] + DampingSquared);
        x4 = (x4 - x5 * a4[5]) * s4;
        x3 = (x3 - x5 * a3[5] - x4 * a3[4]) * s3;
        x2 = (x2 - x5 * a2[5] - x4 * a2[4] - x3 * a2[3]) * s2;
        x1 = (x1 - x5 * a1[5] - x4 * a1[4] - x3 * a1[3] - x2 * a1[2]) * s1;
        x0 = (x0 - x5 * a0[5] - x4 * a0[4] - x3 * a0[3] - x2 * a0[2] - x1 * a0[1]) * s0;
        Store(x0, inverse, 0);
        Store(x1, inverse, 1);
        Store(x2, inverse, 2);
        Store(x3, inverse, 3);
        Store(x4, inverse, 4);
        Store(x5, inverse, 5);
    }

    /// <summary>A row of eight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Row(ReadOnlySpan<double> rows, int row) =>
        Vector512.LoadUnsafe(ref MemoryMarshal.GetReference(rows.Slice(row * Lanes, Lanes)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(in Vector512<double> row, Span<double> rows, int index) =>
        row.StoreUnsafe(ref MemoryMarshal.GetReference(rows.Slice(index * Lanes, Lanes)));

    /// <summary>Takes so many times one row from another, on both sides of the equation.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Take(in Vector512<double> row, in Vector512<double> right, double times, ref Vector512<double> from, ref Vector512<double> fromRight)
    {
        from -= row * times;
        fromRight -= right * times;
    }
}

namespace RobotRL.Calibration.Geometry;

/// <summary>Small symmetric matrices.</summary>
internal static class Symmetric
{
    /// <summary>The solution of A x = b; null where A is not positive definite.</summary>
    public static double[]? Solve(double[,] a, double[] b)
    {
        var (n, x) = (b.Length, (double[])b.Clone());
        if (Cholesky(a) is not { } l) return null;
        for (var i = 0; i < n; i++)
        {
            for (var k = 0; k < i; k++) x[i] -= l[i, k] * x[k];
            x[i] /= l[i, i];
        }
        for (var i = n - 1; i >= 0; i--)
        {
            for (var k = i + 1; k < n; k++) x[i] -= l[k, i] * x[k];
            x[i] /= l[i, i];
        }
        return x;
    }

    /// <summary>The inverse; null where A is not positive definite.</summary>
    public static double[,]? Inverse(double[,] a)
    {
        var n = a.GetLength(0);
        var inverse = new double[n, n];
        for (var i = 0; i < n; i++)
        {
            var unit = new double[n];
            unit[i] = 1;
            if (Solve(a, unit) is not { } column) return null;
            for (var j = 0; j < n; j++) inverse[j, i] = column[j];
        }
        return inverse;
    }

    /// <summary>Eigenvalues of a 3 × 3 matrix by falling size, with their unit vectors, by Jacobi's rotations.</summary>
    public static (double Value, Model.Vector3D Vector)[] Eigen(double[,] matrix)
    {
        var (a, v) = ((double[,])matrix.Clone(), new double[,] { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } });
        for (var sweep = 0; sweep < 30; sweep++)
            for (var p = 0; p < 2; p++)
                for (var q = p + 1; q < 3; q++)
                {
                    if (Math.Abs(a[p, q]) < 1e-15) continue;
                    var angle = 0.5 * Math.Atan2(2 * a[p, q], a[q, q] - a[p, p]);
                    var (c, s) = (Math.Cos(angle), Math.Sin(angle));
                    for (var k = 0; k < 3; k++) (a[k, p], a[k, q]) = (c * a[k, p] - s * a[k, q], s * a[k, p] + c * a[k, q]);
                    for (var k = 0; k < 3; k++) (a[p, k], a[q, k]) = (c * a[p, k] - s * a[q, k], s * a[p, k] + c * a[q, k]);
                    for (var k = 0; k < 3; k++) (v[k, p], v[k, q]) = (c * v[k, p] - s * v[k, q], s * v[k, p] + c * v[k, q]);
                }
        return [.. Enumerable.Range(0, 3).Select(i => (a[i, i], new Model.Vector3D(v[0, i], v[1, i], v[2, i]))).OrderByDescending(e => e.Item1)];
    }

    /// <summary>bᵀ A⁻¹ b, with the lower triangle L of A.</summary>
    public static double SquareOver(double[,] l, double[] b)
    {
        var (x, square) = (new double[b.Length], 0.0);
        for (var i = 0; i < b.Length; i++)
        {
            x[i] = b[i];
            for (var k = 0; k < i; k++) x[i] -= l[i, k] * x[k];
            x[i] /= l[i, i];
            square += x[i] * x[i];
        }
        return square;
    }

    /// <summary>The lower triangle L with L Lᵀ = A; null where A is not positive definite.</summary>
    public static double[,]? Cholesky(double[,] a)
    {
        var n = a.GetLength(0);
        var l = new double[n, n];
        for (var i = 0; i < n; i++)
            for (var j = 0; j <= i; j++)
            {
                var sum = a[i, j];
                for (var k = 0; k < j; k++) sum -= l[i, k] * l[j, k];
                if (i > j) l[i, j] = sum / l[j, j];
                else if (sum > 0 && double.IsFinite(sum)) l[i, i] = Math.Sqrt(sum);
                else return null;
            }
        return l;
    }
}

namespace RobotRL.Calibration.Geometry;

/// <summary>Least squares by Levenberg and Marquardt, for a dozen unknowns and thousands of residuals.</summary>
internal static class LeastSquares
{
    private const int MostSteps = 50;
    private const double Difference = 1e-6, SmallestGain = 1e-10;

    /// <summary>Fills in the residuals at a point.</summary>
    public delegate void Residuals(ReadOnlySpan<double> at, Span<double> residuals);

    /// <summary>Moves <paramref name="at"/> to a minimum nearby and returns JᵀJ there.</summary>
    /// <param name="at">Start and result; its scale is about 1.</param>
    /// <param name="count">How many residuals there are.</param>
    /// <param name="residuals">What is made small.</param>
    public static double[,] Minimise(double[] at, int count, Residuals residuals)
    {
        var (n, damping) = (at.Length, 1e-3);
        var (now, next, jacobian) = (new double[count], new double[count], new double[n][]);
        residuals(at, now);
        var cost = Cost(now);
        for (var step = 0; ; step++)
        {
            Differentiate(at, residuals, jacobian, count);
            var (normal, gradient) = (new double[n, n], new double[n]);
            for (var i = 0; i < n; i++)
            {
                gradient[i] = -Dot(jacobian[i], now);
                for (var j = 0; j <= i; j++) normal[i, j] = normal[j, i] = Dot(jacobian[i], jacobian[j]);
            }
            if (step == MostSteps) return normal;
            var gained = false;
            for (var tries = 0; tries < 12 && !gained; tries++)
            {
                var damped = (double[,])normal.Clone();
                for (var i = 0; i < n; i++) damped[i, i] += damping * normal[i, i] + 1e-12;
                if (Symmetric.Solve(damped, gradient) is { } by)
                {
                    double[] trial = [.. at.Zip(by, (a, b) => a + b)];
                    residuals(trial, next);
                    var trialCost = Cost(next);
                    if (trialCost < cost)
                    {
                        gained = cost - trialCost > SmallestGain * cost;
                        trial.CopyTo(at, 0);
                        (now, next, cost, damping) = (next, now, trialCost, damping / 10);
                        if (!gained) return normal;
                        break;
                    }
                }
                damping = Math.Max(damping, 1e-9) * 10;
            }
            if (!gained) return normal;
        }
    }

    /// <summary>Writes the derivatives by each unknown, by central differences.</summary>
    public static void Differentiate(double[] at, Residuals residuals, double[][] jacobian, int count)
    {
        var (shifted, below) = ((double[])at.Clone(), new double[count]);
        for (var i = 0; i < at.Length; i++)
        {
            var h = Difference * Math.Max(1, Math.Abs(at[i]));
            jacobian[i] ??= new double[count];
            shifted[i] = at[i] + h;
            residuals(shifted, jacobian[i]);
            shifted[i] = at[i] - h;
            residuals(shifted, below);
            shifted[i] = at[i];
            for (var k = 0; k < count; k++) jacobian[i][k] = (jacobian[i][k] - below[k]) / (2 * h);
        }
    }

    public static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }

    private static double Cost(double[] residuals) => Dot(residuals, residuals) is var cost && double.IsFinite(cost) ? cost : double.MaxValue;
}

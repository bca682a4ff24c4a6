using RobotRL.Calibration.Geometry;

namespace RobotRL.Calibration.Boards;

/// <summary>
/// Where four squares meet, to a few hundredths of a pixel. There the brightness, smoothed by a Gaussian bell, has a saddle: turned by half a circle a
/// corner looks the same, so its slope is zero there however it is smoothed, and whatever the tilt. OpenCV's search for crossing edges errs by two to three
/// times as much in images without noise.
/// </summary>
internal static class Saddle
{
    private const int Terms = 6, MostSteps = 20;
    private const double Reach = 2.6, Settled = 1e-4;

    /// <summary>The saddle; null where there is none within reach.</summary>
    /// <param name="image">The image.</param>
    /// <param name="start">Near it, pixels.</param>
    /// <param name="sigma">Of the bell, pixels: beyond <see cref="Reach"/> of them nothing is seen.</param>
    public static (double X, double Y)? Near(GrayImage image, (double X, double Y) start, double sigma)
    {
        var (x, y) = start;
        for (var step = 0; step < MostSteps; step++)
        {
            if (Step(image, x, y, sigma) is not { } by) return null;
            // Far from the saddle the parabola promises too much.
            (x, y) = (x + Math.Clamp(by.X, -sigma, sigma), y + Math.Clamp(by.Y, -sigma, sigma));
            if (!(Math.Max(Math.Abs(x - start.X), Math.Abs(y - start.Y)) <= 2 * sigma)) return null;
            if (Math.Abs(by.X) + Math.Abs(by.Y) < Settled) return (x, y);
        }
        return null;
    }

    /// <summary>From here to the saddle of the surface of second degree that fits the brightness best under the bell.</summary>
    private static (double X, double Y)? Step(GrayImage image, double x, double y, double sigma)
    {
        var (reach, normal, right) = (Reach * sigma, new double[Terms, Terms], new double[Terms]);
        var (left, top) = ((int)Math.Ceiling(x - reach), (int)Math.Ceiling(y - reach));
        var (last, bottom) = ((int)Math.Floor(x + reach), (int)Math.Floor(y + reach));
        if (left < 0 || top < 0 || last >= image.Width || bottom >= image.Height) return null;
        Span<double> terms = stackalloc double[Terms];
        for (var v = top; v <= bottom; v++)
            for (var u = left; u <= last; u++)
            {
                var (dx, dy) = ((u - x) / sigma, (v - y) / sigma);
                var (weight, grey) = (Math.Exp(-0.5 * (dx * dx + dy * dy)), image.Pixels[v * image.Width + u]);
                (terms[0], terms[1], terms[2], terms[3], terms[4], terms[5]) = (1, dx, dy, dx * dy, dx * dx, dy * dy);
                for (var i = 0; i < Terms; i++)
                {
                    right[i] += weight * terms[i] * grey;
                    for (var j = 0; j <= i; j++) normal[i, j] += weight * terms[i] * terms[j];
                }
            }
        for (var i = 0; i < Terms; i++)
            for (var j = i + 1; j < Terms; j++) normal[i, j] = normal[j, i];
        if (Symmetric.Solve(normal, right) is not { } k) return null;
        var determinant = 4 * k[4] * k[5] - k[3] * k[3];
        if (determinant >= 0) return null;
        return (sigma * (k[3] * k[2] - 2 * k[5] * k[1]) / determinant, sigma * (k[3] * k[1] - 2 * k[4] * k[2]) / determinant);
    }
}

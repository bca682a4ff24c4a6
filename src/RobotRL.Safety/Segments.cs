using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>Nearest points between line segments and boxes, in closed form or to rounding.</summary>
internal static class Segments
{
    private const double Tiny = 1e-12;
    private const int Halvings = 40, DepthSamples = 16;

    /// <summary>The points of two segments that are nearest to each other.</summary>
    public static (Vector3D OnFirst, Vector3D OnSecond) Nearest(in Vector3D p1, in Vector3D q1, in Vector3D p2, in Vector3D q2)
    {
        Vector3D d1 = q1 - p1, d2 = q2 - p2, r = p1 - p2;
        double a = d1.LengthSquared, e = d2.LengthSquared, f = Vector3D.Dot(d2, r), c = Vector3D.Dot(d1, r), b = Vector3D.Dot(d1, d2);
        double s, t;
        if (a <= Tiny) (s, t) = (0, e <= Tiny ? 0 : Math.Clamp(f / e, 0, 1));
        else if (e <= Tiny) (s, t) = (Math.Clamp(-c / a, 0, 1), 0);
        else
        {
            // On lines that are parallel any point of the first will do to begin with.
            var denominator = a * e - b * b;
            s = denominator > Tiny * a * e ? Math.Clamp((b * f - c * e) / denominator, 0, 1) : 0.5;
            t = (b * s + f) / e;
            if (t is < 0 or > 1)
            {
                t = Math.Clamp(t, 0, 1);
                s = Math.Clamp((b * t - c) / a, 0, 1);
            }
        }
        return (p1 + d1 * s, p2 + d2 * t);
    }

    /// <summary>How far a segment is from a box: less than 0 where it enters, by how deep.</summary>
    /// <param name="p">One end.</param>
    /// <param name="q">The other end.</param>
    /// <param name="box">The box.</param>
    /// <param name="on">The segment's point that is nearest, or deepest.</param>
    /// <param name="away">Unit vector along which that point leaves the box.</param>
    public static double ToBox(in Vector3D p, in Vector3D q, in Box box, out Vector3D on, out Vector3D away)
    {
        // The squared distance along the segment is convex: halve toward where it no longer falls.
        var d = q - p;
        double low = 0, high = 1;
        for (var i = 0; i < Halvings; i++)
        {
            var middle = 0.5 * (low + high);
            if (Vector3D.Dot(Off(p + d * middle, box), d) > 0) high = middle;
            else low = middle;
        }
        on = p + d * (0.5 * (low + high));
        var off = Off(on, box);
        var distance = off.Length;
        if (distance > 1e-9)
        {
            away = off / distance;
            return distance;
        }
        var deepest = double.NegativeInfinity;
        away = default;
        for (var i = 0; i <= DepthSamples; i++)
        {
            var point = p + d * ((double)i / DepthSamples);
            var (depth, normal) = Depth(point, box);
            if (depth > deepest) (deepest, on, away) = (depth, point, normal);
        }
        return -Math.Max(0, deepest);
    }

    /// <summary>From the box's nearest point to a point; zero inside.</summary>
    private static Vector3D Off(in Vector3D p, in Box box) => new(
        p.X - Math.Clamp(p.X, box.Min.X, box.Max.X), p.Y - Math.Clamp(p.Y, box.Min.Y, box.Max.Y), p.Z - Math.Clamp(p.Z, box.Min.Z, box.Max.Z));

    /// <summary>How deep inside a point is, less than 0 outside, and the outward normal of the face it is nearest to.</summary>
    private static (double, Vector3D) Depth(in Vector3D p, in Box box)
    {
        (double Depth, Vector3D Normal) least = (p.X - box.Min.X, new(-1, 0, 0));
        Take(box.Max.X - p.X, new(1, 0, 0));
        Take(p.Y - box.Min.Y, new(0, -1, 0));
        Take(box.Max.Y - p.Y, new(0, 1, 0));
        Take(p.Z - box.Min.Z, new(0, 0, -1));
        Take(box.Max.Z - p.Z, new(0, 0, 1));
        return least;

        void Take(double depth, in Vector3D normal)
        {
            if (depth < least.Depth) least = (depth, normal);
        }
    }
}

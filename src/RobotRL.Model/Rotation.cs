using System.Runtime.CompilerServices;

namespace RobotRL.Model;

/// <summary>A rotation R_AB as a unit quaternion in the order x, y, z, w (REP-103): it takes coordinates in B to coordinates in A.</summary>
public readonly record struct Rotation(double X, double Y, double Z, double W)
{
    /// <summary>Square of the angle up to which series are used, rad²: a twentieth of a radian.</summary>
    private const double SmallSquare = 0.0025;

    public static readonly Rotation Identity = new(0, 0, 0, 1);

    public bool IsFinite => double.IsFinite(X) && double.IsFinite(Y) && double.IsFinite(Z) && double.IsFinite(W);

    /// <summary>The inverse rotation, R_BA.</summary>
    public Rotation Inverse => new(-X, -Y, -Z, W);

    public Rotation Normalized
    {
        get
        {
            var s = 1 / Math.Sqrt(X * X + Y * Y + Z * Z + W * W);
            return new(X * s, Y * s, Z * s, W * s);
        }
    }

    /// <summary>Exponential map: the rotation by |v| radians about v.</summary>
    public static Rotation FromVector(in Vector3D v)
    {
        var square = v.LengthSquared;
        if (square < SmallSquare)
        {
            // The series of sin(a/2)/a and cos(a/2): exact to the last bits here, and what a control loop turns by in a tick.
            var s = 0.5 * (1 - square * (1.0 / 24) * (1 - square * (1.0 / 80) * (1 - square * (1.0 / 168))));
            return new(v.X * s, v.Y * s, v.Z * s, 1 - square * (1.0 / 8) * (1 - square * (1.0 / 48) * (1 - square * (1.0 / 120))));
        }
        var angle = Math.Sqrt(square);
        var k = Math.Sin(0.5 * angle) / angle;
        return new(v.X * k, v.Y * k, v.Z * k, Math.Cos(0.5 * angle));
    }

    /// <summary>Logarithmic map: the rotation vector of the shorter way round, in radians, length within [0, π].</summary>
    public Vector3D ToVector()
    {
        var sign = W < 0 ? -1.0 : 1.0;
        var v = new Vector3D(X * sign, Y * sign, Z * sign);
        var square = v.LengthSquared;
        // 2 asin(s)/s by its series.
        if (square < 0.25 * SmallSquare)
            return v * (2 * (1 + square * (1.0 / 6) * (1 + square * (9.0 / 20) * (1 + square * (25.0 / 42) * (1 + square * (49.0 / 72))))));
        var s = Math.Sqrt(square);
        return v * (2.0 * Math.Atan2(s, W * sign) / s);
    }

    /// <summary>Rotation about z by the given angle in radians.</summary>
    public static Rotation AboutZ(double angle) => new(0, 0, Math.Sin(0.5 * angle), Math.Cos(0.5 * angle));

    /// <summary>R_AB of B's axes, given in A: the columns of the rotation matrix.</summary>
    public static Rotation FromAxes(in Vector3D xAxis, in Vector3D yAxis, in Vector3D zAxis)
    {
        var (m00, m10, m20) = (xAxis.X, xAxis.Y, xAxis.Z);
        var (m01, m11, m21) = (yAxis.X, yAxis.Y, yAxis.Z);
        var (m02, m12, m22) = (zAxis.X, zAxis.Y, zAxis.Z);
        double x, y, z, w;
        var trace = m00 + m11 + m22;
        if (trace > 0)
        {
            var s = 2 * Math.Sqrt(1 + trace);
            w = 0.25 * s; x = (m21 - m12) / s; y = (m02 - m20) / s; z = (m10 - m01) / s;
        }
        else if (m00 > m11 && m00 > m22)
        {
            var s = 2 * Math.Sqrt(1 + m00 - m11 - m22);
            w = (m21 - m12) / s; x = 0.25 * s; y = (m01 + m10) / s; z = (m02 + m20) / s;
        }
        else if (m11 > m22)
        {
            var s = 2 * Math.Sqrt(1 + m11 - m00 - m22);
            w = (m02 - m20) / s; x = (m01 + m10) / s; y = 0.25 * s; z = (m12 + m21) / s;
        }
        else
        {
            var s = 2 * Math.Sqrt(1 + m22 - m00 - m11);
            w = (m10 - m01) / s; x = (m02 + m20) / s; y = (m12 + m21) / s; z = 0.25 * s;
        }
        return new Rotation(x, y, z, w).Normalized;
    }

    /// <summary>Composition R_AC = R_AB · R_BC.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Rotation operator *(in Rotation a, in Rotation b) => new(
        a.W * b.X + a.X * b.W + a.Y * b.Z - a.Z * b.Y,
        a.W * b.Y - a.X * b.Z + a.Y * b.W + a.Z * b.X,
        a.W * b.Z + a.X * b.Y - a.Y * b.X + a.Z * b.W,
        a.W * b.W - a.X * b.X - a.Y * b.Y - a.Z * b.Z);

    // The generated one prints every property, the inverse's inverse included, without end.
    public override string ToString() => $"({X}, {Y}, {Z}, {W})";

    /// <summary>The coordinates in A of a vector given in B.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector3D Rotate(in Vector3D v)
    {
        var u = new Vector3D(X, Y, Z);
        var t = 2 * Vector3D.Cross(u, v);
        return v + W * t + Vector3D.Cross(u, t);
    }
}

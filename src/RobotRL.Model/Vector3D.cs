using System.Runtime.CompilerServices;

namespace RobotRL.Model;

/// <summary>Three doubles along x, y, z of a named frame. The unit is that of the property which holds it (metres unless said otherwise).</summary>
public readonly record struct Vector3D(double X, double Y, double Z)
{
    public static readonly Vector3D Zero;

    public double this[int axis] => axis switch { 0 => X, 1 => Y, 2 => Z, _ => throw new ArgumentOutOfRangeException(nameof(axis)) };

    public double LengthSquared => X * X + Y * Y + Z * Z;
    public double Length => Math.Sqrt(LengthSquared);
    public bool IsFinite => double.IsFinite(X) && double.IsFinite(Y) && double.IsFinite(Z);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Dot(in Vector3D a, in Vector3D b) => a.X * b.X + a.Y * b.Y + a.Z * b.Z;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector3D Cross(in Vector3D a, in Vector3D b) =>
        new(a.Y * b.Z - a.Z * b.Y, a.Z * b.X - a.X * b.Z, a.X * b.Y - a.Y * b.X);

    /// <summary>The same direction, no longer than <paramref name="length"/>. Zero stays zero.</summary>
    public Vector3D ClampLength(double length)
    {
        var squared = LengthSquared;
        return squared <= length * length ? this : this * (length / Math.Sqrt(squared));
    }

    /// <summary>Each component within ±<paramref name="bound"/>.</summary>
    public Vector3D ClampEach(double bound) =>
        new(Math.Clamp(X, -bound, bound), Math.Clamp(Y, -bound, bound), Math.Clamp(Z, -bound, bound));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector3D operator +(in Vector3D a, in Vector3D b) => new(a.X + b.X, a.Y + b.Y, a.Z + b.Z);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector3D operator -(in Vector3D a, in Vector3D b) => new(a.X - b.X, a.Y - b.Y, a.Z - b.Z);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector3D operator -(in Vector3D a) => new(-a.X, -a.Y, -a.Z);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector3D operator *(in Vector3D a, double s) => new(a.X * s, a.Y * s, a.Z * s);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector3D operator *(double s, in Vector3D a) => new(a.X * s, a.Y * s, a.Z * s);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector3D operator /(in Vector3D a, double s) => new(a.X / s, a.Y / s, a.Z / s);
}

using System.Runtime.CompilerServices;

namespace RobotRL.Model;

/// <summary>A symmetric inertia tensor about a body's centre of mass, in the axes of the frame that the holder names, kg m².</summary>
public readonly record struct InertiaTensor(double XX, double YY, double ZZ, double XY, double XZ, double YZ)
{
    public bool IsFinite => double.IsFinite(XX + YY + ZZ + XY + XZ + YZ);

    /// <summary>Whether a body of some shape can have it: neither it nor any principal moment beyond the sum of the other two.</summary>
    /// <remarks>For a positive mass density ½ tr(I) 1 − I is positive semidefinite; a little room is left for identified figures.</remarks>
    public bool IsPhysical
    {
        get
        {
            var half = 0.5 * (XX + YY + ZZ);
            var room = 1e-9 + 0.02 * half;
            double x = half - XX + room, y = half - YY + room, z = half - ZZ + room;
            return x >= 0 && y >= 0 && z >= 0 && x * y >= XY * XY && x * z >= XZ * XZ && y * z >= YZ * YZ &&
                x * (y * z - YZ * YZ) - XY * (XY * z + YZ * XZ) - XZ * (XY * YZ + y * XZ) >= 0;
        }
    }

    /// <summary>I v.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector3D operator *(in InertiaTensor i, in Vector3D v) =>
        new(i.XX * v.X + i.XY * v.Y + i.XZ * v.Z, i.XY * v.X + i.YY * v.Y + i.YZ * v.Z, i.XZ * v.X + i.YZ * v.Y + i.ZZ * v.Z);

    public static InertiaTensor operator +(in InertiaTensor a, in InertiaTensor b) =>
        new(a.XX + b.XX, a.YY + b.YY, a.ZZ + b.ZZ, a.XY + b.XY, a.XZ + b.XZ, a.YZ + b.YZ);

    /// <summary>What a mass at this place adds about the origin.</summary>
    public static InertiaTensor OfPoint(double massKg, in Vector3D p) => new(
        massKg * (p.Y * p.Y + p.Z * p.Z), massKg * (p.X * p.X + p.Z * p.Z), massKg * (p.X * p.X + p.Y * p.Y),
        -massKg * p.X * p.Y, -massKg * p.X * p.Z, -massKg * p.Y * p.Z);

    /// <summary>The same body's, in the axes of A, where it is given in those of B and <paramref name="r"/> is R_AB.</summary>
    public InertiaTensor Rotated(in Rotation r)
    {
        // Columns of R I Rᵀ: each axis of A into B, through the tensor, and back.
        var back = r.Inverse;
        var x = r.Rotate(this * back.Rotate(new(1, 0, 0)));
        var y = r.Rotate(this * back.Rotate(new(0, 1, 0)));
        var z = r.Rotate(this * back.Rotate(new(0, 0, 1)));
        return new(x.X, y.Y, z.Z, x.Y, x.Z, y.Z);
    }
}

/// <summary>A rigid body of the arm.</summary>
/// <param name="MassKg">Mass, kg.</param>
/// <param name="CenterOfMassM">Centre of mass in the frame that the holder names, m.</param>
/// <param name="Inertia">About the centre of mass, in that frame's axes.</param>
public readonly record struct RigidBody(double MassKg, Vector3D CenterOfMassM, InertiaTensor Inertia)
{
    public static readonly RigidBody None;

    /// <summary>The same body, given in frame A instead of B by X_AB.</summary>
    public RigidBody In(in Pose pose) => new(MassKg, pose.Transform(CenterOfMassM), Inertia.Rotated(pose.Orientation));

    /// <summary>Both bodies as one, in their common frame.</summary>
    public static RigidBody operator +(in RigidBody a, in RigidBody b)
    {
        var mass = a.MassKg + b.MassKg;
        if (mass <= 0) return None;
        var center = (a.CenterOfMassM * a.MassKg + b.CenterOfMassM * b.MassKg) / mass;
        return new(mass, center, a.Inertia + b.Inertia +
            InertiaTensor.OfPoint(a.MassKg, a.CenterOfMassM - center) + InertiaTensor.OfPoint(b.MassKg, b.CenterOfMassM - center));
    }
}

/// <summary>What the arm weighs and how it rubs: with it measured joint torque can be told from what a model expects.</summary>
public sealed record ArmDynamics
{
    /// <summary>One a joint, base to tip, each in the frame of its Denavit–Hartenberg row.</summary>
    public required IReadOnlyList<RigidBody> Links { get; init; }

    /// <summary>Hand, gripper and what it always carries, in the flange's frame: all that lies beyond a force sensor.</summary>
    public required RigidBody ToolInFlange { get; init; }

    /// <summary>Motor inertia as its joint feels it, one a joint, kg m².</summary>
    public required IReadOnlyList<double> RotorInertiaKgM2 { get; init; }

    /// <summary>Friction in proportion to speed, one a joint, Nm s/rad.</summary>
    public required IReadOnlyList<double> ViscousFrictionNmS { get; init; }

    /// <summary>Motor torque beyond which a joint does not stand still by its friction alone, one a joint, Nm.</summary>
    public required IReadOnlyList<double> BreakawayNm { get; init; }

    /// <summary>In the base frame, m/s²: down for an arm that stands, elsewhere for one that hangs.</summary>
    public required Vector3D GravityMS2 { get; init; }

    /// <summary>How fast the estimate of what pushes on the joints follows, 1/s: after one such time it shows two thirds of a sudden push.</summary>
    public required double ObserverRatePerS { get; init; }
}

/// <summary>The force-torque sensor between flange and tool, as its data sheet has it.</summary>
/// <param name="PositionInFlangeM">Where it measures, in the flange's frame, m.</param>
/// <param name="RangeForceN">Magnitude of force from which on it saturates, N.</param>
/// <param name="RangeTorqueNm">Magnitude of torque at its own place from which on it saturates, Nm.</param>
/// <param name="RepeatMaxNs">Longest time in motion that any of its six values may repeat itself to the bit, ns.</param>
public sealed record ForceSensorParameters(Vector3D PositionInFlangeM, double RangeForceN, double RangeTorqueNm, long RepeatMaxNs);

/// <summary>What the joints' sensors can be held to.</summary>
/// <param name="MovingRadS">A joint faster than this moves, rad/s; below is what noise and offset of a joint at rest read.</param>
/// <param name="RepeatMaxNs">Longest time that a moving joint's position or velocity may repeat itself to the bit, ns.</param>
/// <param name="WindowNs">Time constant over which position is compared with the integral of velocity, ns.</param>
/// <param name="ToleranceRad">The most by which they may differ, rad.</param>
public sealed record JointSensorParameters(double MovingRadS, long RepeatMaxNs, long WindowNs, double ToleranceRad);

using System.Runtime.CompilerServices;

namespace RobotRL.Model;

/// <summary>The pose X_AB of frame B in frame A: position of B's origin in metres, and orientation R_AB.</summary>
public readonly record struct Pose(Vector3D Position, Rotation Orientation)
{
    public static readonly Pose Identity = new(Vector3D.Zero, Rotation.Identity);

    public bool IsFinite => Position.IsFinite && Orientation.IsFinite;

    /// <summary>X_BA.</summary>
    public Pose Inverse
    {
        get { var inverse = Orientation.Inverse; return new(-inverse.Rotate(Position), inverse); }
    }

    /// <summary>Composition X_AC = X_AB · X_BC.</summary>
    public static Pose operator *(in Pose a, in Pose b) => new(a.Position + a.Orientation.Rotate(b.Position), a.Orientation * b.Orientation);

    // As with a rotation: the generated one would print inverses without end.
    public override string ToString() => $"{Position} {Orientation}";

    /// <summary>The coordinates in A of a point given in B.</summary>
    public Vector3D Transform(in Vector3D point) => Position + Orientation.Rotate(point);
}

/// <summary>Velocity of a frame, ordered linear then angular (v, ω): m/s and rad/s, in the frame that the holder names.</summary>
public readonly record struct Twist(Vector3D Linear, Vector3D Angular)
{
    public static readonly Twist Zero;

    public bool IsFinite => Linear.IsFinite && Angular.IsFinite;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Twist operator +(in Twist a, in Twist b) => new(a.Linear + b.Linear, a.Angular + b.Angular);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Twist operator -(in Twist a, in Twist b) => new(a.Linear - b.Linear, a.Angular - b.Angular);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Twist operator *(in Twist a, double s) => new(a.Linear * s, a.Angular * s);

    /// <summary>
    /// The adjoint for the (v, ω) order: the twist of the same rigid body given in frame B, expressed in frame A, where
    /// <paramref name="poseOfBInA"/> is X_AB: ω_A = R ω_B, v_A = R v_B + p × (R ω_B).
    /// </summary>
    public Twist Adjoint(in Pose poseOfBInA)
    {
        var angular = poseOfBInA.Orientation.Rotate(Angular);
        return new(poseOfBInA.Orientation.Rotate(Linear) + Vector3D.Cross(poseOfBInA.Position, angular), angular);
    }

    /// <summary>The same velocity at the same point, its coordinates turned into another orientation.</summary>
    public Twist Rotated(in Rotation rotation) => new(rotation.Rotate(Linear), rotation.Rotate(Angular));
}

/// <summary>Force in N and torque in Nm at one point, in the frame that the holder names.</summary>
public readonly record struct Wrench(Vector3D Force, Vector3D Torque)
{
    public static readonly Wrench Zero;

    public bool IsFinite => Force.IsFinite && Torque.IsFinite;

    /// <summary>Both at once; this one to the bit where the other is zero.</summary>
    public Wrench And(in Wrench other) => other == Zero ? this : new(Force + other.Force, Torque + other.Torque);

    public Wrench Rotated(in Rotation rotation) => new(rotation.Rotate(Force), rotation.Rotate(Torque));
}

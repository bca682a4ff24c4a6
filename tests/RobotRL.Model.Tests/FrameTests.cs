using CsCheck;

namespace RobotRL.Model.Tests;

public sealed class FrameTests
{
    // Components stay under 1.7, lengths under π: past half a turn the rotation vector rightly comes back the shorter way round.
    private static readonly Gen<Vector3D> Vectors =
        Gen.Select(Gen.Double[-1.7, 1.7], Gen.Double[-1.7, 1.7], Gen.Double[-1.7, 1.7], (x, y, z) => new Vector3D(x, y, z));
    private static readonly Gen<Rotation> Rotations = Vectors.Select(v => Rotation.FromVector(v * 1.5));
    private static readonly Gen<Pose> Poses = Gen.Select(Vectors, Rotations, (p, r) => new Pose(p, r));
    private static readonly Gen<Twist> Twists = Gen.Select(Vectors, Vectors, (v, w) => new Twist(v, w));

    [Fact]
    public void Pose_composed_with_its_inverse_is_identity() => Poses.Sample(pose =>
    {
        var identity = pose * pose.Inverse;
        Close(Vector3D.Zero, identity.Position);
        Close(Vector3D.Zero, identity.Orientation.ToVector());
    });

    [Fact]
    public void Rotation_vector_survives_the_round_trip() =>
        Vectors.Sample(v => Close(v, Rotation.FromVector(v).ToVector()));

    [Fact]
    public void Rotation_vector_survives_the_round_trip_when_tiny() =>
        Vectors.Sample(v => Close(v * 1e-9, Rotation.FromVector(v * 1e-9).ToVector(), 1e-18));

    [Fact]
    public void Rotation_matrix_gives_back_the_rotation() => Rotations.Sample(r =>
    {
        Vector3D x = r.Rotate(new(1, 0, 0)), y = r.Rotate(new(0, 1, 0)), z = r.Rotate(new(0, 0, 1));
        var back = Rotation.FromAxes(x, y, z);
        Close(Vector3D.Zero, (r.Inverse * back).ToVector(), 1e-7);
    });

    [Fact]
    public void Adjoint_of_the_inverse_undoes_the_adjoint() => Gen.Select(Poses, Twists).Sample((pose, twist) =>
    {
        var back = twist.Adjoint(pose).Adjoint(pose.Inverse);
        Close(twist.Linear, back.Linear);
        Close(twist.Angular, back.Angular);
    });

    // A body turns about B's origin, which lies at p in A. Seen at A's origin, the point of the body there moves with p × ω:
    // the known answer that tells (v, ω) from (ω, v), where the halves would change places.
    [Fact]
    public void Adjoint_takes_linear_before_angular()
    {
        var twist = new Twist(Vector3D.Zero, new(0, 0, 1)).Adjoint(new Pose(new(1, 0, 0), Rotation.Identity));
        Close(new(0, -1, 0), twist.Linear);
        Close(new(0, 0, 1), twist.Angular);
    }

    // Velocity by finite differences: a point fixed to the body, moved by exp of the twist for a short time.
    [Fact]
    public void Adjoint_agrees_with_finite_differences() => Gen.Select(Poses, Twists).Sample((x_AB, twistInB) =>
    {
        const double dt = 1e-6;
        var point = new Vector3D(0.1, -0.2, 0.3);
        var twistInA = twistInB.Adjoint(x_AB);
        var velocityInB = twistInB.Linear + Vector3D.Cross(twistInB.Angular, point);
        var pointInA = x_AB.Transform(point);
        var velocityInA = twistInA.Linear + Vector3D.Cross(twistInA.Angular, pointInA);
        var moved = x_AB.Transform(point + velocityInB * dt);
        Close((moved - pointInA) / dt, velocityInA, 1e-6);
    });

    [Fact]
    public void Action_space_unpacks_what_it_packs()
    {
        var space = new ActionSpace([0, 1, 2, 5], 0.01, 0.1, HasGripper: false);
        var action = space.Unpack([0.1f, -0.2f, 0.3f, 0.4f], GripperCommand.Close);
        Assert.Equal(GripperCommand.Stay, action.Gripper);
        Assert.Equal([0.1f, -0.2f, 0.3f, 0f, 0f, 0.4f], ((ReadOnlySpan<float>)action.Motion).ToArray());
        var packed = new float[4];
        space.Pack(action, packed);
        Assert.Equal([0.1f, -0.2f, 0.3f, 0.4f], packed);
    }

    [Fact]
    public void Pose_prints_its_numbers() => Assert.EndsWith("(0, 0, 0, 1)", $"{Pose.Identity}");

    private static void Close(Vector3D expected, Vector3D actual, double tolerance = 1e-9) =>
        Assert.True((expected - actual).Length <= tolerance, $"expected {expected}, got {actual}");
}

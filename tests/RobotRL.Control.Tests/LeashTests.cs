using CsCheck;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control.Tests;

/// <summary>What an action is counted from: the reference, on a leash from the measured pose.</summary>
public class LeashTests
{
    private static readonly Leash Leash = new(0.0075, 0.05);
    private static readonly Gen<Vector3D> Part = Gen.Select(Gen.Double[-1, 1], Gen.Double[-1, 1], Gen.Double[-1, 1], (x, y, z) => new Vector3D(x, y, z));
    private static readonly Gen<Pose> Poses = Gen.Select(Part, Part, (p, r) => new Pose(p, Rotation.FromVector(r)));

    [Fact]
    public void Within_the_leash_it_is_the_reference_to_the_bit() => Gen.Select(Poses, Part, Part).Sample((measured, p, r) =>
    {
        var reference = new Pose(measured.Position + 0.9 * Leash.TranslationM * p, Rotation.FromVector(0.9 * Leash.RotationRad * r) * measured.Orientation);
        return Leash.Hold(reference, measured) == reference;
    });

    [Fact]
    public void Beyond_it_is_as_far_from_the_measured_pose_as_the_leash_and_axes_within_keep_the_reference() =>
        Gen.Select(Poses, Part, Gen.Int[0, 2]).Sample((measured, p, axis) =>
    {
        Vector3D offset = 0.9 * Leash.TranslationM * p, turn = 0.9 * Leash.RotationRad * p;
        var far = new Vector3D(axis == 0 ? 0.1 : offset.X, axis == 1 ? 0.1 : offset.Y, axis == 2 ? 0.1 : offset.Z);
        var turned = new Vector3D(axis == 0 ? 0.3 : turn.X, axis == 1 ? 0.3 : turn.Y, axis == 2 ? 0.3 : turn.Z);
        var held = Leash.Hold(new(measured.Position + far, Rotation.FromVector(turned) * measured.Orientation), measured);
        var (left, leftTurn) = (held.Position - measured.Position, (held.Orientation * measured.Orientation.Inverse).ToVector());
        for (var i = 0; i < 3; i++)
            if (Math.Abs(left[i] - (i == axis ? Leash.TranslationM : offset[i])) > 1e-9
                || Math.Abs(leftTurn[i] - (i == axis ? Leash.RotationRad : turn[i])) > 1e-9)
                return false;
        return true;
    });

    [Fact]
    public void Zero_keeps_a_resting_reference_to_the_bit_whoever_decides_and_whatever_pushes()
    {
        using var rig = new Rig();
        rig.Session.MoveTo(rig.Session.Home);
        var before = rig.Latest.Reference.PoseInBase;
        JointTorques push = default;
        (push[0], push[1], push[3], push[6]) = (0.8, -1.5, 0.5, 0.3);
        rig.Robot.DisturbanceNm = push;
        for (var i = 0; i < 20; i++) rig.Decide(default, i % 3 == 0 ? ActionSource.Human : ActionSource.Policy);
        Assert.True((rig.Latest.EndEffector.PoseInBase.Position - before.Position).Length > 1e-3, "nothing gave way");
        var another = new ControlSession(rig.Cycle, TestArm.Task);
        another.BeginEpisode(another.Home);
        for (var i = 0; i < 20; i++) another.Decide(default, default, ActionSource.Policy);
        // Undriven axes go to the nominal pose; here the reference came from there.
        Assert.Equal(before.Position.X, rig.Latest.Reference.PoseInBase.Position.X, 1e-12);
        Assert.Equal(before.Position.Y, rig.Latest.Reference.PoseInBase.Position.Y, 1e-12);
        Assert.Equal(before.Position.Z, rig.Latest.Reference.PoseInBase.Position.Z, 1e-12);
        Assert.InRange((rig.Latest.Reference.PoseInBase.Orientation * before.Orientation.Inverse).ToVector().Length, 0, 1e-7);
    }

    [Fact]
    public void Memory_ends_with_a_stop_and_with_a_rebase()
    {
        using var rig = new Rig();
        JointTorques push = default;
        push[0] = 0.3;
        rig.Robot.DisturbanceNm = push;
        for (var i = 0; i < 10; i++) rig.Decide(default);
        rig.Session.Stop();
        rig.Session.Advance(2000);
        Assert.True(rig.Session.OperatorReset("operator"));
        AssertNoOffset();
        for (var i = 0; i < 10; i++) rig.Decide(default);
        rig.Session.SignOff();
        for (var i = 0; i < 200 && !rig.Session.Rebase(); i++) rig.Session.Advance(10);
        AssertNoOffset();

        // A tick or two after it began anew the arm is a little way from there.
        void AssertNoOffset() => Assert.InRange((rig.Latest.Reference.PoseInBase.Position - rig.Latest.EndEffector.PoseInBase.Position).Length, 0, 1e-4);
    }
}

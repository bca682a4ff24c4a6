using CsCheck;
using RobotRL.Model;

namespace RobotRL.Control.Tests;

public class ActionMappingTests
{
    private static readonly Gen<float> Part = Gen.Float[-1, 1];
    private static readonly Gen<Vector3D> Small = Gen.Select(Gen.Double[-0.1, 0.1], Gen.Double[-0.1, 0.1], Gen.Double[-0.1, 0.1], (x, y, z) => new Vector3D(x, y, z));
    private static readonly Pose Nominal = new(new(0.5, 0, 0.3), new Rotation(1, 0, 0, 0));

    [Fact]
    public void Pose_reached_gives_back_the_action() =>
        Gen.Select(Part.Array[6], Small, Small).Sample((a, p, r) =>
        {
            var mapping = new ActionMapping(new ActionSpace([0, 1, 2, 3, 4, 5], 0.01, 0.05, false));
            mapping.BeginEpisode(Nominal);
            var measured = new Pose(Nominal.Position + p, Nominal.Orientation * Rotation.FromVector(r));
            return Same(mapping, Action([0, 1, 2, 3, 4, 5], a), measured);
        });

    [Fact]
    public void Yaw_alone_gives_back_the_action_and_keeps_the_nominal_tilt() =>
        Gen.Select(Part.Array[4], Gen.Double[-3, 3], Small).Sample((a, yaw, p) =>
        {
            var mapping = new ActionMapping(new ActionSpace([0, 1, 2, 5], 0.01, 0.05, false));
            mapping.BeginEpisode(Nominal);
            var measured = new Pose(Nominal.Position + p, Nominal.Orientation * Rotation.AboutZ(yaw) * Rotation.FromVector(new(0.02, -0.01, 0)));
            var action = Action([0, 1, 2, 5], a);
            var down = mapping.TargetOf(action, measured).Orientation.Rotate(new(0, 0, 1));
            return (down - Nominal.Orientation.Rotate(new(0, 0, 1))).Length < 1e-9 && Same(mapping, action, measured);
        });

    [Fact]
    public void Undriven_axes_keep_the_nominal_pose()
    {
        var mapping = new ActionMapping(new ActionSpace([0, 1], 0.01, 0.05, false));
        mapping.BeginEpisode(Nominal);
        var target = mapping.TargetOf(Action([0, 1], [1, -1]), Nominal with { Position = new(0.52, 0.01, 0.27) });
        Assert.Equal(new Vector3D(0.53, 0.02, 0.3), new(Math.Round(target.Position.X, 12), Math.Round(target.Position.Y, 12), Math.Round(target.Position.Z, 12)));
        Assert.Equal(Nominal.Orientation, target.Orientation);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Non_finite_component_gives_a_non_finite_target_on_driven_and_undriven_axes_alike(float bad)
    {
        var mapping = new ActionMapping(new ActionSpace([0, 1], 0.01, 0.05, false));
        mapping.BeginEpisode(Nominal);
        for (var axis = 0; axis < 6; axis++)
        {
            PolicyAction action = default;
            action.Motion[axis] = bad;
            Assert.False(mapping.TargetOf(action, Nominal).IsFinite, $"axis {axis}");
        }
    }

    private static PolicyAction Action(int[] axes, float[] values)
    {
        PolicyAction action = default;
        for (var i = 0; i < axes.Length; i++) action.Motion[axes[i]] = values[i];
        return action;
    }

    private static bool Same(ActionMapping mapping, PolicyAction action, Pose measured)
    {
        var back = mapping.ActionOf(mapping.TargetOf(action, measured), measured);
        for (var i = 0; i < 6; i++)
            if (Math.Abs(back[i] - action.Motion[i]) > 2e-4) return false;
        return true;
    }
}

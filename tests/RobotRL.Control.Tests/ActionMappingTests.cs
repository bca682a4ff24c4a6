using CsCheck;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control.Tests;

public class ActionMappingTests
{
    private static readonly Gen<float> Part = Gen.Float[-1, 1];
    private static readonly Gen<Vector3D> Small =
        Gen.Select(Gen.Double[-0.1, 0.1], Gen.Double[-0.1, 0.1], Gen.Double[-0.1, 0.1], (x, y, z) => new Vector3D(x, y, z));
    private static readonly Safety.CartesianStiffness Configured = new(2000, 100, 1.2);
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
        Assert.Equal(new Vector3D(0.53, 0.02, 0.3),
            new(Math.Round(target.Position.X, 12), Math.Round(target.Position.Y, 12), Math.Round(target.Position.Z, 12)));
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
            ArmAction action = default;
            action.Motion[axis] = bad;
            Assert.False(mapping.TargetOf(action, Nominal).IsFinite, $"axis {axis}");
        }
    }

    [Fact]
    public void Stiffness_reached_gives_back_the_components() =>
        Gen.Select(Part, Part, Gen.Double[0.05, 0.9], Gen.Double[0.3, 0.9]).Sample((stiffness, damping, least, leastDamping) =>
        {
            var mapping = new ActionMapping(new ActionSpace([0], 0.01, 0.05, false) { StiffnessMinShare = least, DampingMinShare = leastDamping });
            var action = new ArmAction { Stiffness = stiffness, Damping = damping };
            var asked = mapping.StiffnessOf(action, Configured);
            var back = action;
            if (mapping.TrySetReached(ref back, asked, asked, Configured) || back != action) return false;
            var changed = mapping.TrySetReached(ref back, asked, Configured with { TranslationNM = 1, DampingRatio = 9 }, Configured);
            return changed == (back != action) && Math.Abs(back.Stiffness - stiffness) < 1e-4 && Math.Abs(back.Damping - damping) < 1e-4
                && asked.TranslationNM >= Configured.TranslationNM * least * (1 - 1e-9) && asked.TranslationNM <= Configured.TranslationNM;
        });

    [Fact]
    public void One_asks_for_the_configured_stiffness_to_the_bit_and_minus_one_for_the_least()
    {
        var space = new ActionSpace([0], 0.01, 0.05, false) { StiffnessMinShare = 0.25, DampingMinShare = 0.5 };
        var mapping = new ActionMapping(space);
        Assert.Equal(Configured, mapping.StiffnessOf(space.Rest, Configured));
        Assert.Equal(new(500, 25, 0.6), mapping.StiffnessOf(new() { Stiffness = -1, Damping = -1 }, Configured));
        Assert.Equal(new(1000, 50, 1.2), mapping.StiffnessOf(new() { Stiffness = 0, Damping = 1 }, Configured));
    }

    [Fact]
    public void Without_impedance_in_the_action_stiffness_is_the_configured_one()
    {
        var mapping = new ActionMapping(new ActionSpace([0], 0.01, 0.05, false));
        var action = new ArmAction { Stiffness = -1, Damping = -1 };
        Assert.Equal(Configured, mapping.StiffnessOf(action, Configured));
        Assert.False(mapping.TrySetReached(ref action, new(50, 5, 1), Configured, Configured));
    }

    [Theory]
    [InlineData(float.NaN, 0)]
    [InlineData(float.NegativeInfinity, 0)]
    [InlineData(0, float.PositiveInfinity)]
    public void Non_finite_impedance_gives_a_non_finite_stiffness_whether_the_task_has_it_or_not(float stiffness, float damping)
    {
        foreach (var least in (double?[])[null, 0.5])
        {
            var mapping = new ActionMapping(new ActionSpace([0], 0.01, 0.05, false) { StiffnessMinShare = least, DampingMinShare = least });
            Assert.False(mapping.StiffnessOf(new() { Stiffness = stiffness, Damping = damping }, Configured).IsFinite);
        }
    }

    [Fact]
    public void Stiffness_and_damping_follow_the_axes_in_a_policys_output()
    {
        var both = new ActionSpace([1, 5], 0.01, 0.05, true) { StiffnessMinShare = 0.2, DampingMinShare = 0.5 };
        float[] output = [0.1f, 0.2f, 0.3f, 0.4f];
        var action = both.Unpack(output, GripperCommand.Open);
        Assert.Equal((0.1f, 0.2f, 0.3f, 0.4f), (action.Motion[1], action.Motion[5], action.Stiffness, action.Damping));
        Assert.NotEqual(action, action with { Stiffness = 0.5f });
        Assert.NotEqual(action, action with { Damping = 0.5f });
        var back = new float[both.Dimensions];
        both.Pack(action, back);
        Assert.Equal(output, back);

        var damping = both with { StiffnessMinShare = null };
        Assert.Equal(3, damping.Dimensions);
        Assert.Equal((0f, 0.3f), (damping.Unpack(output.AsSpan(0, 3)).Stiffness, damping.Unpack(output.AsSpan(0, 3)).Damping));
    }

    private static ArmAction Action(int[] axes, float[] values)
    {
        ArmAction action = default;
        for (var i = 0; i < axes.Length; i++) action.Motion[axes[i]] = values[i];
        return action;
    }

    private static bool Same(ActionMapping mapping, ArmAction action, Pose measured)
    {
        var back = mapping.ActionOf(mapping.TargetOf(action, measured), measured);
        for (var i = 0; i < 6; i++)
            if (Math.Abs(back[i] - action.Motion[i]) > 2e-4) return false;
        return true;
    }
}

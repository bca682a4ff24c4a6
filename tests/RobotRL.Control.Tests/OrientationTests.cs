using RobotRL.Control.Contract;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control.Tests;

/// <summary>The cone where its geometry runs out: the tool upside down, where no axis of the tilt is the nearest.</summary>
public class OrientationTests
{
    private static readonly Rotation[] Nominals =
    [
        new(1, 0, 0, 0), Rotation.Identity, Rotation.FromVector(new(0, 0.5 * Math.PI, 0)), Rotation.FromVector(new(0.5 * Math.PI, 0, 0)),
        Rotation.FromVector(new(0.7, -1.9, 0.4)),
    ];

    /// <summary>How far from upside down: not at all, by rounding, and by enough to have an axis.</summary>
    [Theory]
    [InlineData(0), InlineData(1e-15), InlineData(1e-12), InlineData(1e-10), InlineData(1e-8), InlineData(1e-4), InlineData(0.3)]
    public void A_tool_upside_down_is_tilted_by_all_of_it_and_has_a_way_back(double shortRad)
    {
        foreach (var nominal in Nominals)
            for (var about = 0.0; about < 2 * Math.PI; about += 0.25 * Math.PI)
                foreach (var turned in (ReadOnlySpan<double>)[0, 0.7, -2.5, Math.PI])
                {
                    OrientationLimits limits = new(nominal, 0.6, 3);
                    OrientationBarrier barrier = new(limits, 10);
                    var flip = Rotation.FromVector(new Vector3D(Math.Cos(about), Math.Sin(about), 0) * (Math.PI - shortRad));
                    var orientation = (nominal * flip * Rotation.AboutZ(turned)).Normalized;
                    var over = barrier.Overrun(orientation);
                    Assert.InRange(over, Math.PI - shortRad - limits.TiltRad - 1e-7, Math.PI - shortRad - limits.TiltRad + 1e-7);
                    var way = barrier.TiltBack(orientation);
                    Assert.InRange(way.Length, 1 - 1e-9, 1 + 1e-9);
                    // Judged by the angle between the axes alone: a step along it is all taken off the tilt.
                    foreach (var step in (ReadOnlySpan<double>)[0.01, 0.5, 2])
                    {
                        var (tilt, _) = Skeleton.TiltAndYaw(nominal, Rotation.FromVector(way * step) * orientation);
                        Assert.InRange(tilt, Math.PI - shortRad - step - 1e-6, Math.PI - step + shortRad + 1e-6);
                    }
                }
    }

    /// <summary>The same by the whole gate: power comes up, and the cone points the other way.</summary>
    [Theory]
    [InlineData(0), InlineData(0.25), InlineData(0.5), InlineData(0.75)]
    public void An_arm_whose_tool_stands_upside_down_is_stopped_and_led_toward_its_cone(double aboutHalfTurns)
    {
        var about = aboutHalfTurns * Math.PI;
        var upsideDown = Home().Orientation * Rotation.FromVector(new Vector3D(Math.Cos(about), Math.Sin(about), 0) * Math.PI);
        Box wide = new(new(-0.8, -0.8, 0.01), new(0.9, 0.8, 1.2));
        var description = TestArm.With(l => l with { Orientation = new(upsideDown.Normalized, 0.6, 3), Workspace = wide });
        using var rig = new Rig(description);
        rig.Session.Advance(1000);
        Assert.Equal(FaultCode.OrientationExceeded, rig.Latest.Fault.Code);
        Assert.InRange(rig.Latest.Fault.Value, Math.PI - 0.6 - 1e-6, Math.PI - 0.6 + 1e-6);
        var start = Tilt();
        for (var i = 0; i < 80; i++)
        {
            // Nearly upside down a little tilt is much yaw: where that came to grow, the operator lets go and begins again.
            if (rig.Latest.Gate != GateState.Retreating) rig.Session.Advance(1000);
            rig.Session.Retreat("operator");
            rig.Session.Advance(50);
            Assert.True(rig.Latest.Reference.PoseInBase.IsFinite);
        }
        Assert.True(Tilt() < start - 0.1, $"tilted by {start} rad, and by {Tilt()} after four seconds of the way back");

        double Tilt() => Skeleton.TiltAndYaw(description.Limits.Orientation.Nominal, rig.Latest.EndEffector.PoseInBase.Orientation).Tilt;
    }

    private static Pose Home()
    {
        using var rig = new Rig();
        return rig.Session.Home;
    }
}

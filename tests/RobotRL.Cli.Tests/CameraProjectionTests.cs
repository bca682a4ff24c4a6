using RobotRL.Lab.Pictures;
using RobotRL.Model;

namespace RobotRL.Cli.Tests;

/// <summary>Lines of the world in the picture of a camera that looks straight down from one metre above the base.</summary>
public sealed class CameraProjectionTests
{
    // Turned by half a turn about x: its x is the base's, its y and z are against the base's.
    private static readonly CameraProjection Down = new(new(640, 480, 500, 500, 320, 240, LensDistortion.None), new(new(0, 0, 1), new(1, 0, 0, 0)));

    [Fact]
    public void Axes_lie_where_the_lens_puts_them()
    {
        Assert.Equal((new PicturePoint(320, 240), new PicturePoint(370, 240)), Rounded(Down.Line(Vector3D.Zero, new(0.1, 0, 0))));
        Assert.Equal((new PicturePoint(320, 240), new PicturePoint(320, 190)), Rounded(Down.Line(Vector3D.Zero, new(0, 0.1, 0))));
    }

    [Fact]
    public void What_lies_behind_the_camera_is_cut_off()
    {
        Assert.Null(Down.Line(new(0, 0, 1.1), new(0.1, 0, 2)));
        var (from, to) = Down.Line(new(0.1, 0, 0), new(0.1, 0, 5))!.Value;
        Assert.Equal((370, 240), (from.X, from.Y));
        Assert.Equal(320 + 500 * 0.1 / 0.01, to.X, 6);
    }

    [Fact]
    public void A_box_has_twelve_edges() => Assert.Equal(12, Down.Edges(new(new(-0.1, -0.1, 0), new(0.1, 0.1, 0.2))).Count());

    private static (PicturePoint, PicturePoint)? Rounded((PicturePoint From, PicturePoint To)? line) => line is not { } l ? null
        : (new(Math.Round(l.From.X, 9), Math.Round(l.From.Y, 9)), new(Math.Round(l.To.X, 9), Math.Round(l.To.Y, 9)));
}

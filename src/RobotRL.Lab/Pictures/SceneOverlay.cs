using RobotRL.Model;
using SkiaSharp;

namespace RobotRL.Lab.Pictures;

/// <summary>
/// Draws the base's axes and the workspace over an image of a camera whose place is known. If the lines do not lie where the robot is, the calibration is of
/// another camera or of another place.
/// </summary>
internal static class SceneOverlay
{
    private const double AxisM = 0.1;

    /// <param name="canvas">Where.</param>
    /// <param name="camera">Whose image.</param>
    /// <param name="flangeInBase">Where the arm was, for a camera that it carries; null leaves that one's image as it is.</param>
    /// <param name="workspace">In base.</param>
    /// <param name="at">Place and enlargement of the image.</param>
    public static void Draw(SKCanvas canvas, CameraDescription camera, Pose? flangeInBase, Box workspace, (int X, int Y, float Scale) at)
    {
        if (camera.Calibration is not { Extrinsics: { } place } calibration) return;
        if ((place.Parent == CameraParent.Base ? Pose.Identity : flangeInBase) is not { } parentInBase) return;
        CameraProjection projection = new(calibration.Intrinsics, parentInBase * place.CameraInParent);
        canvas.Save();
        canvas.ClipRect(SKRect.Create(at.X, at.Y, camera.Width * at.Scale, camera.Height * at.Scale));
        foreach (var edge in projection.Edges(workspace)) Stroke(edge, SKColors.DeepSkyBlue, 1);
        foreach (var (axis, colour) in Axes())
            if (projection.Line(Vector3D.Zero, axis) is { } line) Stroke(line, colour, 3);
        canvas.Restore();

        void Stroke((PicturePoint From, PicturePoint To) line, SKColor colour, float width)
        {
            using SKPaint paint = new() { Color = colour, IsAntialias = true, StrokeWidth = width };
            canvas.DrawLine(On(line.From), On(line.To), paint);
        }

        // The middle of a pixel is half a pixel from its edge.
        SKPoint On(PicturePoint p) => new(at.X + (float)(p.X + 0.5) * at.Scale, at.Y + (float)(p.Y + 0.5) * at.Scale);
    }

    private static (Vector3D Axis, SKColor Colour)[] Axes() =>
        [(new(AxisM, 0, 0), SKColors.Red), (new(0, AxisM, 0), SKColors.LimeGreen), (new(0, 0, AxisM), SKColors.Blue)];
}

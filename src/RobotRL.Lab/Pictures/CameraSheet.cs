using RobotRL.Model;
using SkiaSharp;

namespace RobotRL.Lab.Pictures;

/// <summary>One instant: what each camera captured and what the policy got of it, in the task's camera order.</summary>
public sealed record CameraView(Stamp Time, IReadOnlyList<CameraFrame> Captured, IReadOnlyList<PolicyImage> Policy)
{
    /// <summary>X_BF of the arm then; null where it is not known.</summary>
    public Pose? FlangeInBase { get; init; }
}

/// <summary>What a sheet says beside the images.</summary>
/// <param name="Workspace">In the base frame; drawn with the base's axes into images of cameras whose place is known. Null for neither.</param>
/// <param name="Captions">A camera's lines below its name.</param>
/// <param name="CellPx">Longest side of each image, pixels.</param>
public sealed record SheetNotes(Box? Workspace, IReadOnlyList<string[]> Captions, int CellPx = SheetNotes.StandardCellPx)
{
    public const int StandardCellPx = 224;
}

/// <summary>
/// Lays camera images out in one picture. Each instant has a column. Each camera has a row of images as captured, without the lens's distortion where that is
/// known, with the crop outlined, and a row as the policy sees them.
/// </summary>
public static class CameraSheet
{
    private const int Gap = 8, Header = 26, Margin = 132;

    public static void Save(IReadOnlyList<CameraDescription> cameras, IReadOnlyList<CameraView> views, string path, SheetNotes? notes = null)
    {
        var cell = notes?.CellPx ?? SheetNotes.StandardCellPx;
        using SKBitmap sheet = new(Margin + views.Count * (cell + Gap), Header + 2 * cameras.Count * (cell + Gap));
        using SKCanvas canvas = new(sheet);
        using SKFont font = new(SKTypeface.FromFamilyName("DejaVu Sans"), 14);
        using SKPaint ink = new() { Color = SKColors.Black, IsAntialias = true };
        canvas.Clear(SKColors.White);
        foreach (var (column, view) in views.Index())
        {
            var x = Margin + column * (cell + Gap);
            canvas.DrawText($"{view.Time.Since(views[0].Time) * 1e-9:F1} s", x, Header - 8, font, ink);
            foreach (var (index, camera) in cameras.Index())
            {
                var (captured, seen) = (view.Captured[index], view.Policy[index]);
                var top = Header + 2 * index * (cell + Gap);
                var scale = Draw(canvas, StraightPicture.Of(camera, captured), (captured.Width, captured.Height), (x, top), cell);
                Outline(canvas, camera, x, top, scale);
                if (notes?.Workspace is { } workspace) SceneOverlay.Draw(canvas, camera, view.FlangeInBase, workspace, (x, top, scale));
                var rgb = new byte[seen.Shape.Width * seen.Shape.Height * ImageShape.Rgb];
                seen.CopyToRgb(rgb);
                Draw(canvas, rgb, (seen.Shape.Width, seen.Shape.Height), (x, top + cell + Gap), cell);
                if (column > 0) continue;
                Label(top, [$"{camera.Name} camera", $"{camera.Width}×{camera.Height}", .. notes?.Captions.ElementAtOrDefault(index) ?? []]);
                Label(top + cell + Gap, ["policy sees", camera.Image.ToString()]);
            }
        }
        using var file = File.Create(path);
        sheet.Encode(file, SKEncodedImageFormat.Png, 100);

        void Label(int top, string[] lines)
        {
            const int line = 20;
            foreach (var (i, text) in lines.Index()) canvas.DrawText(text, Gap, top + cell / 2 + line * (i + 1 - lines.Length / 2), font, ink);
        }
    }

    /// <summary>Pixels stay pixels: enlarged without smoothing. Returns the enlargement.</summary>
    private static float Draw(SKCanvas canvas, byte[] rgb, (int Width, int Height) size, (int X, int Y) at, int cell)
    {
        var (width, height) = size;
        using SKBitmap image = new(width, height);
        for (var i = 0; i < width * height; i++) image.SetPixel(i % width, i / width, new SKColor(rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]));
        var scale = (float)cell / Math.Max(width, height);
        using var pixels = SKImage.FromBitmap(image);
        canvas.DrawImage(pixels, SKRect.Create(at.X, at.Y, width * scale, height * scale), new SKSamplingOptions(SKFilterMode.Nearest));
        return scale;
    }

    private static void Outline(SKCanvas canvas, CameraDescription camera, int x, int y, float scale)
    {
        using SKPaint line = new() { Color = SKColors.OrangeRed, Style = SKPaintStyle.Stroke, StrokeWidth = 2 };
        var (width, height) = (camera.CropWidth * scale - 2, camera.CropHeight * scale - 2);
        canvas.DrawRect(SKRect.Create(x + camera.CropX * scale + 1, y + camera.CropY * scale + 1, width, height), line);
    }
}

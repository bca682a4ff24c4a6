using RobotRL.Model;

namespace RobotRL.Sensing.Tests;

public sealed class LensCorrectionTests
{
    private const int Width = 64, Height = 48;

    /// <summary>A barrel-shaped lens draws a point nearer to the middle than it is: the corrected picture has it where the plain model says.</summary>
    [Fact]
    public void A_point_is_moved_to_where_a_lens_without_distortion_shows_it()
    {
        LensDistortion barrel = new(-0.2, 0, 0, 0, 0);
        CameraIntrinsics lens = new(Width, Height, 40, 40, 31.5, 23.5, barrel);
        // 0.5 m to the right at 1 m ahead: r² = 0.25, so the lens shows it at 0.5 · (1 − 0.2 · 0.25) = 0.475.
        const int straight = 51, bent = 50, row = 23; // 31.5 + 40 · 0.5 = 51.5, 31.5 + 40 · 0.475 = 50.5
        var image = Crop(lens, frame =>
        {
            for (var y = 0; y < Height; y++)
                for (var x = bent; x <= bent + 1; x++) Put(frame, x, y, 255);
        });
        Assert.True(Red(image, straight, row) > 200, "the column is not where it belongs");
        Assert.True(Red(image, bent - 2, row) < 50, "the column is still where the lens had it");
    }

    [Fact]
    public void A_lens_that_bends_nothing_changes_nothing()
    {
        CameraIntrinsics lens = new(Width, Height, 40, 40, 31.5, 23.5, LensDistortion.None);
        static void Pattern(CameraFrame frame)
        {
            for (var i = 0; i < frame.Pixels.Length; i++) frame.Pixels[i] = (byte)(i * 7);
        }
        Assert.Equal(Crop(null, Pattern).Pixels, Crop(lens, Pattern).Pixels);
    }

    private static PolicyImage Crop(CameraIntrinsics? lens, Action<CameraFrame> draw)
    {
        CameraDescription camera = new("a", Width, Height, 0, 0, Width, Height, new(Width, Height, ImageShape.Rgb));
        if (lens is not null) camera = camera with { Calibration = Samples.Calibration(lens) };
        using var frame = new FramePool(Width, Height, 1).TryRent()!;
        Array.Clear(frame.Pixels);
        draw(frame);
        using ImageCropper cropper = new(camera);
        return cropper.Crop(frame);
    }

    private static void Put(CameraFrame frame, int x, int y, byte value) => frame.Pixels.AsSpan(3 * (y * Width + x), 3).Fill(value);

    private static byte Red(PolicyImage image, int x, int y) => image.Pixels[3 * (y * Width + x)];
}

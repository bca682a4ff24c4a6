using RobotRL.Model;

namespace RobotRL.Sensing.Tests;

public sealed class ImageCropperTests
{
    /// <summary>Red tells the column, green the row, blue is constant.</summary>
    private static CameraFrame Gradient(int width, int height)
    {
        var frame = new FramePool(width, height, 1).TryRent()!;
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
                (frame.Pixels[3 * (y * width + x)], frame.Pixels[3 * (y * width + x) + 1], frame.Pixels[3 * (y * width + x) + 2]) = ((byte)x, (byte)y, 77);
        frame.CaptureTime = Samples.At(12);
        return frame;
    }

    [Fact]
    public void Whole_ratio_is_the_mean_of_blocks()
    {
        using var cropper = new ImageCropper(new("c", 40, 30, 8, 4, 16, 16, ImageShape.Square(8)));
        using var frame = Gradient(40, 30);
        var image = cropper.Crop(frame);
        Assert.Equal((ImageShape.Square(8), Samples.At(12), 8 * 8 * 3), (image.Shape, image.CaptureTime, image.Pixels.Length));
        for (var y = 0; y < 8; y++)
            for (var x = 0; x < 8; x++)
            {
                // Columns 8+2x and 9+2x: their mean ends in a half, which rounds either way.
                Assert.InRange(image.Pixels[3 * (8 * y + x)], 8 + 2 * x, 9 + 2 * x);
                Assert.InRange(image.Pixels[3 * (8 * y + x) + 1], 4 + 2 * y, 5 + 2 * y);
                Assert.Equal(77, image.Pixels[3 * (8 * y + x) + 2]);
            }
    }

    [Fact]
    public void Other_ratios_keep_geometry_to_a_pixel()
    {
        using var cropper = new ImageCropper(new("c", 200, 150, 50, 0, 150, 150, ImageShape.Square(64)));
        using var frame = Gradient(200, 150);
        var image = cropper.Crop(frame);
        for (var i = 0; i < 64; i++)
        {
            Assert.InRange(image.Pixels[3 * i] - (50 + (i + 0.5) * 150 / 64 - 0.5), -1, 1);
            Assert.InRange(image.Pixels[3 * 64 * i + 1] - ((i + 0.5) * 150 / 64 - 0.5), -1, 1);
        }
    }

    [Fact]
    public void Wide_part_becomes_a_wide_gray_image()
    {
        using var cropper = new ImageCropper(new("c", 40, 30, 8, 4, 24, 12, new(12, 6, ImageShape.Gray)));
        using var frame = Gradient(40, 30);
        var image = cropper.Crop(frame);
        Assert.Equal((new ImageShape(12, 6, ImageShape.Gray), 12 * 6), (image.Shape, image.Pixels.Length));
        for (var y = 0; y < 6; y++)
            for (var x = 0; x < 12; x++) Assert.Equal(0.299 * (8.5 + 2 * x) + 0.587 * (4.5 + 2 * y) + 0.114 * 77, image.Pixels[12 * y + x], 1.0);
    }

    /// <summary>So a recorded gray image passes the pipeline again as it is.</summary>
    [Fact]
    public void Gray_of_what_is_gray_already_is_a_copy()
    {
        ImageShape shape = new(64, 4, ImageShape.Gray);
        using var cropper = new ImageCropper(new("c", 64, 4, 0, 0, 64, 4, shape));
        using var frame = new FramePool(64, 4, 1).TryRent()!;
        PolicyImage image = new(Stamp.Zero, shape, [.. Enumerable.Range(0, 256).Select(v => (byte)v)]);
        image.CopyToRgb(frame.Pixels);
        Assert.Equal(image.Pixels, cropper.Crop(frame).Pixels);
    }

    [Fact]
    public void Full_size_is_a_copy()
    {
        using var cropper = new ImageCropper(new("c", 16, 16, 0, 0, 16, 16, ImageShape.Square(16)));
        using var frame = Gradient(16, 16);
        Assert.Equal(frame.Pixels, cropper.Crop(frame).Pixels);
    }

    [Fact]
    public void Kept_image_is_its_own_when_the_frame_is_used_again()
    {
        using var cropper = new ImageCropper(Samples.Camera("c"));
        using var frame = Gradient(16, 16);
        var kept = cropper.Crop(frame);
        var before = kept.Pixels.ToArray();
        Array.Clear(frame.Pixels);
        Assert.All(cropper.Crop(frame).Pixels, b => Assert.Equal(0, b));
        Assert.Equal(before, kept.Pixels);
    }

    [Fact]
    public void Frame_of_another_size_is_refused()
    {
        using var cropper = new ImageCropper(Samples.Camera("c"));
        using var frame = Gradient(8, 16);
        Assert.Throws<ArgumentException>(() => cropper.Crop(frame));
    }

    [Fact]
    public void Frame_costs_little_more_than_the_image_that_is_kept()
    {
        var result = PipelineBenchmark.Run(500);
        Assert.Equal(128 * 128 * 3, result.ImageBytes);
        Assert.InRange(result.BytesPerFrame, result.ImageBytes, result.ImageBytes + 1024);
    }
}

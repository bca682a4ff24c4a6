using RobotRL.Model;
using SkiaSharp;

namespace RobotRL.LeRobot;

/// <summary>
/// PNG images by Skia: writes RGB or gray of 8 bits a channel; reads every kind of PNG as such. Grey is repeated in all three channels, 16 bits keep
/// their upper half, a palette is looked up, opacity is left out, and notes on colour spaces are passed over.
/// </summary>
internal static class PngFile
{
    private const int MostPixels = 1 << 28;

    /// <param name="values">[height × width × channels].</param>
    /// <param name="shape">Of the image.</param>
    public static byte[] Encode(ReadOnlySpan<byte> values, ImageShape shape)
    {
        // Without a colour space, so that no reader converts what was written.
        using SKBitmap bitmap = new(new SKImageInfo(shape.Width, shape.Height, shape.IsGray ? SKColorType.Gray8 : SKColorType.Rgb888x, SKAlphaType.Opaque));
        var pixels = bitmap.GetPixelSpan();
        if (shape.IsGray)
            for (var row = 0; row < shape.Height; row++) values.Slice(row * shape.Width, shape.Width).CopyTo(pixels[(row * bitmap.RowBytes)..]);
        else
            for (int from = 0, to = 0; from < values.Length; from += 3, to += 4)
            {
                values.Slice(from, 3).CopyTo(pixels[to..]);
                pixels[to + 3] = byte.MaxValue;
            }
        using var pixmap = bitmap.PeekPixels();
        // Differences to the pixel on the left pack better than pixels; more effort gains a twentieth for thrice the time.
        using var file = pixmap.Encode(new SKPngEncoderOptions(SKPngEncoderFilterFlags.Sub, 1))
            ?? throw new InvalidOperationException($"Skia did not encode an image of {shape}.");
        return file.ToArray();
    }

    /// <exception cref="InvalidDataException">Not a PNG, or damaged.</exception>
    public static (int Width, int Height, byte[] Rgb) Decode(ReadOnlySpan<byte> file)
    {
        using var data = SKData.CreateCopy(file);
        using var codec = SKCodec.Create(data);
        if (codec is not { EncodedFormat: SKEncodedImageFormat.Png })
            throw new InvalidDataException("An image is no PNG, or its head is damaged: export the dataset anew with PNG images.");
        var (width, height) = (codec.Info.Width, codec.Info.Height);
        if ((long)width * height > MostPixels) throw new InvalidDataException($"A PNG claims {width}×{height} pixels, more than can be read.");
        SKImageInfo info = new(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        using SKBitmap bitmap = new(info);
        var result = codec.GetPixels(info, bitmap.GetPixels());
        if (result == SKCodecResult.IncompleteInput) throw new InvalidDataException("A PNG is cut short or damaged: export the dataset anew.");
        if (result != SKCodecResult.Success) throw new InvalidDataException($"A PNG cannot be read ({result}): export the dataset anew.");
        var pixels = bitmap.GetPixelSpan();
        var rgb = new byte[width * height * 3];
        for (int from = 0, to = 0; to < rgb.Length; from += 4, to += 3) pixels.Slice(from, 3).CopyTo(rgb.AsSpan(to));
        return (width, height, rgb);
    }

    /// <summary>One channel of three that are alike; null where they are not.</summary>
    public static byte[]? Gray(ReadOnlySpan<byte> rgb)
    {
        var gray = new byte[rgb.Length / 3];
        for (var i = 0; i < gray.Length; i++)
        {
            gray[i] = rgb[3 * i];
            if (rgb[3 * i + 1] != gray[i] || rgb[3 * i + 2] != gray[i]) return null;
        }
        return gray;
    }
}

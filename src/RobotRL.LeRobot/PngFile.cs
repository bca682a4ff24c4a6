using SkiaSharp;

namespace RobotRL.LeRobot;

/// <summary>
/// PNG images by Skia: writes RGB of 8 bits a channel; reads every kind of PNG as such. Grey is repeated in all three channels, 16 bits keep
/// their upper half, a palette is looked up, opacity is left out, and notes on colour spaces are passed over.
/// </summary>
internal static class PngFile
{
    private const int MostPixels = 1 << 28;

    /// <param name="rgb">[height × width × 3].</param>
    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    public static byte[] Encode(ReadOnlySpan<byte> rgb, int width, int height)
    {
        // Without a colour space, so that no reader converts what was written.
        using SKBitmap bitmap = new(new SKImageInfo(width, height, SKColorType.Rgb888x, SKAlphaType.Opaque));
        var pixels = bitmap.GetPixelSpan();
        for (int from = 0, to = 0; from < rgb.Length; from += 3, to += 4)
        {
            rgb.Slice(from, 3).CopyTo(pixels[to..]);
            pixels[to + 3] = byte.MaxValue;
        }
        using var pixmap = bitmap.PeekPixels();
        // Differences to the pixel on the left pack better than pixels; more effort gains a twentieth for thrice the time.
        using var file = pixmap.Encode(new SKPngEncoderOptions(SKPngEncoderFilterFlags.Sub, 1))
            ?? throw new InvalidOperationException($"Skia did not encode an image of {width}×{height} pixels.");
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
}

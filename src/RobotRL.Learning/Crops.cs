using RobotRL.Model;

namespace RobotRL.Learning;

/// <summary>Random-crop augmentation on bytes: pad each edge by repeating it, cut out the original size at a random place (RAD, DrQ).</summary>
internal static class Crops
{
    /// <summary>Crops every image of a batch at its own offset.</summary>
    /// <param name="source">[B, height, width, channels].</param>
    /// <param name="target">[B, height, width, channels].</param>
    /// <param name="shape">Of each image.</param>
    /// <param name="padding">Largest shift each way, pixels; 0 copies and draws nothing.</param>
    /// <param name="noise">Where offsets come from.</param>
    public static void Draw(ReadOnlySpan<byte> source, Span<byte> target, ImageShape shape, int padding, RandomStream noise)
    {
        if (padding == 0)
        {
            source.CopyTo(target);
            return;
        }
        var bytes = shape.Bytes;
        for (var at = 0; at < source.Length; at += bytes)
        {
            var dx = noise.NextByOneDraw(2 * padding + 1) - padding;
            var dy = noise.NextByOneDraw(2 * padding + 1) - padding;
            Shift(source.Slice(at, bytes), target.Slice(at, bytes), shape, dx, dy);
        }
    }

    /// <summary>target[y, x] = source[y + dy, x + dx], coordinates held inside the image.</summary>
    public static void Shift(ReadOnlySpan<byte> source, Span<byte> target, ImageShape shape, int dx, int dy)
    {
        var pixel = shape.Channels;
        var row = shape.Width * pixel;
        var inside = (shape.Width - Math.Abs(dx)) * pixel;
        var (from, to) = (Math.Max(dx, 0) * pixel, Math.Max(-dx, 0) * pixel);
        for (var y = 0; y < shape.Height; y++)
        {
            var line = source.Slice(Math.Clamp(y + dy, 0, shape.Height - 1) * row, row);
            var shifted = target.Slice(y * row, row);
            line.Slice(from, inside).CopyTo(shifted[to..]);
            Repeat(line[..pixel], shifted[..to]);
            Repeat(line[^pixel..], shifted[(to + inside)..]);
        }
    }

    private static void Repeat(ReadOnlySpan<byte> pixel, Span<byte> pixels)
    {
        for (var i = 0; i < pixels.Length; i += pixel.Length) pixel.CopyTo(pixels[i..]);
    }
}

using RobotRL.Model;

namespace RobotRL.Learning;

/// <summary>Random-crop augmentation on bytes: pad each edge by repeating it, cut out the original size at a random place (RAD, DrQ).</summary>
internal static class Crops
{
    /// <summary>Crops every image of a batch at its own offset.</summary>
    /// <param name="source">[B, S, S, 3].</param>
    /// <param name="target">[B, S, S, 3].</param>
    /// <param name="size">S, pixels.</param>
    /// <param name="padding">Largest shift each way, pixels; 0 copies and draws nothing.</param>
    /// <param name="noise">Where offsets come from.</param>
    public static void Draw(ReadOnlySpan<byte> source, Span<byte> target, int size, int padding, RandomStream noise)
    {
        if (padding == 0)
        {
            source.CopyTo(target);
            return;
        }
        var bytes = size * size * 3;
        for (var at = 0; at < source.Length; at += bytes)
        {
            var dx = noise.NextByOneDraw(2 * padding + 1) - padding;
            var dy = noise.NextByOneDraw(2 * padding + 1) - padding;
            Shift(source.Slice(at, bytes), target.Slice(at, bytes), size, dx, dy);
        }
    }

    /// <summary>target[y, x] = source[y + dy, x + dx], coordinates held inside the image.</summary>
    public static void Shift(ReadOnlySpan<byte> source, Span<byte> target, int size, int dx, int dy)
    {
        var row = size * 3;
        var inside = (size - Math.Abs(dx)) * 3;
        var (from, to) = (Math.Max(dx, 0) * 3, Math.Max(-dx, 0) * 3);
        for (var y = 0; y < size; y++)
        {
            var line = source.Slice(Math.Clamp(y + dy, 0, size - 1) * row, row);
            var shifted = target.Slice(y * row, row);
            line.Slice(from, inside).CopyTo(shifted[to..]);
            Repeat(line[..3], shifted[..to]);
            Repeat(line[^3..], shifted[(to + inside)..]);
        }
    }

    private static void Repeat(ReadOnlySpan<byte> pixel, Span<byte> pixels)
    {
        for (var i = 0; i < pixels.Length; i += 3) pixel.CopyTo(pixels[i..]);
    }
}

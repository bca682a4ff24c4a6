using System.Numerics;

namespace RobotRL.Policy;

/// <summary>Bytes to floats in ± 0.5 in one pass over memory, where tensor operations would take three.</summary>
internal static class PixelScaling
{
    public const float Factor = 1 / 255f, Offset = -0.5f;

    /// <summary>target = source / 255 − 0.5, of equal lengths.</summary>
    public static void Scale(ReadOnlySpan<byte> source, Span<float> target)
    {
        var i = 0;
        for (; i <= source.Length - Vector<byte>.Count; i += Vector<byte>.Count)
        {
            Vector.Widen(new Vector<byte>(source[i..]), out var low, out var high);
            Store(low, target[i..]);
            Store(high, target[(i + Vector<ushort>.Count)..]);
        }
        for (; i < source.Length; i++) target[i] = source[i] * Factor + Offset;
    }

    private static void Store(Vector<ushort> values, Span<float> target)
    {
        Vector.Widen(values, out var low, out var high);
        (Vector.ConvertToSingle(low.As<uint, int>()) * Factor + new Vector<float>(Offset)).CopyTo(target);
        (Vector.ConvertToSingle(high.As<uint, int>()) * Factor + new Vector<float>(Offset)).CopyTo(target[Vector<float>.Count..]);
    }
}

using TorchSharp;
using static TorchSharp.torch;

namespace RobotRL.Policy;

/// <summary>
/// Tensor arithmetic that keeps numbers alive. TorchSharp 0.107 turns each number into a native scalar object, even the hidden factor 1 of a plain
/// addition, and passes on its bare handle: a garbage collection at that moment finalizes the object while the native call still reads it, which
/// aborts at best and miscalculates at worst. Here every such object is rooted, or disposed only after the call. Operators and members that would
/// make one in passing are banned in Policy and Learning.
/// </summary>
public static class Arithmetic
{
    private static readonly Scalar One = 1.0.ToScalar();

    /// <summary>a + b.</summary>
    public static Tensor Plus(this Tensor a, Tensor b) => a.add(b, One);

    /// <summary>a + b.</summary>
    public static Tensor Plus(this Tensor a, double b)
    {
        using var scalar = b.ToScalar();
        return a.add(scalar, One);
    }

    /// <summary>a += b.</summary>
    public static Tensor PlusInPlace(this Tensor a, Tensor b) => a.add_(b, One);

    /// <summary>a += b.</summary>
    public static Tensor PlusInPlace(this Tensor a, double b)
    {
        using var scalar = b.ToScalar();
        return a.add_(scalar, One);
    }

    /// <summary>a · b.</summary>
    public static Tensor Times(this Tensor a, double b)
    {
        using var scalar = b.ToScalar();
        return a.mul(scalar);
    }

    /// <summary>a ·= b.</summary>
    public static Tensor TimesInPlace(this Tensor a, double b)
    {
        using var scalar = b.ToScalar();
        return a.mul_(scalar);
    }

    /// <summary>a + b · c, element by element.</summary>
    public static Tensor PlusProduct(this Tensor a, Tensor b, Tensor c) => a.addcmul(b, c, One);

    /// <summary>a².</summary>
    public static Tensor Squared(this Tensor a) => a.mul(a);

    /// <summary>a within [<paramref name="low"/>, <paramref name="high"/>].</summary>
    public static Tensor Clamped(this Tensor a, double low, double high)
    {
        using Scalar lowest = low.ToScalar(), highest = high.ToScalar();
        return a.clamp(lowest, highest);
    }

    /// <summary>log(1 + eᵃ), without overflow.</summary>
    public static Tensor Softplus(this Tensor a) => a.relu().add(a.abs().neg().exp().log1p(), One);

    /// <summary>a += <paramref name="weight"/> · (b − a).</summary>
    public static Tensor MoveInPlace(this Tensor a, Tensor b, double weight)
    {
        using Scalar kept = (1 - weight).ToScalar(), taken = weight.ToScalar();
        return a.mul_(kept).add_(b, taken);
    }

    /// <summary>a += <paramref name="factor"/> · b · c.</summary>
    public static Tensor PlusProductInPlace(this Tensor a, Tensor b, Tensor c, double factor)
    {
        using var scalar = factor.ToScalar();
        return a.addcmul_(b, c, scalar);
    }

    /// <summary>a += <paramref name="factor"/> · b / c.</summary>
    public static Tensor PlusQuotientInPlace(this Tensor a, Tensor b, Tensor c, double factor)
    {
        using var scalar = factor.ToScalar();
        return a.addcdiv_(b, c, scalar);
    }
}

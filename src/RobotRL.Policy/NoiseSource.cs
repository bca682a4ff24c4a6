using System.Numerics;

namespace RobotRL.Policy;

/// <summary>State of a <see cref="NoiseSource"/>: enough to go on with the same numbers.</summary>
public readonly record struct NoiseState(ulong A, ulong B, ulong C, ulong D);

/// <summary>
/// Seeded random numbers whose state can be saved: xoshiro256** (Blackman and Vigna) with Box–Muller normals. Everything random in
/// policies and learners comes from one of these, never from libtorch's global generator, so that a run repeats to the bit.
/// One thread at a time.
/// </summary>
public sealed class NoiseSource
{
    private ulong _a, _b, _c, _d;

    public NoiseSource(ulong seed)
    {
        // SplitMix64 spreads neighbouring seeds over the state space.
        ulong Mix()
        {
            var z = seed += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
        (_a, _b, _c, _d) = (Mix(), Mix(), Mix(), Mix());
    }

    public NoiseState State
    {
        get => new(_a, _b, _c, _d);
        set => (_a, _b, _c, _d) = value;
    }

    /// <summary>64 uniform bits.</summary>
    public ulong Next()
    {
        var result = BitOperations.RotateLeft(_b * 5, 7) * 9;
        var t = _b << 17;
        _c ^= _a; _d ^= _b; _b ^= _c; _a ^= _d; _c ^= t;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }

    /// <summary>Uniform in [0, 1).</summary>
    public double NextUniform() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in {0, …, <paramref name="bound"/> − 1}.</summary>
    public int NextInt(int bound) => (int)Math.BigMul(Next(), (ulong)bound, out _);

    /// <summary>Fills with independent standard normals. Always draws in pairs, so the state carries no half-used pair.</summary>
    public void FillNormal(Span<float> values)
    {
        for (var i = 0; i < values.Length; i += 2)
        {
            var radius = Math.Sqrt(-2 * Math.Log(1 - NextUniform()));
            var (sin, cos) = Math.SinCos(2 * Math.PI * NextUniform());
            values[i] = (float)(radius * cos);
            if (i + 1 < values.Length) values[i + 1] = (float)(radius * sin);
        }
    }

    /// <summary>Fills with independent uniforms in [−<paramref name="bound"/>, <paramref name="bound"/>).</summary>
    public void FillUniform(Span<float> values, double bound)
    {
        for (var i = 0; i < values.Length; i++) values[i] = (float)((2 * NextUniform() - 1) * bound);
    }

    /// <summary>Draws <paramref name="chosen"/>.Length different indices below <paramref name="bound"/>, ascending.</summary>
    public void FillSubset(Span<int> chosen, int bound)
    {
        // Selection sampling (Knuth, algorithm S): ascending by construction.
        var taken = 0;
        for (var i = 0; taken < chosen.Length; i++)
            if (NextInt(bound - i) < chosen.Length - taken) chosen[taken++] = i;
    }
}

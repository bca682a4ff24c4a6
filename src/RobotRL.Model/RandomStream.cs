using System.Numerics;

namespace RobotRL.Model;

/// <summary>The whole state of a <see cref="RandomStream"/>: written down, it makes the draws go on where they stopped.</summary>
public readonly record struct RandomState(ulong A, ulong B, ulong C, ulong D);

/// <summary>
/// The source of everything that is drawn while a run acts and learns: xoshiro256** (Blackman and Vigna, 2018), with normals by Box and Muller. Nothing
/// is drawn from libtorch's global generator, so that a run repeats to the bit. The same seed gives the same integers and uniforms on every machine
/// and every runtime; normals also depend on the machine's logarithm, sine and cosine. The scene of an episode and the unsteadiness of the scripted
/// hand come from a <see cref="SplitMix64"/>, whose state is one number. For one thread.
/// </summary>
public sealed class RandomStream
{
    private ulong _a, _b, _c, _d;

    /// <summary>Spreads a seed over the state, so that neighbouring seeds give unrelated sequences.</summary>
    public RandomStream(ulong seed)
    {
        var spread = new SplitMix64(seed);
        (_a, _b, _c, _d) = (spread.Next(), spread.Next(), spread.Next(), spread.Next());
    }

    /// <summary>Where the sequence stands.</summary>
    /// <exception cref="ArgumentException">Set to zeros, which no seed leads to and which yield only zeros.</exception>
    public RandomState State
    {
        get => new(_a, _b, _c, _d);
        set
        {
            if (value == default) throw new ArgumentException("A random state of zeros yields only zeros: the checkpoint is damaged.", nameof(value));
            (_a, _b, _c, _d) = value;
        }
    }

    /// <summary>Uniform over 64 bits.</summary>
    public ulong Next()
    {
        var result = BitOperations.RotateLeft(_b * 5, 7) * 9;
        var t = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= t;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }

    /// <summary>
    /// Uniform in {0, …, <paramref name="bound"/> − 1}, without bias (Lemire's multiply and reject): now and then it takes more than one draw.
    /// </summary>
    public int Next(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        var range = (ulong)bound;
        var high = Math.BigMul(Next(), range, out ulong low);
        for (var threshold = (0 - range) % range; low < threshold;) high = Math.BigMul(Next(), range, out low);
        return (int)high;
    }

    /// <summary>Uniform in {0, …, <paramref name="bound"/> − 1} by one draw always; a number is up to bound/2⁶⁴ likelier than another.</summary>
    public int NextByOneDraw(int bound) => (int)Math.BigMul(Next(), (ulong)bound, out _);

    /// <summary>Uniform in [0, 1), in steps of 2⁻⁵³.</summary>
    public double NextUniform() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Fills with independent standard normals. Always draws in pairs, so that the state carries no half-used pair.</summary>
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
            if (NextByOneDraw(bound - i) < chosen.Length - taken) chosen[taken++] = i;
    }
}

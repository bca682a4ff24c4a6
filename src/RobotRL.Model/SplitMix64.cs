namespace RobotRL.Model;

/// <summary>
/// SplitMix64 (Steele, Lea and Flood, 2014): a generator whose whole state is one number. It derives seeds from seeds, spreads them over the state of a
/// <see cref="RandomStream"/>, and draws what follows from one episode's seed. A copy goes on by itself: pass it by reference. For one thread.
/// </summary>
public struct SplitMix64(ulong seed)
{
    private const double TwoToMinus53 = 1.0 / (1UL << 53);

    /// <summary>Where the sequence stands; any value will do.</summary>
    public ulong State { get; set; } = seed;

    /// <summary>The seed of a stream of its own: for one purpose of a run, and one of its items (an episode, say). None disturbs another.</summary>
    public static ulong Derive(ulong seed, ulong purpose, ulong index = 0) => Mix(Mix(Mix(seed) + purpose) + index);

    /// <summary>Uniform over 64 bits.</summary>
    public ulong Next()
    {
        var drawn = Mix(State);
        State += Step;
        return drawn;
    }

    /// <summary>Uniform in [0, 1), in steps of 2⁻⁵³.</summary>
    public double NextUniform() => (Next() >> 11) * TwoToMinus53;

    /// <summary>Uniform in [<paramref name="min"/>, <paramref name="max"/>).</summary>
    public double NextUniform(double min, double max) => min + (max - min) * NextUniform();

    /// <summary>Standard normal, by Box and Muller from two draws; the sine's half is not used, so that the state is the whole state.</summary>
    public double NextNormal()
    {
        // Above 0, for the logarithm.
        double size = NextUniform() + TwoToMinus53, angle = NextUniform() + TwoToMinus53;
        return Math.Sqrt(-2 * Math.Log(size)) * Math.Cos(2 * Math.PI * angle);
    }

    private const ulong Step = 0x9E3779B97F4A7C15;

    private static ulong Mix(ulong z)
    {
        z += Step;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}

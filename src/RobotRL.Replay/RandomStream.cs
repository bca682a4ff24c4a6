using System.Numerics;

namespace RobotRL.Replay;

/// <summary>The whole state of a <see cref="RandomStream"/>: written with a checkpoint, it makes the draws go on where they stopped.</summary>
public readonly record struct RandomState(ulong A, ulong B, ulong C, ulong D);

/// <summary>Seeded uniform draws by xoshiro256** (Blackman and Vigna, 2018): the same sequence on every machine and every runtime.</summary>
public sealed class RandomStream
{
    private ulong _a, _b, _c, _d;

    /// <summary>Spreads a seed over the state by splitmix64, so that neighbouring seeds give unrelated sequences.</summary>
    public RandomStream(ulong seed)
    {
        _a = Spread(ref seed);
        _b = Spread(ref seed);
        _c = Spread(ref seed);
        _d = Spread(ref seed);
    }

    /// <summary>Where the sequence stands.</summary>
    public RandomState State
    {
        get => new(_a, _b, _c, _d);
        set
        {
            if ((value.A | value.B | value.C | value.D) == 0) throw new ArgumentException("A random state of zeros yields only zeros: the checkpoint is damaged.", nameof(value));
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

    /// <summary>Uniform in [0, <paramref name="bound"/>), without bias (Lemire's multiply and reject).</summary>
    public int Next(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        var range = (ulong)bound;
        var high = Math.BigMul(Next(), range, out ulong low);
        for (var threshold = (0 - range) % range; low < threshold;) high = Math.BigMul(Next(), range, out low);
        return (int)high;
    }

    private static ulong Spread(ref ulong seed)
    {
        var z = seed += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}

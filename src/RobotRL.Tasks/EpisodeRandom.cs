namespace RobotRL.Tasks;

/// <summary>SplitMix64: an episode's scene follows from its seed alone, on every machine and runtime.</summary>
internal struct EpisodeRandom(ulong seed)
{
    private ulong _state = seed;

    /// <summary>Uniform in [min, max).</summary>
    public double Uniform(double min, double max)
    {
        _state += 0x9E3779B97F4A7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        z ^= z >> 31;
        return min + (max - min) * ((z >> 11) * (1.0 / (1UL << 53)));
    }
}
